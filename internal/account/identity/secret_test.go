package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const (
	clientSecret = "s3cretofclient"
	// johnsProof is what openssl dgst -sha256 -hmac s3cretofclient makes of
	// "john@acme.comclient".
	johnsProof = "CaMRyr9BCdBtZrA0txidDw95M7LR0Ybku9dZl8iimnI="
)

func (p *pool) DescribeUserPoolClient(_ context.Context, in *cognitoidentityprovider.DescribeUserPoolClientInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.DescribeUserPoolClientOutput, error) {
	if *in.UserPoolId != "pool" || *in.ClientId != "client" {
		return nil, errors.New("another client was asked for")
	}
	if err := p.call("DescribeUserPoolClient"); err != nil {
		return nil, err
	}
	described := &types.UserPoolClientType{ClientSecret: aws.String(clientSecret)}
	if p.public {
		described.ClientSecret = nil
	}
	return &cognitoidentityprovider.DescribeUserPoolClientOutput{UserPoolClient: described}, nil
}

func (p *pool) GetTokensFromRefreshToken(_ context.Context, in *cognitoidentityprovider.GetTokensFromRefreshTokenInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.GetTokensFromRefreshTokenOutput, error) {
	p.token = *in.RefreshToken
	if err := p.secretly("GetTokensFromRefreshToken", in.ClientSecret); err != nil {
		return nil, err
	}
	if p.challenge {
		return &cognitoidentityprovider.GetTokensFromRefreshTokenOutput{}, nil
	}
	return &cognitoidentityprovider.GetTokensFromRefreshTokenOutput{AuthenticationResult: p.tokens()}, nil
}

// secretly calls an operation that wants the client's secret.
func (p *pool) secretly(operation string, secret *string) error {
	if aws.ToString(secret) != clientSecret {
		return errors.New("without the secret")
	}
	return p.call(operation)
}

// proven calls an operation that wants proof of the client's secret. John is the only
// user; anyone may sign up.
func (p *pool) proven(operation string, username, hash *string) error {
	name := aws.ToString(username)
	if aws.ToString(hash) != proofOf(name) {
		return errors.New("without proof")
	}
	if err := p.call(operation); err != nil || name == johnMail || operation == "SignUp" {
		return err
	}
	return &types.UserNotFoundException{}
}

// proofOf is the proof that goes with a username.
func proofOf(username string) string {
	if username == johnMail {
		return johnsProof
	}
	hash := hmac.New(sha256.New, []byte(clientSecret))
	hash.Write([]byte(username + "client"))
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}

// publicRoutes are those with a body to send, whoever asks.
var publicRoutes = []string{"/signup", "/signup/confirm", "/signup/resend", "/login", "/login/refresh", "/logout", "/password/forgot", "/password/reset"}

func TestTheSecretIsAskedForOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	if len(d.pool.called) > 0 {
		t.Errorf("called %v before anyone came", d.pool.called)
	}
	for _, path := range slices.Concat(publicRoutes, publicRoutes) {
		if answer := d.post(t, path, bodies[path]); answer.Status >= 300 {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
	asked := slices.DeleteFunc(d.pool.called, func(operation string) bool { return operation != "DescribeUserPoolClient" })
	if len(asked) != 1 {
		t.Errorf("asked for it %d times", len(asked))
	}
}

// A secret that was changed becomes known, and the one before is used for as long as the
// pool cannot be asked.
func TestTheSecretIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(nil)
		for _, asks := range []struct {
			after  time.Duration
			err    error
			called int
		}{
			{0, nil, 1},
			{secretLifetime - time.Second, nil, 1},
			{time.Second, errNetwork, 2},
			{0, nil, 3},
			{secretLifetime - time.Second, nil, 3},
		} {
			time.Sleep(asks.after)
			d.pool.errs = map[string]error{"DescribeUserPoolClient": asks.err}
			if answer := d.post(t, "/login", bodies["/login"]); answer.Status != 200 {
				t.Errorf("got %d %s", answer.Status, answer.Body)
			}
			called := 0
			for _, operation := range d.pool.called {
				if operation == "DescribeUserPoolClient" {
					called++
				}
			}
			if called != asks.called {
				t.Errorf("asked %d times, want %d", called, asks.called)
			}
		}
	})
}

// What keeps the secret from being learned says nothing of an address: it is never
// taken for one of the answers that Cognito has for who is unknown, and nothing else is
// asked of Cognito.
func TestWithoutTheSecretNothingIsAnswered(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		public bool
		status int
		body   string
	}{
		{"not allowed", cognito("AccessDeniedException"), false, 500, internalBody},
		{"not authorised", cognito("NotAuthorizedException"), false, 500, internalBody},
		{"no such client", cognito("ResourceNotFoundException"), false, 500, internalBody},
		{"bad input", cognito("InvalidParameterException"), false, 500, internalBody},
		{"unreachable", errNetwork, false, 500, internalBody},
		{"throttled", cognito("TooManyRequestsException"), false, 429, tooManyBody},
		{"a client without one", nil, true, 500, internalBody},
	}
	for _, tt := range tests {
		for _, path := range publicRoutes {
			t.Run(tt.name+" "+path, func(t *testing.T) {
				t.Parallel()
				d := newDesk(map[string]error{"DescribeUserPoolClient": tt.err})
				d.pool.public = tt.public
				if answer := d.post(t, path, bodies[path]); answer.Status != tt.status || answer.Body != tt.body {
					t.Errorf("got %d %s", answer.Status, answer.Body)
				}
				if want := []string{"DescribeUserPoolClient"}; !slices.Equal(d.pool.called, want) {
					t.Errorf("called %v", d.pool.called)
				}
			})
		}
	}
}

func TestThatTheSecretWasNotLearnedIsNotKept(t *testing.T) {
	t.Parallel()
	d := newDesk(map[string]error{"DescribeUserPoolClient": errNetwork})
	if answer := d.post(t, "/login", bodies["/login"]); answer.Status != 500 {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
	delete(d.pool.errs, "DescribeUserPoolClient")
	if answer := d.post(t, "/login", bodies["/login"]); answer.Status != 200 {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
}
