package cognito_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func (s *suite) forgot(t *testing.T, email string) (string, error) {
	t.Helper()
	out, err := s.ForgotPassword(t.Context(), &cip.ForgotPasswordInput{ClientId: &s.clientID, Username: &email})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.CodeDeliveryDetails.Destination), nil
}

func (s *suite) reset(t *testing.T, email, code, password string) error {
	t.Helper()
	_, err := s.ConfirmForgotPassword(t.Context(), &cip.ConfirmForgotPasswordInput{
		ClientId: &s.clientID, Username: &email, ConfirmationCode: &code, Password: &password,
	})
	return err
}

func TestForgotPassword(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	if _, err := s.forgot(t, email); err != nil {
		t.Fatal(err)
	}
	code := s.code(t, email)
	if !s.external { // moto takes any code and any password
		wantCode(t, s.reset(t, email, "x", newPassword), "CodeMismatchException")
		wantCode(t, s.reset(t, email, code, "weak"), "InvalidPasswordException") // and the code is not spent
	}
	if err := s.reset(t, email, code, newPassword); err != nil {
		t.Fatal(err)
	}
	if !s.external {
		wantCode(t, s.reset(t, email, code, newPassword), "ExpiredCodeException")
	}
	_, err := s.trySignIn(t, email, password)
	wantCode(t, err, "NotAuthorizedException")
	s.signIn(t, email, newPassword)
}

func TestForgotPasswordDoesNotTellWhoIsUnknown(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // moto knows PreventUserExistenceErrors by name only
	}
	s.user(t, email)
	known, err := s.forgot(t, email)
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := s.forgot(t, "jane@ib.test")
	if err != nil || known != unknown {
		t.Errorf("known %q, unknown %q, error %v", known, unknown, err)
	}
	wantCode(t, s.reset(t, "jane@ib.test", "123456", newPassword), "CodeMismatchException")
}

func TestForgotPasswordNeedsAVerifiedEmail(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.signUp(t, email)
	_, err := s.forgot(t, email)
	if s.external {
		return // moto sends a code to any address
	}
	wantCode(t, err, "InvalidParameterException")
}

func TestCodesAreForOnePurpose(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // moto takes any code
	}
	s.signUp(t, email)
	wantCode(t, s.reset(t, email, s.code(t, email), newPassword), "ExpiredCodeException")
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	tokens := s.signIn(t, email, password)
	change := func(from, to string) error {
		_, err := s.ChangePassword(t.Context(), &cip.ChangePasswordInput{AccessToken: tokens.AccessToken, PreviousPassword: &from, ProposedPassword: &to})
		return err
	}
	wantCode(t, change("Wrong-1234!", newPassword), "NotAuthorizedException")
	wantCode(t, change(password, "weak"), "InvalidPasswordException")
	if err := change(password, newPassword); err != nil {
		t.Fatal(err)
	}
	s.signIn(t, email, newPassword)
	if s.external {
		return // moto counts nothing
	}
	for range 2 {
		wantCode(t, change("Wrong-1234!", password), "NotAuthorizedException")
	}
	wantCode(t, change(newPassword, password), "LimitExceededException")
}
