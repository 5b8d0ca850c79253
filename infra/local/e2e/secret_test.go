package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// The key of the account is changed while functions run: the next lead is synced, the
// next page of contacts is shown, and nobody is told of a fault.
func TestTheAccountsKeyIsChanged(t *testing.T) {
	t.Parallel()
	var logs buffer
	own := mustOwnStack(t, &logs)
	s := site{own.API, own.AWS, own.Systeme}
	john := s.mustSignUp(t, "John")
	john.mustSync(t)
	john.get(t, "/contacts").want(t, 200)

	own.Simulator.SetKey("changed")
	mustPutKey(t, own.AWS, "changed")
	john.mustSync(t)
	john.get(t, "/contacts").want(t, 200)
	if strings.Contains(string(logs.Bytes()), "account fault") {
		t.Errorf("a fault was told of:\n%s", logs.Bytes())
	}
}

// mustSync captures a lead and waits until it is in Systeme.io.
func (b *ib) mustSync(t *testing.T) {
	t.Helper()
	b.capture(t, object{"email": newAddress("visitor"), "name": "Jane Canary"}).want(t, 201)
	eventually(t, 30*time.Second, func() error {
		all := b.leads(t, "")
		if len(all) == 0 {
			return fmt.Errorf("there is no lead")
		}
		for _, l := range all {
			if l.SyncState != "synced" {
				return fmt.Errorf("a lead is %s", l.SyncState)
			}
		}
		return nil
	})
}

// mustPutKey puts the account's key where functions read it.
func mustPutKey(t *testing.T, address, key string) {
	t.Helper()
	client := ssm.New(ssm.Options{
		Region: "us-east-1", BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	_, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/clientflow/dev/systeme-api-key"), Value: &key, Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
}
