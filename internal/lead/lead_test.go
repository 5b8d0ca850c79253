package lead_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clientflow/infra/local/localtest"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
)

var start = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// site is the routes of the leads function over a table of a test's own, with a
// clock that ticks a second at each look.
type site struct {
	aws    *localtest.AWS
	store  lead.Store
	routes httpapi.Routes
	ticks  atomic.Int64
	log    bytes.Buffer
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{aws: localtest.Start(tb)}
	s.serve(lead.NewStore(s.table(), s.now))
	return s
}

func (s *site) serve(store lead.Store) {
	s.store = store
	s.routes = lead.Routes(tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}, store)
}

func (s *site) table() tenantdb.Table {
	return tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey)
}

func (s *site) now() time.Time { return start.Add(time.Duration(s.ticks.Add(1)) * time.Second) }

// wait lets the clock go on by d.
func (s *site) wait(d time.Duration) { s.ticks.Add(int64(d / time.Second)) }

func (s *site) of(tb testing.TB, userID string) lead.Leads {
	tb.Helper()
	leads, err := s.store.Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	return leads
}

func mustTenant(tb testing.TB, userID string) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// request makes the event of a signed-in IB. The route's {leadId} comes behind a
// space, as in "GET /leads/{leadId} 0abc".
func request(userID, route, query, body string) *httpapi.Request {
	key, id, _ := strings.Cut(strings.Replace(route, " ", "\x00", 1), " ")
	r := &httpapi.Request{
		RouteKey:       strings.Replace(key, "\x00", " ", 1),
		RawQuery:       query,
		EncodedBody:    body,
		Headers:        map[string]string{"content-type": "application/json"},
		PathParameters: map[string]string{"leadId": id},
	}
	r.Context.Authorizer.JWT.Claims = map[string]string{
		"sub": userID, "iss": "iss", "client_id": "client", "token_use": "access",
		"exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10),
	}
	return r
}

// do sends a request of an IB and returns the answer.
func (s *site) do(tb testing.TB, userID, route, query, body string) httpapi.Response {
	tb.Helper()
	response, err := s.routes.Serve(eventlog.New(&s.log, "leads"))(tb.Context(), request(userID, route, query, body))
	if err != nil {
		tb.Fatal(err)
	}
	return response
}

// want is do for an answer that must have a status, decoded into T.
func want[T any](tb testing.TB, s *site, status int, userID, route, query, body string) T {
	tb.Helper()
	response := s.do(tb, userID, route, query, body)
	if response.Status != status {
		tb.Fatalf("%s ?%s %.200s: %d %s; want %d", route, query, body, response.Status, response.Body, status)
	}
	var value T
	if response.Body != "" {
		if err := json.Unmarshal([]byte(response.Body), &value); err != nil {
			tb.Fatalf("%s: %v in %s", route, err, response.Body)
		}
	}
	return value
}

type added struct {
	Success bool
	LeadID  string
}

type refusal struct {
	Errors []struct{ Field, Message string }
}

func (r refusal) fields() []string {
	var names []string
	for _, e := range r.Errors {
		names = append(names, e.Field)
	}
	slices.Sort(names)
	return names
}

// add adds a lead through the API and returns its id.
func (s *site) add(tb testing.TB, userID, address, name string) string {
	tb.Helper()
	body := fmt.Sprintf(`{"email":%q,"name":%q}`, address, name)
	return want[added](tb, s, 201, userID, "POST /leads", "", body).LeadID
}

func TestTags(t *testing.T) {
	t.Parallel()
	prefix, err := tag.ParsePrefix("ib-x7k2m4p9-")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		submission lead.Submission
		want       []string
	}{
		"nothing given": {lead.Submission{}, []string{"ib-x7k2m4p9-demo-request"}},
		"a type":        {lead.Submission{IBType: "forex-ib", MonthlyLeads: "200-499"}, []string{"ib-x7k2m4p9-demo-request", "ib-x7k2m4p9-forex-ib"}},
		"high volume":   {lead.Submission{MonthlyLeads: "500+"}, []string{"ib-x7k2m4p9-demo-request", "ib-x7k2m4p9-high-volume"}},
		"all":           {lead.Submission{IBType: "cfd", MonthlyLeads: "500+"}, []string{"ib-x7k2m4p9-demo-request", "ib-x7k2m4p9-cfd", "ib-x7k2m4p9-high-volume"}},
	}
	for name, tt := range tests {
		got, err := lead.Lead{Submission: tt.submission}.Tags(prefix)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if tags, err := (lead.Lead{Submission: lead.Submission{IBType: "Not A Slug"}}).Tags(prefix); err == nil {
		t.Errorf("made %v", tags)
	}
	if tags, err := (lead.Lead{}).Tags(tag.Prefix{}); err == nil {
		t.Errorf("made %v without a prefix", tags)
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	mine, hers := mustTenant(t, john), mustTenant(t, sarah)
	// Derived ids are stored: a change of the derivation would lose every lead.
	if got := lead.ID(mine, "jane@acme.com"); got != "6k89m41os7l53lg1j7iqtqvseg" {
		t.Errorf("got %s", got)
	}
	if lead.ID(mine, "jane@acme.com") == lead.ID(hers, "jane@acme.com") {
		t.Error("an address has one id for two tenants")
	}
	if lead.ID(mine, "jane@acme.com") == lead.ID(mine, "jane@acme.co") {
		t.Error("two addresses have one id")
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 4, 23, 2, 1, 6_999_999, time.FixedZone("", -3*3600))
	stamp := lead.Stamp(at)
	if stamp != "2026-05-05T02:02:01.006Z" {
		t.Errorf("got %s", stamp)
	}
	if back, err := stamp.Time(); err != nil || !back.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("got %v, %v", back, err)
	}
	for _, bad := range []lead.Timestamp{"", "2026-05-05", "2026-05-05T02:02:01Z", "2026-05-05T02:02:01.006+00:00", "2026-13-05T02:02:01.006Z", "2026-05-05T02:02:01,006Z"} {
		if back, err := bad.Time(); err == nil {
			t.Errorf("%s is %v", bad, back)
		}
	}
}
