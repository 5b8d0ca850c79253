package cognito

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"sync"
)

// signingKey is made once in a process, because making it takes a while. Pools
// share it, but not its id, so that no pool's keys verify another pool's tokens.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func keyID(poolID string, key *rsa.PrivateKey) string {
	sum := sha256.Sum256(append([]byte(poolID), key.N.Bytes()...))
	return base64.StdEncoding.EncodeToString(sum[:])
}

type jsonWebKey struct {
	Algorithm string `json:"alg"`
	Exponent  string `json:"e"`
	ID        string `json:"kid"`
	Type      string `json:"kty"`
	Modulus   string `json:"n"`
	Use       string `json:"use"`
}

// serveKeys answers GET /{pool}/.well-known/jwks.json.
func (s *Service) serveKeys(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, known := s.pools[r.PathValue("pool")]
	s.mu.Unlock()
	if !known {
		http.Error(w, "User pool "+r.PathValue("pool")+" does not exist.", http.StatusNotFound)
		return
	}
	key, err := signingKey()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	base64url := base64.RawURLEncoding
	writeJSON(w, map[string][]jsonWebKey{"keys": {{
		Algorithm: "RS256", Type: "RSA", Use: "sig", ID: keyID(r.PathValue("pool"), key),
		Exponent: base64url.EncodeToString(big.NewInt(int64(key.E)).Bytes()), Modulus: base64url.EncodeToString(key.N.Bytes()),
	}}})
}
