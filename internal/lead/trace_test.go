package lead_test

import (
	"testing"

	"clientflow/infra/local/localtest"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
)

// A sync that the IB asks for goes back to its request, one that waits already to the
// visitor's; a further submission asks for none.
func TestALeadKeepsTheTraceOfWhoAskedForItsSync(t *testing.T) {
	t.Parallel()
	const first, second, third = "Root=1-5759e988-000000000000000000000001", "Root=1-5759e988-000000000000000000000002", "Root=1-5759e988-000000000000000000000003"
	s := newSite(t)
	leads := s.of(t, john)
	submit := func(header string) string {
		t.Helper()
		id, _, err := leads.Capture(localtest.Traced(t.Context(), header), lead.Submission{Email: "jane@acme.com", Name: "Jane"}, lead.FromForm)
		must(t, err)
		return id
	}
	id := submit(first)
	submit(second)
	wantTrace := func(want string) {
		t.Helper()
		if got := mustGet(t, leads, id).Trace; got != want {
			t.Errorf("trace %q, want %q", got, want)
		}
	}
	resync := func(header string) {
		t.Helper()
		got, err := s.routes.Serve(eventlog.New(&s.log, "leads"))(localtest.Traced(t.Context(), header), request(john, "POST /leads/{leadId}/resync "+id, "", ""))
		if err != nil || got.Status != 202 {
			t.Fatalf("%d %s, %v", got.Status, got.Body, err)
		}
	}
	wantTrace(first)
	resync(second) // which waits already
	wantTrace(first)
	must(t, leads.RecordSynced(localtest.Traced(t.Context(), second), id, start))
	wantTrace(first)
	resync(third)
	wantTrace(third)
	if answer := want[map[string]any](t, s, 200, john, "GET /leads/{leadId} "+id, "", ""); answer["trace"] != nil {
		t.Errorf("the IB is shown %v", answer)
	}
}
