// Package cognito_test checks user pools through the client that the product
// uses. It runs against the local AWS, and with CONFORMANCE_COGNITO_ENDPOINT set
// against the engine at that address, so that what both agree on is not this
// project's fancy alone. Checks that moto's server cannot pass say why they are
// left out for an engine from outside.
package cognito_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"clientflow/infra/local/cognito"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

const (
	email       = "john@ib.test"
	password    = "Demo-1234!"
	newPassword = "Other-5678?"
)

// suite is one pool with one client, made through the API.
type suite struct {
	*cip.Client
	endpoint         string
	external         bool
	poolID, clientID string
}

func start(t *testing.T) *suite {
	t.Helper()
	s := &suite{endpoint: os.Getenv("CONFORMANCE_COGNITO_ENDPOINT")}
	s.external = s.endpoint != ""
	if !s.external {
		s.endpoint = serveLocal(t)
	}
	s.Client = cip.New(cip.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.endpoint), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("made", "up", ""),
	})
	s.createPool(t)
	return s
}

func serveLocal(t *testing.T) string {
	t.Helper()
	service := cognito.New(time.Now)
	mux := wire.NewMux(iam.NewKeys(time.Now, nil), service.Service())
	service.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// createPool makes a pool as the template has it.
func (s *suite) createPool(t *testing.T) {
	t.Helper()
	made, err := s.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{
		PoolName:               aws.String("conformance"),
		UsernameAttributes:     []types.UsernameAttributeType{types.UsernameAttributeTypeEmail},
		AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
		UsernameConfiguration:  &types.UsernameConfigurationType{CaseSensitive: aws.Bool(false)},
		Policies: &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{
			MinimumLength: aws.Int32(8), RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.poolID = aws.ToString(made.UserPool.Id)
	t.Cleanup(func() { // when t.Context is over
		if _, err := s.DeleteUserPool(context.Background(), &cip.DeleteUserPoolInput{UserPoolId: &s.poolID}); err != nil {
			t.Error(err)
		}
	})
	client, err := s.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: &s.poolID, ClientName: aws.String("web"),
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
		PreventUserExistenceErrors: types.PreventUserExistenceErrorTypesEnabled,
		EnableTokenRevocation:      aws.Bool(true),
		AccessTokenValidity:        aws.Int32(30),
		IdTokenValidity:            aws.Int32(2),
		RefreshTokenValidity:       10,
		TokenValidityUnits: &types.TokenValidityUnitsType{
			AccessToken: types.TimeUnitsTypeMinutes, IdToken: types.TimeUnitsTypeHours, RefreshToken: types.TimeUnitsTypeDays,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.clientID = aws.ToString(client.UserPoolClient.ClientId)
}

// code returns the newest code that was mailed. Engines from outside mail
// nothing and take any.
func (s *suite) code(t *testing.T, to string) string {
	t.Helper()
	if s.external {
		return "123456"
	}
	response, err := http.Get(s.endpoint + "/_local/mail?to=" + url.QueryEscape(to))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var mails []struct{ Code string }
	if err := json.NewDecoder(response.Body).Decode(&mails); err != nil || len(mails) == 0 {
		t.Fatalf("mails to %s: %v, error %v", to, mails, err)
	}
	return mails[len(mails)-1].Code
}

func (s *suite) signUp(t *testing.T, email string) string {
	t.Helper()
	out, err := s.SignUp(t.Context(), &cip.SignUpInput{
		ClientId: &s.clientID, Username: &email, Password: aws.String(password),
		UserAttributes: []types.AttributeType{{Name: aws.String("email"), Value: &email}, {Name: aws.String("name"), Value: aws.String("John Doe")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.UserSub)
}

func (s *suite) confirm(t *testing.T, email string) {
	t.Helper()
	_, err := s.ConfirmSignUp(t.Context(), &cip.ConfirmSignUpInput{ClientId: &s.clientID, Username: &email, ConfirmationCode: aws.String(s.code(t, email))})
	if err != nil {
		t.Fatal(err)
	}
}

// user signs a user up and confirms it; it returns the sub.
func (s *suite) user(t *testing.T, email string) string {
	t.Helper()
	sub := s.signUp(t, email)
	s.confirm(t, email)
	return sub
}

func (s *suite) auth(t *testing.T, flow types.AuthFlowType, parameters map[string]string) (*types.AuthenticationResultType, error) {
	t.Helper()
	out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &s.clientID, AuthFlow: flow, AuthParameters: parameters})
	if err != nil {
		return nil, err
	}
	return out.AuthenticationResult, nil
}

func (s *suite) trySignIn(t *testing.T, email, password string) (*types.AuthenticationResultType, error) {
	t.Helper()
	return s.auth(t, types.AuthFlowTypeUserPasswordAuth, map[string]string{"USERNAME": email, "PASSWORD": password})
}

func (s *suite) signIn(t *testing.T, email, password string) *types.AuthenticationResultType {
	t.Helper()
	tokens, err := s.trySignIn(t, email, password)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func (s *suite) refresh(t *testing.T, token *string) (*types.AuthenticationResultType, error) {
	t.Helper()
	return s.auth(t, types.AuthFlowTypeRefreshTokenAuth, map[string]string{"REFRESH_TOKEN": aws.ToString(token)})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("error %v, want %s", err, code)
	}
}

// wantError also wants the message.
func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || api.ErrorMessage() != message {
		t.Errorf("error %v, want %s: %s", err, code, message)
	}
}
