package cognito_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/golang-jwt/jwt/v5"
)

// keys reads a pool's public keys, by id.
func (s *suite) keys(t *testing.T) map[any]*rsa.PublicKey {
	t.Helper()
	response, err := http.Get(s.endpoint + "/" + s.poolID + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var set struct {
		Keys []struct{ Kid, Kty, Alg, N, E string }
	}
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		t.Fatal(err)
	}
	keys := map[any]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		if err != nil {
			t.Fatal(err)
		}
		e, err := base64.RawURLEncoding.DecodeString(k.E)
		if err != nil {
			t.Fatal(err)
		}
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return keys
}

// claims verifies a token's signature and reads its claims.
func (s *suite) claims(t *testing.T, token *string) jwt.MapClaims {
	t.Helper()
	keys := s.keys(t)
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(aws.ToString(token), claims, func(token *jwt.Token) (any, error) { return keys[token.Header["kid"]], nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired())
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := start(t)
	sub := s.user(t, email)
	tokens := s.signIn(t, email, password)
	if aws.ToString(tokens.TokenType) != "Bearer" || aws.ToString(tokens.RefreshToken) == "" {
		t.Errorf("token type %s, refresh token %q", aws.ToString(tokens.TokenType), aws.ToString(tokens.RefreshToken))
	}
	access, id := s.claims(t, tokens.AccessToken), s.claims(t, tokens.IdToken)
	for name, want := range map[string]any{"sub": sub, "client_id": s.clientID, "token_use": "access", "username": sub, "scope": "aws.cognito.signin.user.admin"} {
		if access[name] != want {
			t.Errorf("access token: %s = %v, want %v", name, access[name], want)
		}
	}
	for name, want := range map[string]any{"sub": sub, "aud": s.clientID, "token_use": "id", "email": email, "cognito:username": sub} {
		if id[name] != want {
			t.Errorf("ID token: %s = %v, want %v", name, id[name], want)
		}
	}
	for _, name := range []string{"email", "aud", "cognito:groups"} {
		if access[name] != nil {
			t.Errorf("access token: %s = %v, want none", name, access[name])
		}
	}
	for _, claims := range []jwt.MapClaims{access, id} {
		for _, name := range []string{"iss", "iat", "exp", "auth_time", "jti", "origin_jti"} {
			if claims[name] == nil {
				t.Errorf("%s token has no %s", claims["token_use"], name)
			}
		}
	}
	if access["origin_jti"] != id["origin_jti"] || access["jti"] == id["jti"] {
		t.Errorf("tokens of one sign-in: access %v, ID %v", access, id)
	}
	if s.external {
		return // moto has no event_id, names AWS as issuer, tells less of the user, and issues for an hour
	}
	if access["iss"] != s.endpoint+"/"+s.poolID || access["event_id"] == nil || id["email_verified"] != true || id["name"] != "John Doe" {
		t.Errorf("access token %v, ID token %v", access, id)
	}
	lifetimes(t, tokens, access, id)
}

// lifetimes are those that the client was made with.
func lifetimes(t *testing.T, tokens *types.AuthenticationResultType, access, id jwt.MapClaims) {
	t.Helper()
	life := func(claims jwt.MapClaims) time.Duration {
		return time.Duration(claims["exp"].(float64)-claims["iat"].(float64)) * time.Second
	}
	if life(access) != 30*time.Minute || life(id) != 2*time.Hour || tokens.ExpiresIn != 1800 {
		t.Errorf("access for %v (%d s), ID for %v; want 30 minutes and 2 hours", life(access), tokens.ExpiresIn, life(id))
	}
}

func TestUnknownUserIsAWrongPassword(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	_, wrong := s.trySignIn(t, email, "Wrong-1234!")
	wantError(t, wrong, "NotAuthorizedException", "Incorrect username or password.")
	_, unknown := s.trySignIn(t, "nobody@ib.test", password)
	if s.external {
		return // moto knows PreventUserExistenceErrors by name only
	}
	wantError(t, unknown, "NotAuthorizedException", "Incorrect username or password.")
}

func TestSignInWhateverTheCase(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	if s.external {
		return // moto heeds the case of user names whatever the pool says
	}
	s.signIn(t, "John@IB.test", password)
}

func TestFlowMustBeAllowed(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	made, err := s.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{UserPoolId: &s.poolID, ClientName: aws.String("closed"),
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth}})
	if err != nil {
		t.Fatal(err)
	}
	s.clientID = aws.ToString(made.UserPoolClient.ClientId)
	_, err = s.trySignIn(t, email, password)
	if s.external {
		return // moto lets every client use this flow
	}
	wantCode(t, err, "InvalidParameterException")
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	s := start(t)
	sub := s.user(t, email)
	first := s.signIn(t, email, password)
	second, err := s.refresh(t, first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	before, after := s.claims(t, first.AccessToken), s.claims(t, second.AccessToken)
	if after["sub"] != sub || after["jti"] == before["jti"] {
		t.Errorf("claims %v, want a new token of the same user", after)
	}
	if id := s.claims(t, second.IdToken); id["token_use"] != "id" {
		t.Errorf("ID token %v", id)
	}
	for _, token := range []*string{aws.String("garbage"), first.AccessToken} {
		_, err := s.refresh(t, token)
		wantCode(t, err, "NotAuthorizedException")
	}
	if s.external {
		return // moto hands out the refresh token again, and starts a new session
	}
	if second.RefreshToken != nil || after["origin_jti"] != before["origin_jti"] || after["auth_time"] != before["auth_time"] {
		t.Errorf("refreshed: token %q, claims %v; want the same session as %v", aws.ToString(second.RefreshToken), after, before)
	}
}

