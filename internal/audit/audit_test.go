package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/infra/local/localtest"
	"clientflow/internal/audit"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
)

type site struct {
	aws    *localtest.AWS
	leads  lead.Store
	trail  audit.Store
	routes httpapi.Routes
	seen   int
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{aws: localtest.Start(tb)}
	table := tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey)
	s.leads, s.trail = lead.NewStore(table, time.Now), audit.NewStore(table)
	s.routes = audit.Routes(tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}, s.trail, s.leads)
	return s
}

func mustTenant(tb testing.TB, userID string) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func (s *site) of(tb testing.TB, userID string) lead.Leads {
	tb.Helper()
	leads, err := s.leads.Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	return leads
}

// by is a context in which someone acts by a request of that id.
func by(tb testing.TB, actor origin.Actor, requestID string) context.Context {
	return origin.With(tb.Context(), origin.Origin{Actor: actor, RequestID: requestID})
}

func (s *site) capture(tb testing.TB, userID, address, requestID string) (leadID string) {
	tb.Helper()
	leadID, _, err := s.of(tb, userID).Capture(by(tb, origin.Visitor, requestID), lead.Submission{Email: address, Name: "Canary"}, lead.FromForm)
	if err != nil {
		tb.Fatal(err)
	}
	return leadID
}

// follow writes the trail of the next changes, twice.
func (s *site) follow(tb testing.TB, owner string, changes int) {
	tb.Helper()
	records := s.aws.LeadChanges(tb, s.seen+changes)[s.seen:]
	s.seen += changes
	var entries []audit.Owned
	for _, raw := range records {
		e, ok, err := audit.Read(raw)
		if err != nil {
			tb.Fatal(err)
		}
		if ok {
			entries = append(entries, audit.Owned{Owner: mustTenant(tb, owner), Entry: e})
		}
	}
	for range 2 { // the second time is a replay
		if done, err := s.trail.Append(tb.Context(), entries); err != nil || done != len(entries) {
			tb.Fatalf("%d, %v", done, err)
		}
	}
}

type entry struct {
	At, Actor, Action, RequestID string
	LeadID                       *string
	Changed                      []string
	StatusBefore, StatusAfter    *string
}

type page struct {
	Entries    []entry
	NextCursor *string
}

func (s *site) ask(tb testing.TB, status int, userID, query string) (answer httpapi.Response, p page) {
	tb.Helper()
	r := &httpapi.Request{RouteKey: "GET /audit", RawQuery: query}
	r.Context.Authorizer.JWT.Claims = map[string]string{"sub": userID, "iss": "iss", "client_id": "client",
		"token_use": "access", "exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)}
	answer, err := s.routes.Serve(eventlog.New(io.Discard, "dashboard"))(tb.Context(), r)
	if err != nil || answer.Status != status {
		tb.Fatalf("%s: %d %s, %v", query, answer.Status, answer.Body, err)
	}
	if err := json.Unmarshal([]byte(answer.Body), &p); err != nil {
		tb.Fatal(err)
	}
	return answer, p
}

// said returns a page in a few words, the oldest first.
func (p page) said() string {
	var lines []string
	for _, e := range slices.Backward(p.Entries) {
		lines = append(lines, fmt.Sprintf("%s %s %s %v", e.Actor, e.RequestID, e.Action, e.Changed))
	}
	return strings.Join(lines, "\n")
}

func TestATrailTellsWhoDidWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, "jane@acme.com", "r1")
	s.capture(t, john, "jane@acme.com", "r2")
	leads := s.of(t, john)
	if err := errors.Join(
		leads.RecordContact(by(t, origin.System, "r3"), id, 42, ""),
		leads.RecordTag(by(t, origin.System, "r3"), id, "ib-aaaaaaaa-demo-request"),
		leads.RecordSynced(by(t, origin.System, "r3"), id, time.Now()),
	); err != nil {
		t.Fatal(err)
	}
	s.follow(t, john, 5)
	_, p := s.ask(t, 200, john, "")
	want := `visitor r1 captured []
visitor r2 resubmitted [submissions]
system r3 changed [systemeContactId]
system r3 changed [systemeTagsApplied]
system r3 changed [syncState systemeSyncedAt]`
	if got := p.said(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, e := range p.Entries {
		if e.LeadID == nil || *e.LeadID != id {
			t.Errorf("%+v names another lead", e)
		}
	}
	if first := p.Entries[4]; first.StatusBefore != nil || first.StatusAfter == nil || *first.StatusAfter != "new" {
		t.Errorf("captured as %+v", first)
	}
	if _, hers := s.ask(t, 200, sarah, ""); len(hers.Entries) != 0 || hers.NextCursor != nil {
		t.Errorf("another tenant sees %+v", hers)
	}
}

