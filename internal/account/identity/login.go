package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

// logIn answers with tokens for an address and its password. A sign-up that was
// interrupted before the IB's record was made is completed here.
func (d *Desk) logIn(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	address, password := in.email(), in.text("password")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	proof, err := d.proof(ctx, address)
	if err != nil {
		return httpapi.Response{}, err
	}
	started := time.Now()
	result, err := d.authenticate(ctx, address, password, *proof)
	if err != nil {
		d.even(ctx, started)
		return httpapi.Response{}, refusedLogin(err)
	}
	person, err := readIDToken(aws.ToString(result.IdToken))
	if err != nil {
		return httpapi.Response{}, err
	}
	id, err := d.registrar.Ensure(ctx, person)
	if err != nil {
		return httpapi.Response{}, err
	}
	httpapi.NoteTenant(ctx, id)
	return tokens(result, aws.ToString(result.RefreshToken))
}

// refresh answers with new tokens for a refresh token. Cognito gives no new
// refresh token with them, so the one that was sent is answered again. Whose it is
// need not be said, as it would have to be for InitiateAuth with a client's secret.
func (d *Desk) refresh(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	token := in.text("refreshToken")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	if !tokenShape.MatchString(token) {
		return httpapi.Response{}, signInAgain()
	}
	secret, err := d.secret(ctx)
	if err != nil {
		return httpapi.Response{}, err
	}
	answer, err := d.pool.GetTokensFromRefreshToken(ctx, &cognitoidentityprovider.GetTokensFromRefreshTokenInput{
		ClientId:     &d.clientID,
		ClientSecret: secret,
		RefreshToken: &token,
	})
	if err != nil {
		return httpapi.Response{}, refusedRefresh(err)
	}
	result := answer.AuthenticationResult
	if result == nil {
		return httpapi.Response{}, errors.New("the user pool refreshed no tokens")
	}
	person, err := readIDToken(aws.ToString(result.IdToken))
	if err != nil {
		return httpapi.Response{}, err
	}
	id, err := d.registrar.Admit(ctx, person)
	if err != nil {
		return httpapi.Response{}, err
	}
	httpapi.NoteTenant(ctx, id)
	return tokens(result, token)
}

// authenticate asks Cognito for tokens.
func (d *Desk) authenticate(ctx context.Context, address, password, proof string) (*types.AuthenticationResultType, error) {
	answer, err := d.pool.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		ClientId:       &d.clientID,
		AuthFlow:       types.AuthFlowTypeUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": address, "PASSWORD": password, "SECRET_HASH": proof},
	})
	if err != nil {
		return nil, err
	}
	if answer.AuthenticationResult == nil { // a pool that asks for a second factor, say
		return nil, fmt.Errorf("the user pool asks for %s, which is not offered here", answer.ChallengeName)
	}
	return answer.AuthenticationResult, nil
}

// unconfirmed is the type of the problem that a code solves; other accounts that may
// not sign in are disabled.
const unconfirmed = "urn:problem-type:unconfirmed"

func refusedLogin(err error) error {
	switch errorCode(err) {
	case "NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException":
		return problem.New(problem.Unauthorized, "The email or the password is wrong.")
	case "UserNotConfirmedException": // which Cognito tells only those who know the password
		return &problem.Problem{Kind: problem.Forbidden, Type: unconfirmed,
			Detail: "Please confirm your email address first, with the code that was sent to it."}
	}
	return failed("sign in", err)
}

func refusedRefresh(err error) error {
	switch errorCode(err) {
	case "NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException", "PasswordResetRequiredException":
		return signInAgain()
	}
	return failed("refresh tokens", err)
}

func signInAgain() error { return problem.New(problem.Unauthorized, "Please sign in again.") }

// tokens answers with what Cognito gave, and with the refresh token to use next.
func tokens(result *types.AuthenticationResultType, refreshToken string) (httpapi.Response, error) {
	return httpapi.JSON(http.StatusOK, struct {
		AccessToken  string `json:"accessToken"`
		IDToken      string `json:"idToken"`
		RefreshToken string `json:"refreshToken"`
		ExpiresIn    int32  `json:"expiresIn"`
		TokenType    string `json:"tokenType"`
	}{aws.ToString(result.AccessToken), aws.ToString(result.IdToken), refreshToken, result.ExpiresIn, aws.ToString(result.TokenType)})
}
