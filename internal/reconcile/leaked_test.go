package reconcile

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/signing"
	"clientflow/internal/systeme"
)

// receiver is where webhooks are delivered to. It tells with which of the secrets each
// delivery is signed; "" for none of them.
type receiver struct {
	secrets []string
	signed  chan string
}

func (r receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	by := ""
	if i := slices.IndexFunc(r.secrets, func(secret string) bool {
		return systeme.VerifySignature(secret, body, request.Header.Get(systeme.SignatureHeader))
	}); i >= 0 {
		by = r.secrets[i]
	}
	r.signed <- by
	return &http.Response{StatusCode: http.StatusNoContent, Body: io.NopCloser(bytes.NewReader(nil)), Header: http.Header{}}, nil
}

// A webhook that could not be given the newest secret when all others were thrown out
// works, and nothing that it delivers is taken. The runs give it that as soon as they can.
// Those that cannot yet are no fault, and let what is found keep its time.
func TestAWebhookThatHasASecretThatWasThrownOut(t *testing.T) {
	t.Parallel()
	to := receiver{[]string{"leaked", "new"}, make(chan string, 1)}
	w := newWorld(t, simulator.Options{Deliverer: &http.Client{Transport: to}})
	for n := range 12 { // 84 calls, so three runs
		w.addIB(n)
	}
	r := w.reconciler()
	r.secret = &stored{now: "leaked"}
	signedWith := func(want, tag string) {
		t.Helper()
		w.contact("jane@acme.test", tag)
		select {
		case by := <-to.signed:
			if by != want {
				t.Errorf("signed with %q, want %q", by, want)
			}
		case <-time.After(time.Minute):
			t.Fatal("nothing was delivered")
		}
	}
	w.must(r.Handle(t.Context()))
	signedWith("leaked", "one")
	began := string(lead.Stamp(w.clock))
	w.lines()

	r.secret = &stored{now: signing.Parse("new\nleaked").ThrowOut(w.clock.Add(7 * 24 * time.Hour)).String()}
	w.must(w.sim.SetFaults(simulator.Fault{Method: http.MethodPatch, Status: http.StatusBadGateway}))
	w.clock = w.clock.Add(15 * time.Minute)
	w.must(r.Handle(t.Context()))
	lines := w.lines()
	if len(lines) != 2 || lines[0]["msg"] != "account note" || lines[0]["level"] != "WARN" || lines[0]["WebhookFaults"] != nil || lines[1]["outcome"] != "ok" {
		t.Errorf("log %v", lines)
	}
	if at := w.place("missed"); !strings.Contains(at, began) {
		t.Errorf("the round that began at %s is at %s", began, at)
	}
	signedWith("leaked", "two")

	w.must(w.sim.SetFaults())
	w.clock = w.clock.Add(15 * time.Minute)
	w.must(r.Handle(t.Context()))
	signedWith("new", "three")
}
