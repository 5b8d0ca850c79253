package gateway_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clientflow/infra/local/gateway"

	"github.com/golang-jwt/jwt/v5"
)

// issuer is an issuer of tokens that publishes its keys.
type issuer struct {
	server *httptest.Server
	key    *rsa.PrivateKey
	kid    atomic.Value // what it calls the key
	asked  atomic.Int64
}

func mustKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{key: mustKey(t)}
	i.kid.Store("k1")
	encode := base64.RawURLEncoding.EncodeToString
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pool/.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		keys := []map[string]any{
			{"kty": "EC", "kid": "other"},
			{"kty": "RSA", "kid": i.kid.Load(), "use": "sig", "alg": "RS256", "n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes())},
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"keys": keys}); err != nil {
			t.Error(err)
		}
	})
	i.server = httptest.NewServer(mux)
	t.Cleanup(i.server.Close)
	return i
}

func (i *issuer) url() string { return i.server.URL + "/pool" }

// claims are those of a good access token, after a change.
func (i *issuer) claims(change func(jwt.MapClaims)) jwt.MapClaims {
	claims := jwt.MapClaims{
		"sub": "user-1", "iss": i.url(), "client_id": "client-1", "token_use": "access", "scope": "read write",
		"iat": now().Unix() - 60, "exp": now().Unix() + 60, "cognito:groups": []string{"admins", "ibs"}, "email_verified": true,
	}
	if change != nil {
		change(claims)
	}
	return claims
}

func (i *issuer) token(t *testing.T, change func(jwt.MapClaims)) string {
	t.Helper()
	return sign(t, jwt.SigningMethodRS256, "k1", i.key, i.claims(change))
}

func sign(t *testing.T, method jwt.SigningMethod, kid string, key any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func guarded(t *testing.T, i *issuer, f *function, scopes ...string) *httptest.Server {
	t.Helper()
	authorizer := gateway.NewAuthorizer(i.url(), []string{"client-0", "client-1"}, now)
	return mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "GET", Path: "/me", Function: f, Authorizer: authorizer, Scopes: scopes}}})
}

func TestTokenOfTheEvent(t *testing.T) {
	t.Parallel()
	i, f := newIssuer(t), &function{}
	server := guarded(t, i, f)
	response, body := request(t, "GET", server.URL+"/me", "", http.Header{"Authorization": {"Bearer " + i.token(t, nil)}})
	got, ok := f.event(t)
	if !ok {
		t.Fatalf("%d %s %v", response.StatusCode, body, response.Header)
	}
	want := decode(t, `{"jwt":{"claims":{
		"sub":"user-1","iss":"`+i.url()+`","client_id":"client-1","token_use":"access","scope":"read write",
		"iat":"1773342178","exp":"1773342298","cognito:groups":"[admins ibs]","email_verified":"true"},"scopes":null}}`)
	if authorizer := got["requestContext"].(map[string]any)["authorizer"]; !reflect.DeepEqual(authorizer, want) {
		t.Errorf("got  %v\nwant %v", authorizer, want)
	}
}

