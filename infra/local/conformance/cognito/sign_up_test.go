package cognito_test

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	out, err := s.SignUp(t.Context(), &cip.SignUpInput{ClientId: &s.clientID, Username: aws.String(email), Password: aws.String(password)})
	if err != nil {
		t.Fatal(err)
	}
	if sub := aws.ToString(out.UserSub); !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(sub) {
		t.Errorf("sub %q is no UUID in lower case", sub)
	}
	if out.UserConfirmed {
		t.Error("the user is confirmed without a code")
	}
	// moto says SMS whatever the pool verifies.
	if d := out.CodeDeliveryDetails; !s.external && (d == nil || d.DeliveryMedium != types.DeliveryMediumTypeEmail || aws.ToString(d.AttributeName) != "email") {
		t.Errorf("delivery %+v, want by email", out.CodeDeliveryDetails)
	}
	_, err = s.trySignIn(t, email, password)
	wantError(t, err, "UserNotConfirmedException", "User is not confirmed.")

	s.confirm(t, email)
	s.signIn(t, email, password)
}

func TestUnconfirmedUserIsToldSoWithTheRightPasswordOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.signUp(t, email)
	_, err := s.trySignIn(t, email, "Wrong-1234!")
	wantError(t, err, "NotAuthorizedException", "Incorrect username or password.")
}

func TestSignUpTwice(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.signUp(t, email)
	_, err := s.SignUp(t.Context(), &cip.SignUpInput{ClientId: &s.clientID, Username: aws.String(email), Password: aws.String(password)})
	wantCode(t, err, "UsernameExistsException")
	if s.external {
		return // moto heeds the case of user names whatever the pool says
	}
	_, err = s.SignUp(t.Context(), &cip.SignUpInput{ClientId: &s.clientID, Username: aws.String("JOHN@ib.test"), Password: aws.String(password)})
	wantCode(t, err, "UsernameExistsException")
}

func TestSignUpRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, tt := range []struct{ name, client, username, password, code string }{
		{"short password", s.clientID, email, "Aa1!", "InvalidPasswordException"},
		{"no capital", s.clientID, email, "demo-1234!", "InvalidPasswordException"},
		{"no small letter", s.clientID, email, "DEMO-1234!", "InvalidPasswordException"},
		{"no digit", s.clientID, email, "Demo-Demo!", "InvalidPasswordException"},
		{"no sign", s.clientID, email, "Demo12345", "InvalidPasswordException"},
		{"no email", s.clientID, "john", password, "InvalidParameterException"},
		{"no such client", "nobody", email, password, "ResourceNotFoundException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.SignUp(t.Context(), &cip.SignUpInput{ClientId: &tt.client, Username: &tt.username, Password: &tt.password})
			wantCode(t, err, tt.code)
		})
	}
	s.signUp(t, email) // which none of them has taken
}

func TestConfirmationCode(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // moto takes any code, any number of times
	}
	s.signUp(t, email)
	confirm := func(username, code string) error {
		_, err := s.ConfirmSignUp(t.Context(), &cip.ConfirmSignUpInput{ClientId: &s.clientID, Username: &username, ConfirmationCode: &code})
		return err
	}
	first := s.code(t, email)
	if !regexp.MustCompile(`^\d{6}$`).MatchString(first) {
		t.Errorf("code %q, want six digits", first)
	}
	wantError(t, confirm(email, "x"), "CodeMismatchException", "Invalid verification code provided, please try again.")
	wantError(t, confirm("nobody@ib.test", first), "ExpiredCodeException", "Invalid code provided, please request a code again.")

	out, err := s.ResendConfirmationCode(t.Context(), &cip.ResendConfirmationCodeInput{ClientId: &s.clientID, Username: aws.String(email)})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(out.CodeDeliveryDetails.Destination); got != "j***@i***" {
		t.Errorf("destination %q", got)
	}
	second := s.code(t, email)
	if first != second { // one time in a million they are alike
		wantCode(t, confirm(email, first), "CodeMismatchException")
	}
	if err := confirm(email, second); err != nil {
		t.Error(err)
	}
	wantError(t, confirm(email, second), "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED")
	_, err = s.ResendConfirmationCode(t.Context(), &cip.ResendConfirmationCodeInput{ClientId: &s.clientID, Username: aws.String(email)})
	wantError(t, err, "InvalidParameterException", "User is already confirmed.")
}

func TestResendDoesNotTellWhoIsUnknown(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // moto fails on ResendConfirmationCode
	}
	s.signUp(t, email)
	var destinations []string
	for _, username := range []string{email, "jane@ib.test"} {
		out, err := s.ResendConfirmationCode(t.Context(), &cip.ResendConfirmationCodeInput{ClientId: &s.clientID, Username: &username})
		if err != nil {
			t.Fatal(err)
		}
		destinations = append(destinations, aws.ToString(out.CodeDeliveryDetails.Destination))
	}
	if destinations[0] != destinations[1] {
		t.Errorf("known and unknown differ: %q", destinations)
	}
}
