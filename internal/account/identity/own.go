package identity

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

const wrongCurrent = "is wrong"

// OwnRoutes returns the routes of an IB that is signed in. They act on the user of
// the access token that the gateway has checked, by that token: it is the only way in
// which the caller is named to Cognito.
func (d *Desk) OwnRoutes(verifier tenant.Verifier) httpapi.Routes {
	return httpapi.Routes{
		"POST /me/password":        httpapi.ForTenant(verifier, d.changePassword),
		"POST /me/sessions/revoke": httpapi.ForTenant(verifier, d.revokeSessions),
	}
}

// changePassword sets a new password for who knows the one that it replaces. Whoever
// is signed in stays so, on other devices too.
func (d *Desk) changePassword(ctx context.Context, r *httpapi.Request, _ tenant.Caller) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	current, proposed := in.text("currentPassword"), in.newPassword("newPassword")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	token := tokenOf(r)
	_, err = d.pool.ChangePassword(ctx, &cognitoidentityprovider.ChangePasswordInput{
		AccessToken:      &token,
		PreviousPassword: &current,
		ProposedPassword: &proposed,
	})
	if err != nil {
		return httpapi.Response{}, d.refusedChange(ctx, token, err)
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// refusedChange is the answer to a password that was not changed. Cognito has one
// error for a wrong password and for a token that was revoked, which the gateway does
// not notice: what the token opens tells them apart.
func (d *Desk) refusedChange(ctx context.Context, token string, err error) error {
	switch errorCode(err) {
	case "NotAuthorizedException":
		_, err := d.pool.GetUser(ctx, &cognitoidentityprovider.GetUserInput{AccessToken: &token})
		if err != nil {
			return refusedToken("see whether the token is good", err)
		}
		return invalid("currentPassword", wrongCurrent)
	case "InvalidParameterException": // of a shape that no password has
		return invalid("currentPassword", wrongCurrent)
	case "InvalidPasswordException", "PasswordHistoryPolicyViolationException":
		return refusedPassword("newPassword", err)
	case "LimitExceededException":
		return problem.New(problem.TooMany, "The password was tried too often. Please try again in an hour.")
	}
	return refusedToken("change a password", err)
}

// refusedToken is the answer to an access token that Cognito does not take, though
// the gateway did.
func refusedToken(doing string, err error) error {
	switch errorCode(err) {
	case "NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException", "PasswordResetRequiredException":
		return signInAgain()
	}
	return failed(doing, err)
}

// tokenOf returns the token that the gateway has checked, which it takes with and
// without the word Bearer.
func tokenOf(r *httpapi.Request) string {
	header := r.Header("authorization")
	return header[strings.LastIndexByte(header, ' ')+1:]
}
