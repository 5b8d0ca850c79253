package identity

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go"
)

// That nobody can be mailed is told to the operator, each time, and to nobody else;
// that one user asks too often is not.
func TestWhenNobodyCanBeMailed(t *testing.T) {
	t.Parallel()
	const quota = "Exceeded daily email limit for the operation or the account."
	known := cognito("UsernameExistsException")
	for name, tt := range map[string]struct {
		path, operation, code, message string
		told                           int
	}{
		"sign-up":              {"/signup", "SignUp", "LimitExceededException", quota, 1},
		"sign-up again":        {"/signup", "ResendConfirmationCode", "LimitExceededException", quota, 1},
		"sign-up, no sender":   {"/signup", "SignUp", "InvalidEmailRoleAccessPolicyException", "", 1},
		"resend":               {"/signup/resend", "ResendConfirmationCode", "LimitExceededException", quota, 1},
		"forgotten password":   {"/password/forgot", "ForgotPassword", "LimitExceededException", quota, 1},
		"forgotten, no sender": {"/password/forgot", "ForgotPassword", "InvalidEmailRoleAccessPolicyException", "", 1},
		"one user's limit":     {"/password/forgot", "ForgotPassword", "LimitExceededException", "Attempt limit exceeded, please try after some time.", 0},
		"nobody there":         {"/password/forgot", "ForgotPassword", "UserNotFoundException", "", 0},
	} {
		errs := map[string]error{tt.operation: &smithy.GenericAPIError{Code: tt.code, Message: tt.message}}
		if tt.path == "/signup" && tt.operation != "SignUp" {
			errs["SignUp"] = known
		}
		d := newDesk(errs)
		if answer := d.post(t, tt.path, bodies[tt.path]); answer.Status != 201 && answer.Status != 202 {
			t.Errorf("%s: got %d %s", name, answer.Status, answer.Body)
		}
		if got := strings.Count(d.told.String(), `"msg":"mail fault"`); got != tt.told {
			t.Errorf("%s: told %d times: %s", name, got, d.told)
		}
	}
}

// refusing answers every request with an error of Cognito, and counts.
type refusing struct {
	code  string
	calls int
}

func (r *refusing) Do(*http.Request) (*http.Response, error) {
	r.calls++
	return &http.Response{StatusCode: 400, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"__type":"` + r.code + `"}`))}, nil
}

// A call that met a limit is not repeated, so that the answer is not late; one that
// was one too many for the whole pool is.
func TestACallThatMetALimitIsNotRepeated(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"LimitExceededException": 1, "TooManyRequestsException": 3} {
		cognito := &refusing{code: code}
		pool := NewUserPool(aws.Config{Region: "us-east-1", HTTPClient: cognito})
		_, err := pool.ForgotPassword(t.Context(), &cognitoidentityprovider.ForgotPasswordInput{ClientId: aws.String("client"), Username: aws.String(johnMail)})
		if errorCode(err) != code || cognito.calls != want {
			t.Errorf("%s: %d calls, %v", code, cognito.calls, err)
		}
	}
}
