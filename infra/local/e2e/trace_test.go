package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"testing"
)

// way returns the functions whose log lines hold a text, each with its line's outcome,
// sorted: the sync of a lead may end before the batch that published it does.
func way(text string) []string {
	var found []string
	for line := range bytes.Lines(written.Bytes()) {
		var entry struct{ Function, Outcome string }
		if bytes.Contains(line, []byte(text)) && json.Unmarshal(line, &entry) == nil {
			found = append(found, entry.Function+" "+entry.Outcome)
		}
	}
	slices.Sort(found)
	return found
}

// wantWay wants the text in the lines of those functions with those outcomes, and in no
// other.
func wantWay(t *testing.T, text string, want ...string) {
	t.Helper()
	if text == "" {
		t.Fatal("there is nothing to look for")
	}
	eventually(t, aWhile, func() error {
		if got := way(text); !slices.Equal(got, want) {
			return fmt.Errorf("%s is in the lines of %q, want %q", text, got, want)
		}
		return nil
	})
}

// The id that the visitor is told is in the lines of all that became of the lead, as
// the playbooks search for it. So is the trace of X-Ray that the capture ran in: it came
// with the queue's message, which X-Ray links by it.
func TestOneIDFindsALeadsWholeWay(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	captured := john.capture(t, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
	request := captured.header.Get("x-request-id")
	wantWay(t, request, "capture-lead ok", "publish-leads ok", "sync-tags synced")
	wantWay(t, traceOf(t, "capture-lead", request), "capture-lead ok", "publish-leads ok", "sync-tags synced")

	// What the IB asks for later has ids of its own.
	lead := john.leads(t, "")[0]
	request = john.send(t, "POST", "/leads/"+lead.LeadID+"/resync", nil).want(t, 202).header.Get("x-request-id")
	wantWay(t, request, "leads ok", "publish-leads ok", "sync-tags synced")
	wantWay(t, traceOf(t, "leads", request), "leads ok", "publish-leads ok", "sync-tags synced")
}

var traceID = regexp.MustCompile(`^1-[0-9a-f]{8}-[0-9a-f]{24}$`)

// traceOf returns the trace in which a function served a request.
func traceOf(t *testing.T, function, requestID string) string {
	t.Helper()
	for line := range bytes.Lines(written.Bytes()) {
		var entry struct {
			Function, RequestID string
			Trace               string `json:"xray_trace_id"`
		}
		if json.Unmarshal(line, &entry) == nil && entry.Function == function && entry.RequestID == requestID && traceID.MatchString(entry.Trace) {
			return entry.Trace
		}
	}
	t.Fatalf("no line of %s names the trace of %s", function, requestID)
	return ""
}

// A visitor may send anything as the name of a trace. It is in no log.
func TestWhatAVisitorCallsATraceIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	for _, header := range []string{"canary-of-a-trace", "Root=canary-of-a-trace;Parent=53995c3f42cd8ad8;Sampled=1"} {
		captured := send(t, "POST", s.api+"/forms/"+john.formKey+"/leads", `{"email":"`+newAddress("visitor")+`","name":"Canary"}`,
			"Content-Type", "application/json", "X-Amzn-Trace-Id", header).want(t, 201)
		wantWay(t, captured.header.Get("x-request-id"), "capture-lead ok", "publish-leads ok", "sync-tags synced")
	}
	if found := way("canary-of-a-trace"); len(found) > 0 {
		t.Errorf("it is in the lines of %q", found)
	}
}
