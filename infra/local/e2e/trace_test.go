package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// The id that the visitor is told is in the lines of all that became of the lead, as
// the playbooks search for it.
func TestOneIDFindsALeadsWholeWay(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	captured := john.capture(t, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
	wantWay := func(id string, want ...string) {
		t.Helper()
		if id == "" {
			t.Fatal("the answer names no request")
		}
		eventually(t, aWhile, func() error {
			if got := way(id); !slices.Equal(got, want) {
				return fmt.Errorf("%s is in the lines of %q, want %q", id, got, want)
			}
			return nil
		})
	}
	wantWay(captured.header.Get("x-request-id"), "capture-lead ok", "publish-leads ok", "sync-tags synced")

	// What the IB asks for later has an id of its own.
	lead := john.leads(t, "")[0]
	again := john.send(t, "POST", "/leads/"+lead.LeadID+"/resync", nil).want(t, 202)
	wantWay(again.header.Get("x-request-id"), "leads ok", "publish-leads ok", "sync-tags synced")
}
