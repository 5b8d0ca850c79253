package publish_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/localtest"
	"clientflow/internal/lead"
	"clientflow/internal/origin"
)

// header is that of the nth trace.
func header(n int) string {
	return fmt.Sprintf("Root=1-5759e988-%024x;Parent=53995c3f42cd8ad8;Sampled=1", n)
}

// The request that a lead was sent with, and its trace, go along in its message and are in
// the log of the batch; what asks for no sync is in neither.
func TestTheRequestIsPassedOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads, err := s.leads.Of(mustTenant(t, john))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range []string{"first=", "again="} {
		ctx := origin.With(localtest.Traced(t.Context(), header(i+1)), origin.Origin{Actor: origin.Visitor, RequestID: id})
		if _, _, err := leads.Capture(ctx, lead.Submission{Email: "jane@acme.com", Name: "Canary"}, lead.FromForm); err != nil {
			t.Fatal(err)
		}
	}
	s.handle(t, s.aws.LeadChanges(t, 2)...)
	if len(s.queue.sent) != 1 || !strings.HasSuffix(s.queue.sent[0], `,"requestId":"first="}`) || s.queue.traces[0] != header(1) {
		t.Errorf("sent %v in %v", s.queue.sent, s.queue.traces)
	}
	if log := s.log.String(); !strings.Contains(log, `"requestIds":["first="],"traceIds":["1-5759e988-000000000000000000000001"]`) {
		t.Errorf("log %s", log)
	}
}

// What the reconciler puts back goes back to the trace in which the lead was captured,
// whoever has changed it since. An erasure goes back to its own.
func TestASyncKeepsTheTraceInWhichItWasAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads, err := s.leads.Of(mustTenant(t, john))
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	in := func(n int) context.Context { return localtest.Traced(t.Context(), header(n)) }
	id, _, err := leads.Capture(in(1), lead.Submission{Email: "jane@acme.com", Name: "Canary"}, lead.FromForm)
	must(err)
	must(leads.RecordContact(in(2), id, 7, ""))
	must(leads.Requeue(in(3), id, time.Now().Add(time.Hour)))
	must(leads.Erase(in(4), id))
	// captured, changed, put back, deleted, to be erased
	s.handle(t, s.aws.LeadChanges(t, 5)...)
	if want := []string{header(1), header(1), header(4)}; !slices.Equal(s.queue.traces, want) {
		t.Errorf("traces %q, want %q", s.queue.traces, want)
	}
}

// What an item holds that is no trace reaches neither the queue nor the log.
func TestWhatIsNoTraceIsLeftOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.handle(t, json.RawMessage(`{"dynamodb":{"SequenceNumber":"1","Keys":{"userId":{"S":"`+john+`"},"sk":{"S":"LEAD#0123456789abcdefghijklmnop"}},
		"NewImage":{"status":{"S":"new"},"createdAt":{"S":"2026-05-04T03:02:01.000Z"},"trace":{"S":"Root=jane@acme.test"}}}}`))
	if len(s.queue.sent) != 1 || s.queue.traces[0] != "" || strings.Contains(s.log.String(), "jane") {
		t.Errorf("sent %v in %q, log %s", s.queue.sent, s.queue.traces, s.log.String())
	}
}
