package cognito_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"clientflow/infra/local/cognito"
)

func (s *server) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestKeysDifferFromPoolToPool(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.service.AddPool(cognito.Pool{ID: "us-east-1_Other0000", Issuer: "http://127.0.0.1:4566/us-east-1_Other0000"})
	ids := map[string]bool{}
	for _, id := range []string{poolID, "us-east-1_Other0000"} {
		var set struct {
			Keys []struct{ Kid, Alg, Kty, Use, N, E string }
		}
		w := s.get("/" + id + "/.well-known/jwks.json")
		if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || len(set.Keys) != 1 {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if k := set.Keys[0]; k.Alg != "RS256" || k.Kty != "RSA" || k.Use != "sig" || k.E != "AQAB" {
			t.Errorf("key %+v", k)
		}
		ids[set.Keys[0].Kid] = true
	}
	if len(ids) != 2 {
		t.Error("two pools have a key of the same id")
	}
	if w := s.get("/us-east-1_Nothing00/.well-known/jwks.json"); w.Code != http.StatusNotFound {
		t.Errorf("status %d for a pool that is not there, want 404", w.Code)
	}
}

// TestForgedTokens takes a good token apart and puts it together wrongly.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	good, ok := s.tokens(john)["AccessToken"].(string)
	if !ok {
		t.Fatal("no token")
	}
	foreign, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forge := func(method jwt.SigningMethod, key any, change func(*jwt.Token, jwt.MapClaims)) string {
		claims := jwt.MapClaims{}
		parsed, _, err := jwt.NewParser().ParseUnverified(good, claims)
		if err != nil {
			t.Fatal(err)
		}
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = parsed.Header["kid"]
		if change != nil {
			change(token, claims)
		}
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, token := range map[string]string{
		"another key":    forge(jwt.SigningMethodRS256, foreign, nil),
		"another key id": forge(jwt.SigningMethodRS256, foreign, func(token *jwt.Token, _ jwt.MapClaims) { token.Header["kid"] = "x" }),
		"no signature":   forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"a shared key":   forge(jwt.SigningMethodHS256, []byte("secret"), nil),
		"another issuer": forge(jwt.SigningMethodRS256, foreign, func(_ *jwt.Token, c jwt.MapClaims) { c["iss"] = "http://elsewhere" }),
		"nothing":        "",
	} {
		if _, kind, message := s.call("GetUser", object{"AccessToken": token}); kind != "NotAuthorizedException" || message != "Invalid Access Token" {
			t.Errorf("%s: %s: %s", name, kind, message)
		}
	}
	s.want("", "GetUser", object{"AccessToken": good})
}
