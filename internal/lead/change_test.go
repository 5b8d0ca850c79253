package lead_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func TestChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	before := mustGet(t, s.of(t, john), id)
	steps := []struct{ body, status, notes string }{
		{`{"status":"engaged"}`, "engaged", ""},
		{`{"notes":" Rang her.\r\n\tTwice. "}`, "engaged", "Rang her.\n\tTwice."},
		{`{"status":"vip-prospect","notes":"` + strings.Repeat("ж", 5000) + `"}`, "vip-prospect", strings.Repeat("ж", 5000)},
		{`{"status":null,"email":"eve@acme.com","name":"Eve","userId":"` + sarah + `","submissions":9}`, "vip-prospect", strings.Repeat("ж", 5000)},
		{`{"notes":""}`, "vip-prospect", ""},
	}
	for _, step := range steps {
		got := want[lead.Lead](t, s, 200, john, "PATCH /leads/{leadId} "+id, "", step.body)
		if string(got.Status) != step.status || got.Notes != step.notes {
			t.Errorf("%.80s: status %s, notes %.40q", step.body, got.Status, got.Notes)
		}
		if stored := mustGet(t, s.of(t, john), id); stored.Status != got.Status || stored.Notes != got.Notes || stored.UpdatedAt != got.UpdatedAt {
			t.Errorf("%.80s: answered %+v, stored %+v", step.body, got, stored)
		}
		if got.UpdatedAt <= before.UpdatedAt || got.CreatedAt != before.CreatedAt || got.Submission != before.Submission || got.Submissions != 1 {
			t.Errorf("%.80s: %+v", step.body, got)
		}
		before = got
	}
}

func TestBadChangesChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	before := mustGet(t, s.of(t, john), id)
	for body, fields := range map[string]string{
		`{"status":"fresh","notes":5}`: "notes status",
		`{"status":""}`:                "status",
		`{"status":["new"]}`:           "status",
		`{"notes":"a\u0000b"}`:         "notes",
		`{"notes":"a\rb"}`:             "notes",
		`{"status":"engaged","notes":"` + strings.Repeat("x", 5001) + `"}`: "notes",
		`[]`:                                  "body",
		`{"status":"engaged","status":"new"}`: "status",
	} {
		if got := want[refusal](t, s, 422, john, "PATCH /leads/{leadId} "+id, "", body); strings.Join(got.fields(), " ") != fields {
			t.Errorf("%.60s: named %v", body, got.fields())
		}
	}
	if after := mustGet(t, s.of(t, john), id); after.UpdatedAt != before.UpdatedAt || after.Status != before.Status {
		t.Errorf("changed: %+v", after)
	}
}

// TestNoLead tries malformed, unknown and foreign ids: the answers are the same
// to the byte, and nothing is made or changed.
func TestNoLead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hers := s.add(t, sarah, "jane@acme.com", "Jane")
	before := mustGet(t, s.of(t, sarah), hers)
	ids := []string{
		hers, strings.Repeat("0", 26), "", "x", strings.ToUpper(hers), "LEAD#" + hers, hers + "\n", "STATS#TOTAL", "../" + hers,
		strings.Repeat("0", 3000), strings.Repeat("w", 26),
	}
	routes := map[string]string{
		"GET /leads/{leadId}": "", "PATCH /leads/{leadId}": `{"status":"engaged"}`, "POST /leads/{leadId}/resync": "",
	}
	for route, body := range routes {
		for _, id := range ids {
			got := s.do(t, john, route+" "+id, "", body)
			if got.Status != 404 || got.Body != `{"type":"about:blank","title":"Not Found","status":404,"detail":"No such lead."}` || len(got.Headers) != 4 {
				t.Errorf("%s %.40q: %d %s %v", route, id, got.Status, got.Body, got.Headers)
			}
		}
	}
	if after := mustGet(t, s.of(t, sarah), hers); after.UpdatedAt != before.UpdatedAt {
		t.Errorf("another IB's lead has changed: %+v", after)
	}
	if n := len(want[listed](t, s, 200, john, "GET /leads", "", "").Leads); n != 0 {
		t.Errorf("%d leads were made", n)
	}
}

func TestWithoutATenant(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for route := range s.routes {
		got := s.do(t, "nobody", route, "", `{"email":"jane@acme.com","name":"J"}`)
		if got.Status != 401 {
			t.Errorf("%s: %d", route, got.Status)
		}
	}
	if _, err := s.store.Of(tenant.ID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("opened the leads of no tenant: %v", err)
	}
}

func TestResync(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	resync := func() lead.Lead {
		t.Helper()
		want[struct{}](t, s, 202, john, "POST /leads/{leadId}/resync "+id, "", "")
		return mustGet(t, leads, id)
	}
	if got := resync(); got.SyncRequests != 0 {
		t.Errorf("a lead that waits was asked for again: %+v", got)
	}
	must(t, leads.RecordFailed(t.Context(), id, "Systeme.io does not answer."))
	if got := resync(); got.SyncRequests != 1 || got.SyncState != lead.Pending || got.SyncError != nil {
		t.Errorf("after a failure: %+v", got)
	}
	if log := s.log.String(); !strings.Contains(log, `"Resyncs":1`) {
		t.Errorf("log %s", log)
	}
	if got := resync(); got.SyncRequests != 1 {
		t.Errorf("asked for twice at once: %+v", got)
	}
	s.wait(10 * time.Minute)
	if got := resync(); got.SyncRequests != 2 {
		t.Errorf("a sync that was lost cannot be asked for: %+v", got)
	}
	must(t, leads.RecordSynced(t.Context(), id, start))
	if got := resync(); got.SyncRequests != 3 || got.SyncState != lead.Pending || got.SyncedAt == nil {
		t.Errorf("after success: %+v", got)
	}
}

