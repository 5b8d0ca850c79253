package cognito_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// confidential makes a client with a secret the suite's, and returns the secret.
func (s *suite) confidential(t *testing.T) *string {
	t.Helper()
	made, err := s.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: &s.poolID, ClientName: aws.String("confidential"), GenerateSecret: true,
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
		PreventUserExistenceErrors: types.PreventUserExistenceErrorTypesEnabled,
		EnableTokenRevocation:      aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.clientID = aws.ToString(made.UserPoolClient.ClientId)
	described, err := s.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &s.poolID, ClientId: &s.clientID})
	if err != nil {
		t.Fatal(err)
	}
	secret := described.UserPoolClient.ClientSecret
	shape := regexp.MustCompile(`^[\w+]{1,64}$`)
	if s.external {
		shape = regexp.MustCompile(`^.{1,64}$`) // moto's is a UUID
	}
	if aws.ToString(secret) != aws.ToString(made.UserPoolClient.ClientSecret) || !shape.MatchString(aws.ToString(secret)) {
		t.Fatalf("made with the secret %q, described with %q", aws.ToString(made.UserPoolClient.ClientSecret), aws.ToString(secret))
	}
	return secret
}

// hash is the SECRET_HASH for a user.
func (s *suite) hash(secret *string, username string) string {
	hash := hmac.New(sha256.New, []byte(*secret))
	hash.Write([]byte(username + s.clientID))
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}

func TestAPublicClientHasNoSecret(t *testing.T) {
	t.Parallel()
	s := start(t)
	out, err := s.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &s.poolID, ClientId: &s.clientID})
	if err != nil || out.UserPoolClient.ClientSecret != nil {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestRefreshWithASecret(t *testing.T) {
	t.Parallel()
	s := start(t)
	sub := s.user(t, email)
	secret := s.confidential(t)
	signedIn, err := s.auth(t, types.AuthFlowTypeUserPasswordAuth, map[string]string{"USERNAME": email, "PASSWORD": password, "SECRET_HASH": s.hash(secret, email)})
	if err != nil {
		t.Fatal(err)
	}
	token := aws.ToString(signedIn.RefreshToken)
	_, err = s.refresh(t, &token)
	wantCode(t, err, "NotAuthorizedException")
	flow := func(username string) error {
		_, err := s.auth(t, types.AuthFlowTypeRefreshTokenAuth, map[string]string{"REFRESH_TOKEN": token, "SECRET_HASH": s.hash(secret, username)})
		return err
	}
	wantCode(t, flow("jane@ib.test"), "NotAuthorizedException")
	if s.external {
		return // moto wants the name that was signed in with, and has no GetTokensFromRefreshToken
	}
	wantCode(t, flow(email), "NotAuthorizedException")
	if err := flow(sub); err != nil {
		t.Error(err)
	}
	refreshed, err := s.GetTokensFromRefreshToken(t.Context(), &cip.GetTokensFromRefreshTokenInput{ClientId: &s.clientID, ClientSecret: secret, RefreshToken: &token})
	if err != nil {
		t.Fatal(err)
	}
	before, after := s.claims(t, signedIn.AccessToken), s.claims(t, refreshed.AuthenticationResult.AccessToken)
	if after["sub"] != sub || after["jti"] == before["jti"] || after["origin_jti"] != before["origin_jti"] || refreshed.AuthenticationResult.RefreshToken != nil {
		t.Errorf("refreshed to %v, want the same session as %v", after, before)
	}
	if _, err := s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: &s.clientID, ClientSecret: secret, Token: &token}); err != nil {
		t.Fatal(err)
	}
	_, err = s.GetTokensFromRefreshToken(t.Context(), &cip.GetTokensFromRefreshTokenInput{ClientId: &s.clientID, ClientSecret: secret, RefreshToken: &token})
	wantError(t, err, "NotAuthorizedException", "Refresh Token has been revoked")
}

func TestAClientWithASecretTellsNobodyWhoIsKnown(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	s.confidential(t)
	if s.external {
		return // moto wants no proof where no token is refreshed
	}
	for _, username := range []string{email, "nobody@ib.test"} {
		_, err := s.SignUp(t.Context(), &cip.SignUpInput{ClientId: &s.clientID, Username: &username, Password: aws.String(password)})
		wantError(t, err, "NotAuthorizedException", "Client "+s.clientID+" is configured with secret but SECRET_HASH was not received")
		_, err = s.ForgotPassword(t.Context(), &cip.ForgotPasswordInput{ClientId: &s.clientID, Username: &username, SecretHash: aws.String("x")})
		wantError(t, err, "NotAuthorizedException", "Unable to verify secret hash for client "+s.clientID)
	}
}
