package cognito

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"clientflow/infra/local/wire"
)

// newSecret returns a client's secret, in Cognito's alphabet.
func newSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }

// inProof is part of every request of an app that names a user.
type inProof struct {
	inClient
	Username   string
	SecretHash string
}

func (in inProof) proof() (hash, username string) { return in.SecretHash, in.Username }

// proven makes an operation that anyone may call who knows the client's id, and its
// secret when it has one. The user is not looked for before that is clear.
func proven[In interface {
	clientID() string
	proof() (hash, username string)
}](s *Service, do func(*client, In) (any, error)) wire.Operation {
	return public(s, func(c *client, in In) (any, error) {
		if err := c.verify(in.proof()); err != nil {
			return nil, err
		}
		return do(c, in)
	})
}

// verify wants the hash of the user name that only who knows the secret can make.
func (c *client) verify(hash, username string) error {
	switch {
	case c.secret == "" && hash == "":
		return nil
	case hash == "":
		return notAuthorized("Client %s is configured with secret but SECRET_HASH was not received", c.ID)
	case c.secret == "" || !hmac.Equal([]byte(hash), []byte(c.secretHash(username))):
		return notAuthorized("Unable to verify secret hash for client %s", c.ID)
	}
	return nil
}

func (c *client) secretHash(username string) string {
	hash := hmac.New(sha256.New, []byte(c.secret))
	hash.Write([]byte(username + c.ID))
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}

// knows tells whether the secret of a request that sends it is the client's.
func (c *client) knows(secret string) bool { return hmac.Equal([]byte(secret), []byte(c.secret)) }