func TestAnErasedLeadIsNotToBeFoundInItsTrail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, "jane@acme.com", "r1")
	leads := s.of(t, john)
	if err := leads.Erase(by(t, origin.IB, "r2"), id); err != nil {
		t.Fatal(err)
	}
	e, _, err := leads.Unfinished(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := leads.FinishErasure(by(t, origin.System, "r3"), e); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	s.follow(t, john, 4)
	answer, p := s.ask(t, 200, john, "")
	if got, want := p.said(), "visitor r1 captured []\nib r2 erased []\nsystem r3 erasure-done []"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := s.capture(t, john, "jane@acme.com", "r4"); again != id {
		t.Errorf("captured anew as %s", again)
	}
	if later, _ := s.ask(t, 200, john, ""); later.Body != answer.Body {
		t.Errorf("a lead of the same address brings back whose it was: %s", later.Body)
	}
	out, err := s.aws.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.aws.LeadsTable})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range out.Items {
		if raw := fmt.Sprint(item); strings.Contains(raw, "AUDIT#") && (strings.Contains(raw, id) || strings.Contains(raw, "Canary")) {
			t.Errorf("an entry tells whose: %s", raw)
		}
	}
	for _, e := range p.Entries {
		if e.LeadID != nil {
			t.Errorf("%+v still names the lead", e)
		}
	}
}

func TestPagesOfATrail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 5 {
		s.capture(t, john, fmt.Sprintf("v%d@acme.com", i), fmt.Sprint("r", i))
	}
	s.follow(t, john, 5)
	var got []string
	query, cursor := "limit=2", ""
	for {
		_, p := s.ask(t, 200, john, query)
		for _, e := range p.Entries {
			got = append(got, e.RequestID)
		}
		if p.NextCursor == nil {
			break
		}
		cursor = *p.NextCursor
		query = "limit=2&cursor=" + url.QueryEscape(cursor)
	}
	if want := []string{"r4", "r3", "r2", "r1", "r0"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if _, hers := s.ask(t, 200, sarah, "cursor="+cursor); len(hers.Entries) != 0 {
		t.Errorf("another's cursor leads to %v", hers.Entries)
	}
	for query, field := range map[string]string{
		"limit=0": "limit", "limit=101": "limit", "limit=x": "limit", "limit=1&limit=2": "limit",
		"cursor=x": "cursor", "cursor=" + cursor + "A": "cursor", "cursor=" + cursor[:len(cursor)-2]: "cursor",
		"cursor=" + url.QueryEscape(cursor[:4]+"\n"+cursor[4:]): "cursor", "cursor=a&cursor=b": "cursor", "a=%zz": "query",
	} {
		if answer, _ := s.ask(t, 422, john, query); !strings.Contains(answer.Body, `"field":"`+field+`"`) {
			t.Errorf("%s: %s", query, answer.Body)
		}
	}
}

// down is a DynamoDB whose writes fail.
type down struct{ tenantdb.API }

func (down) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, errors.New("throttled")
}

func TestAnEntryThatCannotBeWrittenIsNamed(t *testing.T) {
	t.Parallel()
	trail := audit.NewStore(tenantdb.Owned(down{}, "table", lead.SortKey))
	if failed, err := trail.Append(t.Context(), []audit.Owned{{Owner: mustTenant(t, john)}}); failed != 0 || err == nil {
		t.Errorf("%d, %v", failed, err)
	}
	if failed, err := trail.Append(t.Context(), []audit.Owned{{}}); failed != 0 || !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("%d, %v", failed, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"dynamodb":{"SequenceNumber":"1","ApproximateCreationDateTime":1,"Keys":{"sk":{"S":"LEAD#x"}},"NewImage":{"status":{"S":"new"}}}}`)
	f.Add(`{"dynamodb":{"SequenceNumber":"1","Keys":{"sk":{"S":"ERASURE#x"}},"NewImage":{"requestedAt":{"S":"a"}},"OldImage":{"requestedAt":{"N":"1"}}}}`)
	f.Add(`{"dynamodb":{"SequenceNumber":"x","Keys":{"sk":{"S":"LEAD#x"}},"NewImage":{}}}`)
	f.Add(`{"dynamodb":{"Keys":{"sk":{"S":"STATS#x"}},"NewImage":{}}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		e, ok, err := audit.Read(json.RawMessage(text))
		if ok == (e.Action == "") || ok && err != nil {
			t.Errorf("%s: %+v, %v, %v", text, e, ok, err)
		}
	})
}
