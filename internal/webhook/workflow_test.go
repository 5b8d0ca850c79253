package webhook_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// gateway hands what Systeme.io posts to the function, as API Gateway does, and
// tells of each delivery when it was answered. The first one to come fails.
type gateway struct {
	site     *site
	t        *testing.T
	answered chan string
	failed   atomic.Bool
}

func (g *gateway) RoundTrip(posted *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(posted.Body)
	if err != nil {
		return nil, err
	}
	if !g.failed.Swap(true) {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
	}
	r := &httpapi.Request{RouteKey: "POST /webhooks/systeme", Headers: map[string]string{}, EncodedBody: string(body)}
	for name, values := range posted.Header {
		r.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	response := g.site.send(g.t, r)
	g.answered <- fmt.Sprint(response.Status)
	return &http.Response{StatusCode: response.Status, Body: http.NoBody}, nil
}

// TestWorkflowsReachTheLead lets Systeme.io run John's workflows and deliver what
// they did, in all the ways in which it may.
func TestWorkflowsReachTheLead(t *testing.T) {
	t.Parallel()
	for name, quirks := range map[string]simulator.Quirks{
		"likely":          {},
		"nested":          {DoubleNesting: true},
		"twice":           {Duplicate: simulator.DuplicateDistinctID},
		"out of order":    {Reorder: 20 * time.Millisecond},
		"tagged again":    {RefireReassigned: true},
		"without an echo": {NoEcho: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &gateway{site: newSite(t), t: t, answered: make(chan string, 100)}
			account := simulator.New(simulator.Options{
				// A week is 1.5 s: times of events are in whole seconds.
				Speed: 400_000, RetryDelay: time.Millisecond, Quirks: quirks, Deliverer: &http.Client{Transport: g},
			})
			t.Cleanup(account.Close)
			client := connect(t, account)
			var ends []end
			for _, address := range []string{"first@acme.test", "second@acme.test", "third@acme.test"} {
				ends = append(ends, g.begin(t, client, account, address))
			}
			for _, e := range ends {
				g.wait(t, e)
			}
		})
	}
}

// end is what becomes of a lead of John's, and of Sarah's with the same address.
type end struct {
	johns, sarahs string
	answer        lead.Status
}

// begin brings a lead of John's to Systeme.io, where the workflows begin.
func (g *gateway) begin(t *testing.T, client *systeme.Client, account *simulator.Simulator, address string) end {
	t.Helper()
	e := end{g.site.capture(t, john, johnsPrefix, address), g.site.capture(t, sarah, sarahsPrefix, address), lead.ReEngaged}
	contact, err := client.CreateContact(t.Context(), systeme.NewContact{Email: address})
	if err != nil {
		t.Fatal(err)
	}
	// The simulator lets two of three contacts open their mail.
	if contact.ID%3 == 0 {
		e.answer = lead.Churned
	}
	account.Tag(contact.ID, johnsPrefix+"high-volume")
	account.Tag(contact.ID, johnsPrefix+"inactive")
	return e
}

// wait waits for the end.
func (g *gateway) wait(t *testing.T, e end) {
	t.Helper()
	complaint := func() string {
		return g.site.complaint(t, john, e.johns, johnsPrefix, e.answer, "vip-prospect", "inactive", string(e.answer))
	}
	for complaint() != "" {
		select {
		case status := <-g.answered:
			if status != "204" {
				t.Fatalf("a delivery was answered %s", status)
			}
		case <-time.After(10 * time.Second):
			t.Fatal(complaint())
		}
	}
	g.site.wantLead(t, sarah, e.sarahs, sarahsPrefix, lead.New)
}

// connect makes a client of the account, which has a webhook.
func connect(t *testing.T, account *simulator.Simulator) *systeme.Client {
	t.Helper()
	client, err := systeme.New(systeme.Config{
		BaseURL: "http://systeme.test", Key: systeme.Fixed("local"), HTTP: &http.Client{Transport: served{account.Handler()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	settings := systeme.WebhookSettings{Name: "test", Secret: secret, Events: []string{systeme.TagAdded, systeme.TagRemoved}}
	if _, err := client.CreateWebhook(t.Context(), "https://clientflow.test/webhooks/systeme", settings); err != nil {
		t.Fatal(err)
	}
	return client
}
