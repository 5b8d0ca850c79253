package identity

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/internal/httpapi"
)

const (
	wrongCurrentBody = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"Please correct: currentPassword.","errors":[{"field":"currentPassword","message":"` + wrongCurrent + `"}]}`
	badNewBody       = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"Please correct: newPassword.","errors":[{"field":"newPassword","message":"is refused: ` + shortByCognito + `"}]}`
	tooOftenBody     = `{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"The password was tried too often. Please try again in an hour."}`
)

func TestAnswersToWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	const password, revoke = "/me/password", "/me/sessions/revoke"
	weak := &types.InvalidPasswordException{Message: aws.String(shortByCognito)}
	revoked := failing("ChangePassword", "NotAuthorizedException")
	revoked["GetUser"] = cognito("NotAuthorizedException")
	unsure := failing("ChangePassword", "NotAuthorizedException")
	unsure["GetUser"] = errNetwork
	tests := []struct {
		name, path string
		errs       map[string]error
		status     int
		body       string
	}{
		{"changed", password, nil, 204, ""},
		{"wrong", password, failing("ChangePassword", "NotAuthorizedException"), 422, wrongCurrentBody},
		{"of no password's shape", password, failing("ChangePassword", "InvalidParameterException"), 422, wrongCurrentBody},
		{"by a revoked token", password, revoked, 401, signInAgainBody},
		{"by a token that cannot be looked at", password, unsure, 500, internalBody},
		{"by who is gone", password, failing("ChangePassword", "UserNotFoundException"), 401, signInAgainBody},
		{"weak for the pool", password, map[string]error{"ChangePassword": weak}, 422, badNewBody},
		{"tried too often", password, failing("ChangePassword", "LimitExceededException"), 429, tooOftenBody},
		{"throttled", password, failing("ChangePassword", "TooManyRequestsException"), 429, tooManyBody},
		{"fails", password, failing("ChangePassword", "InternalErrorException"), 500, internalBody},

		{"signed out", revoke, nil, 204, ""},
		{"by a revoked token", revoke, failing("GlobalSignOut", "NotAuthorizedException"), 401, signInAgainBody},
		{"by who is gone", revoke, failing("GlobalSignOut", "UserNotFoundException"), 401, signInAgainBody},
		{"throttled", revoke, failing("GlobalSignOut", "TooManyRequestsException"), 429, tooManyBody},
		{"fails", revoke, map[string]error{"GlobalSignOut": errNetwork}, 500, internalBody},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(tt.errs)
			answer := d.post(t, tt.path, bodies[tt.path])
			if answer.Status != tt.status || answer.Body != tt.body {
				t.Errorf("got %d %s\nwant %d %s", answer.Status, answer.Body, tt.status, tt.body)
			}
			if d.pool.token != accessToken {
				t.Errorf("called as %q", d.pool.token)
			}
		})
	}
}

func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.post(t, "/me/password", bodies["/me/password"])
	if in := d.pool.change; *in.PreviousPassword != password || *in.ProposedPassword != newPassword || !slices.Equal(d.pool.called, []string{"ChangePassword"}) {
		t.Errorf("called %v", d.pool.called)
	}
}

// A good signature is not enough: the claims are looked at before Cognito is asked.
func TestOwnRoutesAreForWhoIsProven(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	for route, handle := range d.allRoutes() {
		if !strings.Contains(route, "/me/") {
			continue
		}
		r := &httpapi.Request{Headers: map[string]string{"content-type": "application/json"}, EncodedBody: bodies["/me/password"]}
		r.Context.Authorizer.JWT.Claims = johnsClaims()
		r.Context.Authorizer.JWT.Claims["token_use"] = "id"
		if _, err := handle(t.Context(), r); err == nil || httpapi.Problem(err).Status != 401 || len(d.pool.called) > 0 {
			t.Errorf("%s: %v, called %v", route, err, d.pool.called)
		}
	}
}

func TestTokenOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{"Bearer a.b.c": "a.b.c", "bearer  a.b.c": "a.b.c", "a.b.c": "a.b.c", "": ""} {
		if got := tokenOf(&httpapi.Request{Headers: map[string]string{"authorization": header}}); got != want {
			t.Errorf("of %q: %q", header, got)
		}
	}
}