func TestTokensThatAreTaken(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	server := guarded(t, i, &function{})
	for name, header := range map[string]string{
		"with the scheme":          "Bearer " + i.token(t, nil),
		"with the scheme in small": "bearer " + i.token(t, nil),
		"without a scheme":         i.token(t, nil),
		"with an audience":         i.token(t, func(c jwt.MapClaims) { c["aud"] = "client-0"; c["client_id"] = "other" }),
		"with several audiences":   i.token(t, func(c jwt.MapClaims) { c["aud"] = []string{"other", "client-1"} }),
		"valid from now":           i.token(t, func(c jwt.MapClaims) { c["nbf"] = now().Unix() }),
	} {
		if response, body := request(t, "GET", server.URL+"/me", "", http.Header{"Authorization": {header}}); response.StatusCode != 200 {
			t.Errorf("%s: %d %s %s", name, response.StatusCode, body, response.Header.Get("Www-Authenticate"))
		}
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	good := i.token(t, nil)
	parts := strings.Split(good, ".")
	unsigned := sign(t, jwt.SigningMethodNone, "k1", jwt.UnsafeAllowNoneSignatureType, i.claims(nil))
	// The public key as a secret: the trick against verifiers that trust alg.
	confused := sign(t, jwt.SigningMethodHS256, "k1", i.key.N.Bytes(), i.claims(nil))
	const invalid = `Bearer scope="" error="invalid_token" error_description=`
	tests := []struct{ name, header, challenge string }{
		{"none", "", "Bearer"},
		{"a scheme alone", "Bearer", `"token contains an invalid number of segments"`},
		{"a scheme and a space", "Bearer ", `"token contains an invalid number of segments"`},
		{"no token", "Bearer nonsense", `"token contains an invalid number of segments"`},
		{"another scheme", "Basic " + good, `"token contains an invalid number of segments"`},
		{"no JSON", "Bearer a.b.c", `"token contains an invalid number of segments"`},
		{"expired", i.token(t, func(c jwt.MapClaims) { c["exp"] = now().Unix() - 1 }), `"the token has expired"`},
		{"without an end", i.token(t, func(c jwt.MapClaims) { delete(c, "exp") }), `"the token has expired"`},
		{"not yet valid", i.token(t, func(c jwt.MapClaims) { c["nbf"] = now().Unix() + 60 }), `"the token is not valid yet"`},
		{"of the future", i.token(t, func(c jwt.MapClaims) { c["iat"] = now().Unix() + 60 }), `"the token is not valid yet"`},
		{"of another issuer", i.token(t, func(c jwt.MapClaims) { c["iss"] = i.server.URL + "/other" }), `"the token does not have a valid issuer"`},
		{"without an issuer", i.token(t, func(c jwt.MapClaims) { delete(c, "iss") }), ""},
		{"for another client", i.token(t, func(c jwt.MapClaims) { c["client_id"] = "other" }), `"the token does not have a valid audience"`},
		{"for another audience", i.token(t, func(c jwt.MapClaims) { c["aud"] = "other" }), `"the token does not have a valid audience"`},
		{"for no audience", i.token(t, func(c jwt.MapClaims) { delete(c, "client_id") }), `"the token does not have a valid audience"`},
		{"unsigned", unsigned, `"the token does not have a valid signature"`},
		{"signed with the public key", confused, `"the token does not have a valid signature"`},
		{"of another key", sign(t, jwt.SigningMethodRS256, "k1", mustKey(t), i.claims(nil)), `"the token does not have a valid signature"`},
		{"of an unknown key", sign(t, jwt.SigningMethodRS256, "k2", i.key, i.claims(nil)), `"the token was signed with an unknown key"`},
		{"without a key's name", sign(t, jwt.SigningMethodRS256, "", i.key, i.claims(nil)), `"the token was signed with an unknown key"`},
		{"with other claims", parts[0] + "." + strings.Split(i.token(t, func(c jwt.MapClaims) { c["sub"] = "user-2" }), ".")[1] + "." + parts[2], `"the token does not have a valid signature"`},
		{"of another algorithm", sign(t, jwt.SigningMethodRS512, "k1", i.key, i.claims(nil)), `"the token does not have a valid signature"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := &function{}
			server := guarded(t, i, f)
			header := http.Header{}
			if test.header != "" {
				header.Set("Authorization", test.header)
			}
			response, body := request(t, "GET", server.URL+"/me", "", header)
			wantRefusal(t, response, body, 401, "Unauthorized")
			got := response.Header.Get("Www-Authenticate")
			if !strings.HasSuffix(got, test.challenge) || got != "Bearer" && !strings.HasPrefix(got, invalid) {
				t.Errorf("challenge is %q, want …%s", got, test.challenge)
			}
			if _, asked := f.event(t); asked {
				t.Error("the function was asked")
			}
		})
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	tests := []struct {
		name   string
		scopes []string
		status int
	}{
		{"one of them", []string{"admin", "write"}, 200},
		{"none of them", []string{"admin", "rea"}, 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := &function{}
			server := guarded(t, i, f, test.scopes...)
			response, body := request(t, "GET", server.URL+"/me", "", http.Header{"Authorization": {i.token(t, nil)}})
			if test.status == 403 {
				wantRefusal(t, response, body, 403, "Forbidden")
				if got := response.Header.Get("Www-Authenticate"); !strings.Contains(got, `scope="admin rea" error="insufficient_scope"`) {
					t.Errorf("challenge is %q", got)
				}
				return
			}
			event, _ := f.event(t)
			authorizer, _ := event["requestContext"].(map[string]any)["authorizer"].(map[string]any)
			token, _ := authorizer["jwt"].(map[string]any)
			if got := token["scopes"]; !reflect.DeepEqual(got, []any{"read", "write"}) {
				t.Errorf("scopes of the event are %v", got)
			}
		})
	}
}

func TestKeysAreAskedForOnce(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	server := guarded(t, i, &function{})
	unknown := sign(t, jwt.SigningMethodRS256, "k2", i.key, i.claims(nil))
	for range 5 {
		request(t, "GET", server.URL+"/me", "", http.Header{"Authorization": {i.token(t, nil)}})
		request(t, "GET", server.URL+"/me", "", http.Header{"Authorization": {unknown}})
	}
	if count := i.asked.Load(); count != 1 {
		t.Errorf("the issuer was asked %d times", count)
	}
}

func TestNoIssuer(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	token := i.token(t, nil)
	i.server.Close()
	f := &function{}
	server := guarded(t, i, f)
	response, body := request(t, "GET", server.URL+"/me", "", http.Header{"Authorization": {token}})
	wantRefusal(t, response, body, 500, "Internal Server Error")
	if _, asked := f.event(t); asked {
		t.Error("the function was asked")
	}
}

// A key that is new at the issuer is found once the old answer is stale.
func TestANewKeyIsFound(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	var later atomic.Int64
	clock := func() time.Time { return now().Add(time.Duration(later.Load())) }
	authorizer := gateway.NewAuthorizer(i.url(), []string{"client-1"}, clock)
	server := mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "GET", Path: "/", Function: &function{}, Authorizer: authorizer}}})
	get := func(kid string) int {
		token := sign(t, jwt.SigningMethodRS256, kid, i.key, i.claims(nil))
		response, _ := request(t, "GET", server.URL, "", http.Header{"Authorization": {token}})
		return response.StatusCode
	}
	if got := get("k1"); got != 200 {
		t.Fatalf("the first key: %d", got)
	}
	i.kid.Store("k2")
	if got := get("k2"); got != 401 {
		t.Errorf("the new key, with a fresh answer of the issuer: %d", got)
	}
	later.Store(int64(10 * time.Second))
	if got := get("k2"); got != 200 {
		t.Errorf("the new key: %d", got)
	}
	if got := get("k1"); got != 401 {
		t.Errorf("the key that is gone: %d", got)
	}
}
