package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// secret returns the client's secret, without which Cognito tells nobody past the API
// who is known. The pool made it, and it stands in no template and no environment: the
// pool is asked, once. That this failed is not kept.
//
// It is asked for before the first call about an address and before the time of the
// answer is taken (see even), so that neither how long it takes nor why it failed is
// mistaken for something about the address.
func (d *Desk) secret(ctx context.Context) (*string, error) {
	if known := d.learned.Load(); known != nil {
		return known, nil
	}
	out, err := d.pool.DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{
		UserPoolId: &d.poolID,
		ClientId:   &d.clientID,
	})
	if err == nil && (out.UserPoolClient == nil || aws.ToString(out.UserPoolClient.ClientSecret) == "") {
		err = errors.New("the user pool's client has none")
	}
	if err != nil {
		return nil, failed("learn the client's secret", err)
	}
	d.learned.Store(out.UserPoolClient.ClientSecret)
	return out.UserPoolClient.ClientSecret, nil
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
