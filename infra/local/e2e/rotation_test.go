package e2e_test

import (
	"bytes"
	"context"
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
	deliveries.pass(t) // so that functions have met forgeries, and look for no other secret by themselves for a while
	mustRotate(t, own)
	deliveries.pass(t)
	deliveries.end()
	own.Simulator.Tag(contactID, john.prefix+"converted")
	eventually(t, longWhile, func() error {
		if l := john.leads(t, "")[0]; l.Status != "converted" {
			return fmt.Errorf("the lead is %s", l.Status)
		}
		return nil
	})
	eventually(t, longWhile, func() error {
		if refused := bytes.Count(logs.Bytes(), []byte(`"BadSignatures":1`)); refused < deliveries.refused || refused > deliveries.sent {
			return fmt.Errorf("of %d forgeries %d were answered, and %d deliveries refused", deliveries.sent, deliveries.refused, refused)
		}
		return nil
	})
	found := webhookSecrets(t, own)
	if len(found) != 2 || found[0] == old || !strings.HasPrefix(found[1], old+" until ") {
		t.Fatalf("the secrets are %q", found)
	}
	for _, by := range []string{found[0], old} {
		eventually(t, longWhile, func() error {
			status, err := s.deliver(by)
			if status == http.StatusUnauthorized {
				t.Fatalf("what is signed with %s is refused", by)
			}
			return errors.Join(err, differs(status, http.StatusNoContent))
		})
	}

	mustRotate(t, own, "-leaked")
	last := webhookSecrets(t, own)
	if kept := strings.Join(last, " "); len(last) != 2 || strings.Contains(kept, found[0]) || strings.Contains(kept, old) || !strings.Contains(last[1], " until ") {
		t.Fatalf("the secrets are %q", last)
	}
	for _, d := range []struct {
		by     string
		status int
	}{{last[0], http.StatusNoContent}, {found[0], http.StatusUnauthorized}, {old, http.StatusUnauthorized}} {
		eventually(t, longWhile, func() error {
			status, err := s.deliver(d.by)
			if status == http.StatusNoContent && status != d.status {
				t.Fatalf("what is signed with %s is taken", d.by)
			}
			return errors.Join(err, differs(status, d.status))
		})
	}
}

// longWhile is for a machine that has much else to do: nothing here is about how quickly
// functions answer.
const longWhile = 2 * time.Minute

func differs(status, want int) error {
	if status != want {
		return fmt.Errorf("answered %d, want %d", status, want)
	}
	return nil
}

// sender delivers until it is ended.
type sender struct {
	site   site
	stop   context.CancelFunc
	done   sync.WaitGroup
	rounds atomic.Int64 // in which all was answered
	// sent are the forgeries, of which so many were refused. One whose answer is lost may
	// have been.
	sent, refused int
}

// begin delivers twice a second what is signed with a secret, a forgery at the same time,
// so that more than one environment meets them, and what Systeme.io is made to send.
func begin(t *testing.T, s site, by string, systemes func(n int)) *sender {
	ctx, stop := context.WithCancel(context.Background())
	b := &sender{site: s, stop: stop}
	t.Cleanup(b.end)
	b.done.Go(func() {
		ticks := time.NewTicker(500 * time.Millisecond)
		defer ticks.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			systemes(n)
			b.round(t, by)
		}
	})
	return b
}

// round counts if a function answers both. What none answers Systeme.io sends again.
func (b *sender) round(t *testing.T, by string) {
	var honest int
	var other sync.WaitGroup
	other.Go(func() { honest, _ = b.site.deliver(by) })
	forged, _ := b.site.deliver("forged")
	other.Wait()
	b.sent++
	if forged == http.StatusUnauthorized {
		b.refused++
	}
	switch {
	case honest == http.StatusUnauthorized:
		t.Error("what is signed with the old secret is refused")
	case forged == http.StatusNoContent:
		t.Error("a forgery is taken")
	case honest == http.StatusNoContent && forged == http.StatusUnauthorized:
		b.rounds.Add(1)
	default:
		t.Logf("answered %d, and the forgery %d", honest, forged)
	}
}

// pass waits for some rounds.
func (b *sender) pass(t *testing.T) {
	t.Helper()
	end := b.rounds.Load() + 3
	eventually(t, longWhile, func() error {
		if now := b.rounds.Load(); now < end {
			return fmt.Errorf("%d rounds to go", end-now)
		}
		return nil
	})
}

func (b *sender) end() {
	b.stop()
	b.done.Wait()
}

// deliver sends an event that changes nothing, signed with a secret, and returns the
// status of the answer; 0 when there was none.
func (s site) deliver(by string) (status int, err error) {
	const body = `{}`
	mac := hmac.New(sha256.New, []byte(by))
	mac.Write([]byte(body))
	got, err := try(http.MethodPost, s.api+"/webhooks/systeme", body, "Content-Type", "application/json",
		"x-webhook-event", "SALE_NEW", "x-webhook-signature", hex.EncodeToString(mac.Sum(nil)))
	return got.status, err
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
