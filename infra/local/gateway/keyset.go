package gateway

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"
)

var (
	// errNoKey says that the issuer has no such key.
	errNoKey = errors.New("the issuer has no such key")
	// errKeysUnavailable says that the issuer could not be asked.
	errKeysUnavailable = errors.New("the issuer's keys could not be read")
)

// keyPatience is how long an unknown key is taken for unknown without asking the
// issuer again.
const keyPatience = 5 * time.Second

// keySet holds the public keys of an issuer.
type keySet struct {
	url    string
	clock  func() time.Time
	client *http.Client

	mu    sync.Mutex
	keys  map[string]*rsa.PublicKey
	asked time.Time
}

func newKeySet(url string, clock func() time.Time) *keySet {
	return &keySet{url: url, clock: clock, client: &http.Client{Timeout: 5 * time.Second}}
}

// find returns a key by its id: errNoKey, or errKeysUnavailable.
func (s *keySet) find(ctx context.Context, id string) (*rsa.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.keys[id]; key != nil {
		return key, nil
	}
	if s.keys == nil || s.clock().Sub(s.asked) > keyPatience {
		if err := s.ask(ctx); err != nil {
			return nil, fmt.Errorf("%w: %w", errKeysUnavailable, err)
		}
	}
	if key := s.keys[id]; key != nil {
		return key, nil
	}
	return nil, errNoKey
}

func (s *keySet) ask(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var document struct {
		Keys []jsonWebKey `json:"keys"`
	}
	if err := json.NewDecoder(response.Body).Decode(&document); err != nil {
		return err
	}
	s.keys, s.asked = map[string]*rsa.PublicKey{}, s.clock()
	for _, key := range document.Keys {
		if public, ok := key.rsa(); ok {
			s.keys[key.ID] = public
		}
	}
	return nil
}

type jsonWebKey struct {
	Type     string `json:"kty"`
	ID       string `json:"kid"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
}

// rsa returns the key unless it is of another type, or malformed.
func (k jsonWebKey) rsa() (*rsa.PublicKey, bool) {
	modulus, err := base64.RawURLEncoding.DecodeString(k.Modulus)
	if err != nil || k.Type != "RSA" || len(modulus) == 0 {
		return nil, false
	}
	exponent, err := base64.RawURLEncoding.DecodeString(k.Exponent)
	if err != nil || len(exponent) == 0 || len(exponent) > 4 {
		return nil, false
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}, true
}
