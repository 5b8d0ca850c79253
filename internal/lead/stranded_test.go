package lead_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

// strandedOf returns the ids of an IB's stranded leads, in order, however many reads
// that takes.
func strandedOf(tb testing.TB, leads lead.Leads, before time.Time) (ids []string, reads int) {
	tb.Helper()
	for after := ""; ; {
		found, next, err := leads.Stranded(tb.Context(), before, after)
		must(tb, err)
		ids, reads = append(ids, found...), reads+1
		if next == "" {
			slices.Sort(ids)
			return ids, reads
		}
		after = next
	}
}

func TestWhichLeadsAreStranded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	johns := s.of(t, john)
	capture := func(leads lead.Leads, address string) string {
		t.Helper()
		id, _, err := leads.Capture(t.Context(), lead.Submission{Email: address, Name: "Jane"}, lead.FromForm)
		must(t, err)
		return id
	}
	waits, resynced := capture(johns, "waits@acme.com"), capture(johns, "resynced@acme.com")
	synced, failed := capture(johns, "synced@acme.com"), capture(johns, "failed@acme.com")
	theirs := capture(s.of(t, sarah), "waits@acme.com")
	must(t, johns.RecordSynced(t.Context(), synced, s.now()))
	must(t, johns.RecordSynced(t.Context(), resynced, s.now()))
	must(t, johns.RecordFailed(t.Context(), failed, "A reason."))
	s.wait(time.Hour)
	want[struct{}](t, s, 202, john, "POST /leads/{leadId}/resync "+resynced, "", "")
	fresh := capture(johns, "fresh@acme.com")

	wantStranded := func(what string, leads lead.Leads, before time.Time, ids ...string) {
		t.Helper()
		slices.Sort(ids)
		if got, _ := strandedOf(t, leads, before); !slices.Equal(got, ids) {
			t.Errorf("%s: %v, want %v", what, got, ids)
		}
	}
	halfAnHourAgo := s.now().Add(-30 * time.Minute)
	wantStranded("long waiting", johns, halfAnHourAgo, waits)
	wantStranded("all waiting", johns, s.now(), waits, resynced, fresh)
	wantStranded("another IB's", s.of(t, sarah), halfAnHourAgo, theirs)

	before := s.do(t, john, "GET /leads/{leadId} "+waits, "", "").Body
	for _, id := range []string{waits, synced, failed, fresh, theirs, "nonsense"} {
		must(t, johns.Requeue(t.Context(), id, halfAnHourAgo))
	}
	if after := s.do(t, john, "GET /leads/{leadId} "+waits, "", "").Body; after != before {
		t.Errorf("the IB was shown %s, and is shown %s", before, after)
	}
	wantStranded("put back", johns, halfAnHourAgo)
	s.wait(time.Hour)
	wantStranded("put back, and still waiting", johns, s.now().Add(-30*time.Minute), waits, resynced, fresh)
}

// Putting a lead back is one change that the stream has published, and no other.
func TestALeadThatIsPutBackIsPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads := s.of(t, john)
	id, _, err := leads.Capture(t.Context(), lead.Submission{Email: "jane@acme.com", Name: "Jane"}, lead.FromForm)
	must(t, err)
	s.wait(time.Hour)
	for range 2 {
		must(t, leads.Requeue(t.Context(), id, start.Add(time.Minute)))
	}
	var change struct {
		DynamoDB struct {
			OldImage, NewImage map[string]struct{ N string }
		}
	}
	must(t, json.Unmarshal(s.aws.LeadChanges(t, 2)[1], &change))
	before, after := change.DynamoDB.OldImage["syncRequests"], change.DynamoDB.NewImage["syncRequests"]
	if before.N != "" || after.N != "1" {
		t.Errorf("requests were %q, are %q", before.N, after.N)
	}
}

// However many leads there are, they are found in reads of a bounded size.
func TestStrandedLeadsAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads := s.of(t, john)
	oldest, _, err := leads.Capture(t.Context(), lead.Submission{Email: "oldest@acme.com", Name: "Jane"}, lead.FromForm)
	must(t, err)
	s.fill(t, john, 1200)
	s.wait(time.Hour)
	newest, _, err := leads.Capture(t.Context(), lead.Submission{Email: "newest@acme.com", Name: "Jane"}, lead.FromForm)
	must(t, err)
	ids, reads := strandedOf(t, leads, s.now())
	if want := []string{oldest, newest}; !slices.Equal(ids, slices.Sorted(slices.Values(want))) || reads != 3 {
		t.Errorf("%v in %d reads, want %v", ids, reads, want)
	}
}

func TestStrandedLeadsCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, _, err := newSite(t).of(t, john).Stranded(t.Context(), start, "nonsense"); err == nil {
		t.Error("a place that is none was taken")
	}
	down, err := lead.NewStore(tenantdb.Owned(broken{}, "leads", lead.SortKey), time.Now).Of(mustTenant(t, john))
	must(t, err)
	if _, _, err := down.Stranded(t.Context(), start, ""); !errors.Is(err, errBroken) {
		t.Errorf("Stranded: %v", err)
	}
	if err := down.Requeue(t.Context(), "0123456789abcdefghijklmnop", start); !errors.Is(err, errBroken) {
		t.Errorf("Requeue: %v", err)
	}
}
