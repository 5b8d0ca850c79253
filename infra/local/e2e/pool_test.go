package e2e_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
)

// stray is what someone asks the user pool itself, with the client's id, which stands
// in every token, and no secret. Cognito wants no signature for it.
type stray func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error

// strays are all that Cognito answers for an address.
func strays() map[string]stray {
	code, password := aws.String("000000"), aws.String(password)
	return map[string]stray{
		"SignUp": func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error {
			_, err := pool.SignUp(ctx, &cip.SignUpInput{ClientId: clientID, Username: address, SecretHash: hash, Password: password})
			return err
		},
		"ConfirmSignUp": func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error {
			_, err := pool.ConfirmSignUp(ctx, &cip.ConfirmSignUpInput{ClientId: clientID, Username: address, SecretHash: hash, ConfirmationCode: code})
			return err
		},
		"ResendConfirmationCode": func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error {
			_, err := pool.ResendConfirmationCode(ctx, &cip.ResendConfirmationCodeInput{ClientId: clientID, Username: address, SecretHash: hash})
			return err
		},
		"ForgotPassword": func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error {
			_, err := pool.ForgotPassword(ctx, &cip.ForgotPasswordInput{ClientId: clientID, Username: address, SecretHash: hash})
			return err
		},
		"ConfirmForgotPassword": func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error {
			_, err := pool.ConfirmForgotPassword(ctx, &cip.ConfirmForgotPasswordInput{ClientId: clientID, Username: address, SecretHash: hash, ConfirmationCode: code, Password: password})
			return err
		},
		"InitiateAuth": func(ctx context.Context, pool *cip.Client, clientID, address, hash *string) error {
			parameters := map[string]string{"USERNAME": *address, "PASSWORD": *password}
			if hash != nil {
				parameters["SECRET_HASH"] = *hash
			}
			_, err := pool.InitiateAuth(ctx, &cip.InitiateAuthInput{ClientId: clientID, AuthFlow: types.AuthFlowTypeUserPasswordAuth, AuthParameters: parameters})
			return err
		},
	}
}

// TestThePoolAnswersNobodyPastTheAPI: who asks Cognito itself is refused in the same
// words for an address that is known, with the password too, as for one that is not.
func TestThePoolAnswersNobodyPastTheAPI(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	pool, clientID := s.ways().anyone()
	for name, ask := range strays() {
		for what, hash := range map[string]*string{"no hash": nil, "a guess": aws.String("CaMRyr9BCdBtZrA0txidDw95M7LR0Ybku9dZl8iimnI=")} {
			t.Run(name+" with "+what, func(t *testing.T) {
				t.Parallel()
				stranger := newAddress("stranger")
				known, unknown := ask(t.Context(), pool, &clientID, &john.email, hash), ask(t.Context(), pool, &clientID, &stranger, hash)
				answer, refused := errors.AsType[smithy.APIError](known)
				other, too := errors.AsType[smithy.APIError](unknown)
				if !refused || !too || answer.ErrorCode() != "NotAuthorizedException" || answer.Error() != other.Error() {
					t.Errorf("a known address: %v\nan unknown one: %v", known, unknown)
				}
			})
		}
	}
}
