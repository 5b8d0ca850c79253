package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"clientflow/internal/account"
)

// readIDToken returns who an ID token is for. It does not check the signature, so
// it is for a token that Cognito has just answered with over our own call, and for
// no other.
func readIDToken(token string) (account.Person, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return account.Person{}, errors.New("read the ID token: not of three parts")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return account.Person{}, fmt.Errorf("read the ID token: %w", err)
	}
	var claims struct {
		Subject string `json:"sub"`
		Email   string `json:"email"`
		Name    string `json:"name"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return account.Person{}, fmt.Errorf("read the ID token: %w", err)
	}
	return account.Person{Subject: claims.Subject, Email: claims.Email, Name: claims.Name}, nil
}
