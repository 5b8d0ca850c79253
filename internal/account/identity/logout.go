package identity

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/internal/httpapi"
)

// logOut revokes a refresh token. The answer 204 says that the token will not
// refresh any more, which is true as well of one that never did.
func (d *Desk) logOut(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	token := in.text("refreshToken")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	if tokenShape.MatchString(token) {
		if err := d.revoke(ctx, token); err != nil {
			return httpapi.Response{}, failed("revoke a token", err)
		}
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

func (d *Desk) revoke(ctx context.Context, token string) error {
	secret, err := d.secret(ctx)
	if err != nil {
		return err
	}
	_, err = d.pool.RevokeToken(ctx, &cognitoidentityprovider.RevokeTokenInput{ClientId: &d.clientID, ClientSecret: secret, Token: &token})
	switch errorCode(err) {
	case "NotAuthorizedException", "UnauthorizedException", "InvalidParameterException", "UnsupportedTokenTypeException":
		return nil // not a refresh token that the client, or its secret, may revoke
	}
	return err
}
