package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// secretLifetime is how long the client's secret is used without asking for it again.
// When it is changed, the one before must be good for so long.
const secretLifetime = 15 * time.Minute

// learned is the client's secret as the pool told it.
type learned struct {
	secret string
	at     time.Time
}

// secret returns the client's secret, without which Cognito tells nobody past the API
// who is known. The pool made it, and it stands in no template and no environment: the
// pool is asked, once in a secretLifetime. That this failed is not kept, and matters to
// nobody while an older answer is known.
//
// It is asked for before the first call about an address and before the time of the
// answer is taken (see even), so that neither how long it takes nor why it failed is
// mistaken for something about the address.
func (d *Desk) secret(ctx context.Context) (*string, error) {
	known := d.learned.Load()
	// The clock on the wall goes on while Lambda has an environment frozen.
	now := time.Now().Round(0)
	if known != nil && now.Sub(known.at) < secretLifetime {
		return &known.secret, nil
	}
	secret, err := d.askSecret(ctx)
	switch {
	case err == nil:
		known = &learned{secret, now}
		d.learned.Store(known)
	case known == nil:
		return nil, failed("learn the client's secret", err)
	}
	return &known.secret, nil
}

func (d *Desk) askSecret(ctx context.Context) (string, error) {
	out, err := d.pool.DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{
		UserPoolId: &d.poolID,
		ClientId:   &d.clientID,
	})
	if err != nil {
		return "", err
	}
	if out.UserPoolClient == nil || aws.ToString(out.UserPoolClient.ClientSecret) == "" {
		return "", errors.New("the user pool's client has none")
	}
	return *out.UserPoolClient.ClientSecret, nil
}

// proof returns what shows Cognito, in a call about a user, that the caller knows the
// secret: its SECRET_HASH.
func (d *Desk) proof(ctx context.Context, username string) (*string, error) {
	secret, err := d.secret(ctx)
	if err != nil {
		return nil, err
	}
	hash := hmac.New(sha256.New, []byte(*secret))
	hash.Write([]byte(username + d.clientID))
	return aws.String(base64.StdEncoding.EncodeToString(hash.Sum(nil))), nil
}