// How often a lead was blocked is counted from when its sync was asked for, or ended.
func TestBlocksAreCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	for what, end := range map[string]func(){
		"failed": func() { must(t, leads.RecordFailed(t.Context(), id, "why")) },
		"asked for again": func() {
			s.wait(10 * time.Minute)
			want[struct{}](t, s, 202, john, "POST /leads/{leadId}/resync "+id, "", "")
		},
		"synced": func() { must(t, leads.RecordSynced(t.Context(), id, start)) },
	} {
		for want := 1; want <= 2; want++ {
			if got, err := leads.RecordBlocked(t.Context(), id); got != want || err != nil {
				t.Errorf("before it was %s: counted %d, %v; want %d", what, got, err, want)
			}
		}
		end()
	}
}

func TestSyncIsRecorded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	updated := mustGet(t, leads, id).UpdatedAt

	must(t, leads.RecordContact(t.Context(), id, 4711, "The phone was left out."))
	must(t, leads.RecordTag(t.Context(), id, "ib-x7k2m4p9-demo-request"))
	must(t, leads.RecordTag(t.Context(), id, "ib-x7k2m4p9-demo-request"))
	must(t, leads.RecordFailed(t.Context(), id, "Systeme.io does not answer."))
	got := mustGet(t, leads, id)
	if got.ContactID != 4711 || strings.Join(got.TagsApplied, " ") != "ib-x7k2m4p9-demo-request" ||
		got.SyncState != lead.Failed || got.SyncError == nil || *got.SyncError != "Systeme.io does not answer." {
		t.Errorf("after a failure: %+v", got)
	}

	must(t, leads.RecordSynced(t.Context(), id, start, "ib-x7k2m4p9-high-volume", "ib-x7k2m4p9-cfd"))
	body := s.do(t, john, "GET /leads/{leadId} "+id, "", "").Body
	const tail = `"systemeTagsApplied":["ib-x7k2m4p9-cfd","ib-x7k2m4p9-demo-request","ib-x7k2m4p9-high-volume"],` +
		`"systemeSyncedAt":"2026-05-04T03:02:01.000Z","syncState":"synced","syncError":null,"syncNote":"The phone was left out."}`
	if !strings.HasSuffix(body, tail) {
		t.Errorf("got %s", body)
	}
	if got := mustGet(t, leads, id); got.UpdatedAt != updated {
		t.Errorf("the sync counts as a change by the IB: %s", got.UpdatedAt)
	}
	must(t, leads.RecordContact(t.Context(), id, 4712, ""))
	if got := mustGet(t, leads, id); got.SyncNote != nil {
		t.Errorf("of a contact that lacks nothing: %q", *got.SyncNote)
	}
}

func TestSyncOfALeadThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads := s.of(t, john)
	gone := lead.ID(mustTenant(t, john), "gone@acme.com")
	for name, record := range map[string]func(context.Context, string) error{
		"contact": func(ctx context.Context, id string) error { return leads.RecordContact(ctx, id, 1, "") },
		"tag":     func(ctx context.Context, id string) error { return leads.RecordTag(ctx, id, "ib-x7k2m4p9-cfd") },
		"synced":  func(ctx context.Context, id string) error { return leads.RecordSynced(ctx, id, start, "t") },
		"failed":  func(ctx context.Context, id string) error { return leads.RecordFailed(ctx, id, "why") },
		"blocked": func(ctx context.Context, id string) error { _, err := leads.RecordBlocked(ctx, id); return err },
	} {
		for _, id := range []string{gone, "x"} {
			if err := record(t.Context(), id); !errors.Is(err, lead.ErrNotFound) {
				t.Errorf("%s of %s: %v", name, id, err)
			}
		}
	}
	if _, err := leads.Get(t.Context(), gone); !errors.Is(err, lead.ErrNotFound) {
		t.Errorf("half a lead was made: %v", err)
	}
}

// broken is a DynamoDB that fails in words that must stay inside.
type broken struct{ tenantdb.API }

var errBroken = errors.New("secret inside for jane@acme.com")

func (broken) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, errBroken
}

func (broken) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, errBroken
}

func (broken) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, errBroken
}

func (broken) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, errBroken
}

func TestDatabaseFails(t *testing.T) {
	t.Parallel()
	s := &site{}
	s.serve(lead.NewStore(tenantdb.Owned(broken{}, "leads", lead.SortKey), s.now))
	id := " " + strings.Repeat("0", 26)
	for route, body := range map[string]string{
		"GET /leads":                       "",
		"POST /leads":                      `{"email":"jane@acme.com","name":"J"}`,
		"GET /leads/{leadId}" + id:         "",
		"PATCH /leads/{leadId}" + id:       `{}`,
		"POST /leads/{leadId}/resync" + id: "",
		"DELETE /leads/{leadId}" + id:      "",
		"GET /leads/export":                "",
		"GET /erasures":                    "",
	} {
		got := s.do(t, john, route, "", body)
		if got.Status != 500 || got.Body != httpapi.Problem(errors.New("x")).Body {
			t.Errorf("%s: %d %s", route, got.Status, got.Body)
		}
	}
	if log := s.log.String(); strings.Count(log, "secret inside") != 8 || strings.Contains(log, "jane@") {
		t.Errorf("log %s", log)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
