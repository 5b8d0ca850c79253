package identity

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/internal/httpapi"
)

const (
	quick = 30 * time.Millisecond
	slow  = 400 * time.Millisecond // a mail is sent, a password hashed
)

// outcome is one of the ways in which Cognito may answer for an address.
type outcome struct {
	name  string
	errs  map[string]error
	takes map[string]time.Duration
}

func after(took time.Duration, operation, code string) outcome {
	o := outcome{name: "success", takes: map[string]time.Duration{operation: took}}
	if code != "" {
		o.name, o.errs = code, failing(operation, code)
	}
	return o
}

// What a stranger learns of an address is the same whether or not it is known:
// status, headers, body but for a random id, and the moment of the answer.
func TestAnswersDoNotTellWhetherAnAddressIsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]time.Duration{"SignUp": quick, "ResendConfirmationCode": quick}
	waiting := map[string]time.Duration{"SignUp": quick, "ResendConfirmationCode": slow}
	tests := map[string][]outcome{
		"/signup": {
			after(slow, "SignUp", ""),
			{"waits for a code", both("UsernameExistsException", ""), waiting},
			{"confirmed", both("UsernameExistsException", "InvalidParameterException"), known},
			{"new, and no mail left", failing("SignUp", "LimitExceededException"), known},
			{"new, and no sender", failing("SignUp", "InvalidEmailRoleAccessPolicyException"), known},
			{"waits for a code, and no sender", both("UsernameExistsException", "InvalidEmailRoleAccessPolicyException"), known},
			{"waits for a code, and Cognito fails", both("UsernameExistsException", "InternalErrorException"), known},
			{"asked too often", both("UsernameExistsException", "LimitExceededException"), known},
		},
		"/signup/confirm": {
			after(quick, "ConfirmSignUp", "ExpiredCodeException"),
			after(quick, "ConfirmSignUp", "UserNotFoundException"),
			after(slow, "ConfirmSignUp", "CodeMismatchException"),
			after(slow, "ConfirmSignUp", "NotAuthorizedException"),
			after(slow, "ConfirmSignUp", "TooManyFailedAttemptsException"),
		},
		"/signup/resend": {
			after(slow, "ResendConfirmationCode", ""),
			after(quick, "ResendConfirmationCode", "UserNotFoundException"),
			after(quick, "ResendConfirmationCode", "InvalidParameterException"),
			after(quick, "ResendConfirmationCode", "LimitExceededException"),
			after(quick, "ResendConfirmationCode", "InvalidEmailRoleAccessPolicyException"),
		},
		"/login": {
			after(quick, "InitiateAuth", "UserNotFoundException"),
			after(slow, "InitiateAuth", "NotAuthorizedException"),
		},
		"/password/forgot": {
			after(slow, "ForgotPassword", ""),
			after(quick, "ForgotPassword", "UserNotFoundException"),
			after(quick, "ForgotPassword", "InvalidParameterException"),
			after(quick, "ForgotPassword", "LimitExceededException"),
			after(quick, "ForgotPassword", "InvalidEmailRoleAccessPolicyException"),
		},
		"/password/reset": {
			after(quick, "ConfirmForgotPassword", "UserNotFoundException"),
			after(quick, "ConfirmForgotPassword", "ExpiredCodeException"),
			after(slow, "ConfirmForgotPassword", "CodeMismatchException"),
			after(slow, "ConfirmForgotPassword", "LimitExceededException"),
		},
	}
	for path, outcomes := range tests {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				want, wantTook := watched(t, path, outcomes[0])
				for _, o := range outcomes[1:] {
					got, took := watched(t, path, o)
					if got.Status != want.Status || got.Body != want.Body || !maps.Equal(got.Headers, want.Headers) {
						t.Errorf("%s: %+v\nwant %+v", o.name, got, want)
					}
					if took != wantTook {
						t.Errorf("%s: answered after %v, %s after %v", o.name, took, outcomes[0].name, wantTook)
					}
				}
			})
		})
	}
}

// watched returns an answer as a stranger sees it, and how long it took. It is the
// first of its environment, which has the client's secret yet to learn.
func watched(t *testing.T, path string, o outcome) (httpapi.Response, time.Duration) {
	t.Helper()
	d := newDesk(o.errs)
	d.step = AnswerStep
	d.pool.takes = map[string]time.Duration{"DescribeUserPoolClient": slow}
	maps.Copy(d.pool.takes, o.takes)
	d.registrar.takes = quick
	started := time.Now()
	answer := d.post(t, path, bodies[path])
	took := time.Since(started)
	answer.Body = strings.ReplaceAll(plain(answer.Body), johnID, "NOBODY")
	return answer, took
}

func TestEvenEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(nil)
		d.step = AnswerStep
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		started := time.Now()
		d.even(ctx, started)
		if took := time.Since(started); took != time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

// A sign-in that succeeds tells nothing by its time that it does not say, so that
// it need not wait.
func TestSignInDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if answer, took := watched(t, "/login", after(quick, "InitiateAuth", "")); answer.Status != 200 || took != slow+2*quick {
			t.Errorf("%d after %v", answer.Status, took)
		}
	})
}
