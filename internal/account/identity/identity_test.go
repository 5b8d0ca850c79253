package identity

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// bodies is a good body for each route.
var bodies = map[string]string{
	"/signup":          `{"email":" John@ACME.com ","name":"` + johnName + `","password":"` + password + `"}`,
	"/signup/confirm":  `{"email":"john@acme.com","code":"` + mailedCode + `"}`,
	"/signup/resend":   `{"email":"john@acme.com"}`,
	"/login":           `{"email":"john@acme.com","password":"` + password + `"}`,
	"/login/refresh":   `{"refreshToken":"` + refreshToken + `"}`,
	"/logout":          `{"refreshToken":"` + refreshToken + `"}`,
	"/password/forgot": `{"email":"john@acme.com"}`,
	"/password/reset":  `{"email":"john@acme.com","code":"` + mailedCode + `","password":"` + password + `"}`,
	"/me/password":     `{"currentPassword":"` + password + `","newPassword":"` + newPassword + `"}`,
}

const (
	tokensBody       = `{"accessToken":"ACCESS","idToken":"ID","refreshToken":"REFRESH","expiresIn":3600,"tokenType":"Bearer"}`
	internalBody     = `{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"Something failed on our side. Please try again later."}`
	tooManyBody      = `{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"There are too many requests just now. Please try again in a minute."}`
	wrongLoginBody   = `{"type":"about:blank","title":"Unauthorized","status":401,"detail":"The email or the password is wrong."}`
	unconfirmedBody  = `{"type":"urn:problem-type:unconfirmed","title":"Forbidden","status":403,"detail":"Please confirm your email address first, with the code that was sent to it."}`
	signInAgainBody  = `{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Please sign in again."}`
	wrongCodeBody    = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"Please correct: code.","errors":[{"field":"code","message":"` + wrongCode + `"}]}`
	badEmailBody     = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"Please correct: email.","errors":[{"field":"email","message":"is not a plain email address such as name@example.com"}]}`
	shortByCognito   = "Password did not conform with policy: Password not long enough"
	badPasswordBody  = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"Please correct: password.","errors":[{"field":"password","message":"is refused: ` + shortByCognito + `"}]}`
	newAccountBody   = `{"success":true,"userId":"` + johnID + `"}`
	nobodyInUserPool = `{"success":true,"userId":"NOBODY"}`
)

// plain puts words in the place of what is random or long in a body.
func plain(body string) string {
	body = strings.NewReplacer(accessToken, "ACCESS", johnsIDToken, "ID", refreshToken, "REFRESH").Replace(body)
	before, after, found := strings.Cut(body, `"userId":"`)
	if found && len(after) > len(johnID) && !strings.HasPrefix(after, johnID) {
		body = before + `"userId":"NOBODY` + after[len(johnID):]
	}
	return body
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	weak := &types.InvalidPasswordException{Message: aws.String(shortByCognito)}
	tests := []struct {
		name, path string
		errs       map[string]error
		status     int
		body       string
	}{
		{"signed up", "/signup", nil, 201, newAccountBody},
		{"known and confirmed", "/signup", both("UsernameExistsException", "InvalidParameterException"), 201, nobodyInUserPool},
		{"known, waits for a code", "/signup", both("UsernameExistsException", ""), 201, nobodyInUserPool},
		{"known, asked too often", "/signup", both("UsernameExistsException", "LimitExceededException"), 201, nobodyInUserPool},
		{"known, resends are throttled", "/signup", both("UsernameExistsException", "TooManyRequestsException"), 201, nobodyInUserPool},
		{"known, Cognito fails", "/signup", both("UsernameExistsException", "InternalErrorException"), 201, nobodyInUserPool},
		{"made, but not mailed to", "/signup", both("CodeDeliveryFailureException", "CodeDeliveryFailureException"), 201, nobodyInUserPool},
		{"password against the pool's policy", "/signup", map[string]error{"SignUp": weak}, 422, badPasswordBody},
		{"address against Cognito's taste", "/signup", failing("SignUp", "InvalidParameterException"), 422, badEmailBody},
		{"no mail left", "/signup", failing("SignUp", "LimitExceededException"), 201, nobodyInUserPool},
		{"sign-ups throttled", "/signup", failing("SignUp", "TooManyRequestsException"), 429, tooManyBody},
		{"sign-up fails", "/signup", failing("SignUp", "InternalErrorException"), 500, internalBody},
		{"sign-up unreachable", "/signup", map[string]error{"SignUp": errNetwork}, 500, internalBody},

		{"confirmed", "/signup/confirm", nil, 204, ""},
		{"confirmed, and Cognito fails then", "/signup/confirm", failing("AdminGetUser", "InternalErrorException"), 204, ""},
		{"wrong code", "/signup/confirm", failing("ConfirmSignUp", "CodeMismatchException"), 422, wrongCodeBody},
		{"old code", "/signup/confirm", failing("ConfirmSignUp", "ExpiredCodeException"), 422, wrongCodeBody},
		{"code for nobody", "/signup/confirm", failing("ConfirmSignUp", "UserNotFoundException"), 422, wrongCodeBody},
		{"confirmed before", "/signup/confirm", failing("ConfirmSignUp", "NotAuthorizedException"), 422, wrongCodeBody},
		{"address is another's", "/signup/confirm", failing("ConfirmSignUp", "AliasExistsException"), 422, wrongCodeBody},
		{"code of no shape", "/signup/confirm", failing("ConfirmSignUp", "InvalidParameterException"), 422, wrongCodeBody},
		{"code guessed too often", "/signup/confirm", failing("ConfirmSignUp", "TooManyFailedAttemptsException"), 422, wrongCodeBody},
		{"code tried too often", "/signup/confirm", failing("ConfirmSignUp", "LimitExceededException"), 422, wrongCodeBody},
		{"confirming throttled", "/signup/confirm", failing("ConfirmSignUp", "TooManyRequestsException"), 429, tooManyBody},
		{"confirming fails", "/signup/confirm", map[string]error{"ConfirmSignUp": errNetwork}, 500, internalBody},

		{"sent again", "/signup/resend", nil, 202, ""},
		{"resend to nobody", "/signup/resend", failing("ResendConfirmationCode", "UserNotFoundException"), 202, ""},
		{"resend to the confirmed", "/signup/resend", failing("ResendConfirmationCode", "InvalidParameterException"), 202, ""},
		{"resend too often", "/signup/resend", failing("ResendConfirmationCode", "LimitExceededException"), 202, ""},
		{"resend undelivered", "/signup/resend", failing("ResendConfirmationCode", "CodeDeliveryFailureException"), 202, ""},
		{"resend throttled", "/signup/resend", failing("ResendConfirmationCode", "TooManyRequestsException"), 429, tooManyBody},
		{"resend fails", "/signup/resend", failing("ResendConfirmationCode", "InternalErrorException"), 500, internalBody},

		{"signed in", "/login", nil, 200, tokensBody},
		{"wrong password", "/login", failing("InitiateAuth", "NotAuthorizedException"), 401, wrongLoginBody},
		{"unknown user", "/login", failing("InitiateAuth", "UserNotFoundException"), 401, wrongLoginBody},
		{"password was reset", "/login", failing("InitiateAuth", "PasswordResetRequiredException"), 401, wrongLoginBody},
		{"not confirmed", "/login", failing("InitiateAuth", "UserNotConfirmedException"), 403, unconfirmedBody},
		{"sign-in throttled", "/login", failing("InitiateAuth", "TooManyRequestsException"), 429, tooManyBody},
		{"flow not enabled", "/login", failing("InitiateAuth", "InvalidParameterException"), 500, internalBody},
		{"sign-in unreachable", "/login", map[string]error{"InitiateAuth": errNetwork}, 500, internalBody},

		{"refreshed", "/login/refresh", nil, 200, tokensBody},
		{"revoked", "/login/refresh", failing("GetTokensFromRefreshToken", "NotAuthorizedException"), 401, signInAgainBody},
		{"user gone", "/login/refresh", failing("GetTokensFromRefreshToken", "UserNotFoundException"), 401, signInAgainBody},
		{"password reset since", "/login/refresh", failing("GetTokensFromRefreshToken", "PasswordResetRequiredException"), 401, signInAgainBody},
		{"refresh throttled", "/login/refresh", failing("GetTokensFromRefreshToken", "TooManyRequestsException"), 429, tooManyBody},
		{"refresh fails", "/login/refresh", failing("GetTokensFromRefreshToken", "InternalErrorException"), 500, internalBody},

		{"signed out", "/logout", nil, 204, ""},
		{"signed out before", "/logout", failing("RevokeToken", "NotAuthorizedException"), 204, ""},
		{"another client's token", "/logout", failing("RevokeToken", "UnauthorizedException"), 204, ""},
		{"no token at all", "/logout", failing("RevokeToken", "InvalidParameterException"), 204, ""},
		{"an access token", "/logout", failing("RevokeToken", "UnsupportedTokenTypeException"), 204, ""},
		{"sign-out throttled", "/logout", failing("RevokeToken", "TooManyRequestsException"), 429, tooManyBody},
		{"revocation not enabled", "/logout", failing("RevokeToken", "UnsupportedOperationException"), 500, internalBody},

		{"code mailed", "/password/forgot", nil, 202, ""},
		{"forgot, unknown", "/password/forgot", failing("ForgotPassword", "UserNotFoundException"), 202, ""},
		{"forgot, not confirmed", "/password/forgot", failing("ForgotPassword", "InvalidParameterException"), 202, ""},
		{"forgot, disabled", "/password/forgot", failing("ForgotPassword", "NotAuthorizedException"), 202, ""},
		{"forgot too often", "/password/forgot", failing("ForgotPassword", "LimitExceededException"), 202, ""},
		{"forgot, throttled", "/password/forgot", failing("ForgotPassword", "TooManyRequestsException"), 429, tooManyBody},
		{"forgot, fails", "/password/forgot", map[string]error{"ForgotPassword": errNetwork}, 500, internalBody},

		{"password set", "/password/reset", nil, 204, ""},
		{"reset, sign-out throttled", "/password/reset", failing("AdminUserGlobalSignOut", "TooManyRequestsException"), 429, tooManyBody},
		{"reset, sign-out fails", "/password/reset", failing("AdminUserGlobalSignOut", "InternalErrorException"), 500, internalBody},
		{"reset, not found then", "/password/reset", failing("AdminGetUser", "InternalErrorException"), 500, internalBody},
		{"reset, wrong code", "/password/reset", failing("ConfirmForgotPassword", "CodeMismatchException"), 422, wrongCodeBody},
		{"reset, old code", "/password/reset", failing("ConfirmForgotPassword", "ExpiredCodeException"), 422, wrongCodeBody},
		{"reset, unknown", "/password/reset", failing("ConfirmForgotPassword", "UserNotFoundException"), 422, wrongCodeBody},
		{"reset, not confirmed", "/password/reset", failing("ConfirmForgotPassword", "UserNotConfirmedException"), 422, wrongCodeBody},
		{"reset, tried too often", "/password/reset", failing("ConfirmForgotPassword", "TooManyFailedAttemptsException"), 422, wrongCodeBody},
		{"reset, too many", "/password/reset", failing("ConfirmForgotPassword", "LimitExceededException"), 422, wrongCodeBody},
		{"reset, weak for the pool", "/password/reset", map[string]error{"ConfirmForgotPassword": weak}, 422, badPasswordBody},
		{"reset, throttled", "/password/reset", failing("ConfirmForgotPassword", "TooManyRequestsException"), 429, tooManyBody},
		{"reset, fails", "/password/reset", failing("ConfirmForgotPassword", "InternalErrorException"), 500, internalBody},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			answer := newDesk(tt.errs).post(t, tt.path, bodies[tt.path])
			if answer.Status != tt.status || plain(answer.Body) != tt.body {
				t.Errorf("got %d %s\nwant %d %s", answer.Status, plain(answer.Body), tt.status, tt.body)
			}
		})
	}
}

// both makes a sign-up fail, and the sending of another code after it.
func both(signUp, resend string) map[string]error {
	errs := failing("SignUp", signUp)
	if resend != "" {
		errs["ResendConfirmationCode"] = cognito(resend)
	}
	return errs
}
