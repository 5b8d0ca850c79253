package audit_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/audit"
	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func TestTheTrailOfOneLead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, "jane@acme.com", "r1")
	for i := range 3 {
		s.capture(t, john, fmt.Sprintf("v%d@acme.com", i), "other")
		s.capture(t, john, "jane@acme.com", fmt.Sprint("r", i+2))
	}
	s.follow(t, john, 7)
	var got []string
	query := "limit=2&leadId=" + id
	for {
		_, p := s.ask(t, 200, john, query)
		for _, e := range p.Entries {
			if e.LeadID == nil || *e.LeadID != id {
				t.Errorf("%+v names another lead", e)
			}
			got = append(got, e.RequestID)
		}
		if p.NextCursor == nil {
			break
		}
		query = "limit=2&leadId=" + id + "&cursor=" + url.QueryEscape(*p.NextCursor)
	}
	if want := []string{"r4", "r3", "r2", "r1"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if _, all := s.ask(t, 200, john, "leadId="); len(all.Entries) != 7 {
		t.Errorf("of no lead in particular: %d entries", len(all.Entries))
	}
	if answer, _ := s.ask(t, 422, john, "leadId="+id+"&leadId="+id); !strings.Contains(answer.Body, `"field":"leadId"`) {
		t.Errorf("two leads: %s", answer.Body)
	}
}

func TestALeadThatOneDoesNotHaveHasNoTrail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, "jane@acme.com", "r1")
	s.follow(t, john, 1)
	unknown, _ := s.ask(t, 404, sarah, "leadId="+strings.Repeat("0", 26))
	for name, other := range map[string]string{"a foreign id": id, "a malformed id": "x", "a sort key": "STATS%23TOTAL"} {
		if got, _ := s.ask(t, 404, sarah, "leadId="+other); got.Body != unknown.Body {
			t.Errorf("%s: %s, an unknown id: %s", name, got.Body, unknown.Body)
		}
	}
	if err := s.of(t, john).Erase(by(t, origin.IB, "r2"), id); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.ask(t, 404, john, "leadId="+id); got.Body != unknown.Body {
		t.Errorf("an erased lead: %s", got.Body)
	}
}

// meter counts queries.
type meter struct {
	tenantdb.API
	queries int
}

func (m *meter) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	m.queries++
	return m.API.Query(ctx, in, options...)
}

// TestTheTrailOfOneLeadIsReadInParts has a trail of which one request reads no more
// than a part, and which began long before the lead came.
func TestTheTrailOfOneLeadIsReadInParts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, "jane@acme.com", "r1")
	about, err := s.of(t, john).Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	captured, err := about.CreatedAt.Time()
	if err != nil {
		t.Fatal(err)
	}
	entry := func(n int, at time.Time, alias string) audit.Owned {
		return audit.Owned{Owner: mustTenant(t, john), Entry: audit.Entry{
			At: lead.Stamp(at), Sequence: tally.Sequence(fmt.Sprintf("%040d", n)), Action: audit.Changed,
			RequestID: fmt.Sprint("r", n), Alias: alias, CapturedAt: about.CreatedAt,
		}}
	}
	entries := []audit.Owned{entry(1, captured, about.Alias)}
	for n := range 1500 {
		entries = append(entries, entry(n+2, captured.Add(time.Duration(n)*time.Second), "ANOTHER"))
	}
	for n := range 1000 {
		entries = append(entries, entry(n+5000, captured.Add(-time.Hour), "ANOTHER"))
	}
	if _, err := s.trail.Append(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	m := &meter{API: s.aws.Client}
	table := tenantdb.Owned(m, s.aws.LeadsTable, lead.SortKey)
	s.routes = audit.Routes(tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}, audit.NewStore(table), s.leads)
	_, first := s.ask(t, 200, john, "leadId="+id)
	if len(first.Entries) != 0 || first.NextCursor == nil || m.queries != 5 {
		t.Fatalf("%d entries and cursor %v by %d queries", len(first.Entries), first.NextCursor, m.queries)
	}
	_, last := s.ask(t, 200, john, "leadId="+id+"&cursor="+url.QueryEscape(*first.NextCursor))
	if len(last.Entries) != 1 || last.Entries[0].RequestID != "r1" || last.NextCursor != nil || m.queries > 9 {
		t.Errorf("%+v by %d queries in all", last, m.queries)
	}
}