func TestRefreshTokenIsTheClientsOwn(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	tokens := s.signIn(t, email, password)
	made, err := s.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{UserPoolId: &s.poolID, ClientName: aws.String("other")})
	if err != nil {
		t.Fatal(err)
	}
	s.clientID = aws.ToString(made.UserPoolClient.ClientId)
	_, err = s.refresh(t, tokens.RefreshToken)
	if s.external {
		return // moto does not look whose token it is
	}
	wantError(t, err, "NotAuthorizedException", "Invalid Refresh Token")
}

func TestRevokeToken(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // moto fails on RevokeToken
	}
	s.user(t, email)
	revoked, kept := s.signIn(t, email, password), s.signIn(t, email, password)
	revoke := func(token *string) error {
		_, err := s.RevokeToken(t.Context(), &cip.RevokeTokenInput{ClientId: &s.clientID, Token: token})
		return err
	}
	for range 2 { // the second time changes nothing
		if err := revoke(revoked.RefreshToken); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.refresh(t, revoked.RefreshToken)
	wantError(t, err, "NotAuthorizedException", "Refresh Token has been revoked")
	_, err = s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: revoked.AccessToken})
	wantError(t, err, "NotAuthorizedException", "Access Token has been revoked")
	if _, err := s.refresh(t, kept.RefreshToken); err != nil {
		t.Errorf("another session of the same user: %v", err)
	}
	wantCode(t, revoke(kept.AccessToken), "UnsupportedTokenTypeException")
	wantCode(t, revoke(aws.String("garbage")), "InvalidParameterException")
}

func TestGlobalSignOut(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.user(t, email)
	first, second := s.signIn(t, email, password), s.signIn(t, email, password)
	if _, err := s.GlobalSignOut(t.Context(), &cip.GlobalSignOutInput{AccessToken: first.AccessToken}); err != nil {
		t.Fatal(err)
	}
	_, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: first.AccessToken})
	wantCode(t, err, "NotAuthorizedException")
	for _, tokens := range []*types.AuthenticationResultType{first, second} {
		_, err := s.refresh(t, tokens.RefreshToken)
		wantCode(t, err, "NotAuthorizedException")
	}
	s.signIn(t, email, password)
}

func TestGetUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	sub := s.user(t, email)
	tokens := s.signIn(t, email, password)
	got, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: tokens.AccessToken})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(got.Username) != sub {
		t.Errorf("user name %q, want the sub %q", aws.ToString(got.Username), sub)
	}
	wantAttributes(t, got.UserAttributes, map[string]string{"sub": sub, "email": email, "name": "John Doe"})
	for _, token := range []*string{aws.String("garbage"), tokens.IdToken} {
		_, err := s.GetUser(t.Context(), &cip.GetUserInput{AccessToken: token})
		wantCode(t, err, "NotAuthorizedException")
	}
}

func wantAttributes(t *testing.T, got []types.AttributeType, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if !slices.ContainsFunc(got, func(a types.AttributeType) bool {
			return aws.ToString(a.Name) == name && aws.ToString(a.Value) == value
		}) {
			t.Errorf("no attribute %s = %s", name, value)
		}
	}
}
