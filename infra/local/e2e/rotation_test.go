package e2e_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"clientflow/infra/local/lambda"
	"clientflow/infra/local/stack"
	"clientflow/internal/secret"
)

// The webhook's secret is changed by the operator's command while deliveries come in:
// Systeme.io's own, others that are signed with the old one, as those may be that it
// sends again, and forgeries. None but these is refused. When the new one is thrown out
// as well, since it leaked, neither opens anything.
func TestTheWebhooksSecretIsChanged(t *testing.T) {
	t.Parallel()
	var logs buffer
	own := mustOwnStack(t, &logs)
	s := site{own.API, own.AWS, own.Systeme}
	john := s.mustSignUp(t, "John")
	john.mustSync(t)
	jane := john.leads(t, "")[0]
	contactID := int64(john.mustContact(t, jane.Email).ID)
	old := webhookSecrets(t, own)[0]

	deliveries := begin(t, s, old, func(n int) {
		if name := john.prefix + "engaged"; n%2 == 0 {
			own.Simulator.Tag(contactID, name)
		} else {
			own.Simulator.Untag(contactID, name)
		}
	})
	deliveries.pass(t) // so that functions have met forgeries, and look for no other secret for a while
	mustRotate(t, own)
	deliveries.pass(t)
	sent := deliveries.end()
	own.Simulator.Tag(contactID, john.prefix+"converted")
	eventually(t, aWhile, func() error {
		if l := john.leads(t, "")[0]; l.Status != "converted" {
			return fmt.Errorf("the lead is %s", l.Status)
		}
		return nil
	})
	eventually(t, aWhile, func() error {
		if refused := bytes.Count(logs.Bytes(), []byte(`"BadSignatures":1`)); refused != sent {
			return fmt.Errorf("%d forgeries were sent, and %d deliveries refused", sent, refused)
		}
		return nil
	})
	found := webhookSecrets(t, own)
	if len(found) != 2 || found[0] == old || !strings.HasPrefix(found[1], old+" until ") {
		t.Fatalf("the secrets are %q", found)
	}
	for _, by := range []string{found[0], old} {
		mustDeliver(t, s, by, 204)
	}

	mustRotate(t, own, "-leaked", "-settle", "0s")
	last := webhookSecrets(t, own)
	if len(last) != 1 || last[0] == found[0] {
		t.Fatalf("the secrets are %q", last)
	}
	eventually(t, secret.Lifetime+aWhile, func() error {
		return errors.Join(s.deliver(last[0], 204), s.deliver(found[0], 401), s.deliver(old, 401))
	})
}

// sender delivers until it is ended.
type sender struct {
	stop   func()
	done   sync.WaitGroup
	rounds atomic.Int64
}

// forgeries are sent at a time, so that several environments meet one.
const forgeries = 3

// begin delivers ten times a second what is signed with a secret, forgeries, and what
// Systeme.io is made to send.
func begin(t *testing.T, s site, by string, systemes func(n int)) *sender {
	ended := make(chan struct{})
	b := &sender{stop: sync.OnceFunc(func() { close(ended) })}
	t.Cleanup(func() { b.end() })
	b.done.Go(func() {
		ticks := time.NewTicker(100 * time.Millisecond)
		defer ticks.Stop()
		for ; ; b.rounds.Add(1) {
			select {
			case <-ended:
				return
			case <-ticks.C:
			}
			systemes(int(b.rounds.Load()))
			var round sync.WaitGroup
			for range forgeries {
				round.Go(func() { mustDeliver(t, s, "forged", 401) })
			}
			mustDeliver(t, s, by, 204)
			round.Wait()
		}
	})
	return b
}

// pass waits for some rounds.
func (b *sender) pass(t *testing.T) {
	t.Helper()
	end := b.rounds.Load() + 10
	eventually(t, aWhile, func() error {
		if now := b.rounds.Load(); now < end {
			return fmt.Errorf("%d rounds to go", end-now)
		}
		return nil
	})
}

// end returns how many forgeries there were.
func (b *sender) end() int {
	b.stop()
	b.done.Wait()
	return int(b.rounds.Load()) * forgeries
}

// mustDeliver delivers from any goroutine.
func mustDeliver(t *testing.T, s site, by string, status int) {
	if err := s.deliver(by, status); err != nil {
		t.Error(err)
	}
}

// deliver sends an event that changes nothing, signed with a secret.
func (s site) deliver(by string, status int) error {
	const body = `{}`
	mac := hmac.New(sha256.New, []byte(by))
	mac.Write([]byte(body))
	got, err := try(http.MethodPost, s.api+"/webhooks/systeme", body, "Content-Type", "application/json",
		"x-webhook-event", "SALE_NEW", "x-webhook-signature", hex.EncodeToString(mac.Sum(nil)))
	if err == nil && got.status != status {
		err = fmt.Errorf("signed with %s: answered %d, want %d", by, got.status, status)
	}
	return err
}

// webhookSecrets are the lines of the parameter.
func webhookSecrets(t *testing.T, own *stack.Stack) []string {
	t.Helper()
	store := ssm.New(ssm.Options{
		Region: "us-east-1", BaseEndpoint: &own.AWS, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	out, err := store.GetParameter(t.Context(), &ssm.GetParameterInput{
		Name: aws.String("/clientflow/dev/systeme-webhook-secret"), WithDecryption: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(*out.Parameter.Value, "\n")
}

// mustRotate runs the command, which the stack has built.
func mustRotate(t *testing.T, own *stack.Stack, arguments ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join("../../..", ".build", lambda.Flavour(), "infra", "systeme"),
		append([]string{"rotate", "-stack", stack.Name}, arguments...)...)
	command.Env = []string{"AWS_ENDPOINT_URL=" + own.AWS}
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}
