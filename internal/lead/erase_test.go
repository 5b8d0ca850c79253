package lead_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/dynamodb"
	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

const eraseRoute = "DELETE /leads/{leadId} "

type erasuresListed struct {
	Erasures []struct {
		LeadID, State, RequestedAt string
		DoneAt, Error              *string
	}
	NextCursor *string
}

// erasure returns the stored erasure of a lead; nil for none.
func (s *site) erasure(tb testing.TB, userID, leadID string) tenantdb.Item {
	tb.Helper()
	partition, err := s.table().Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	item, err := partition.Get(tb.Context(), "ERASURE#"+leadID)
	if err != nil {
		tb.Fatal(err)
	}
	return item
}

func mustUnfinished(tb testing.TB, leads lead.Leads, leadID string) lead.Erasure {
	tb.Helper()
	e, ok, err := leads.Unfinished(tb.Context(), leadID)
	if err != nil || !ok {
		tb.Fatalf("erasure %v, %v", ok, err)
	}
	return e
}

// names returns the attributes of an item in order.
func names(item tenantdb.Item) string {
	var all []string
	for name := range item {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestErase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane Doe")
	hers := s.add(t, sarah, "jane@acme.com", "Jane Doe")
	other := s.add(t, john, "joe@acme.com", "Joe")
	leads := s.of(t, john)
	if err := leads.RecordContact(t.Context(), id, 42, ""); err != nil {
		t.Fatal(err)
	}

	if got := s.do(t, john, eraseRoute+id, "", ""); got.Status != 204 || got.Body != "" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	for route, body := range map[string]string{
		"GET /leads/{leadId} ": "", "PATCH /leads/{leadId} ": `{"notes":"x"}`, "POST /leads/{leadId}/resync ": "", eraseRoute: "",
	} {
		want[refusal](t, s, 404, john, route+id, "", body)
	}
	if got := want[listed](t, s, 200, john, "GET /leads", "", ""); len(got.Leads) != 1 || got.Leads[0].ID != other {
		t.Errorf("listed %v", got.Leads)
	}
	if got := want[listed](t, s, 200, john, "GET /leads", "q=jane@acme.com", ""); len(got.Leads) != 0 {
		t.Errorf("found %v", got.Leads)
	}
	want[lead.Lead](t, s, 200, sarah, "GET /leads/{leadId} "+hers, "", "")
	if got := names(s.erasure(t, john, id)); got != "alias capturedAt changedBy changedIn email erasureState leadId quietAt requestedAt sk systemeContactId trace userId" {
		t.Errorf("kept %s", got)
	}
	e := mustUnfinished(t, leads, id)
	asked, err := e.RequestedAt.Time()
	if e.Email != "jane@acme.com" || e.ContactID != 42 || e.State != lead.ErasurePending || e.QuietAt != lead.Stamp(asked.Add(lead.Quiet)) || err != nil {
		t.Errorf("erasure %+v", e)
	}
}

// A foreign id, an unknown one and one that is none are the same to who erases.
func TestEraseOfNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hers := s.add(t, sarah, "jane@acme.com", "Jane Doe")
	unknown := s.do(t, john, eraseRoute+strings.Repeat("0", 26), "", "")
	for _, id := range []string{hers, "x", "", "STATS#TOTAL"} {
		if got := s.do(t, john, eraseRoute+id, "", ""); got.Status != 404 || got.Body != unknown.Body {
			t.Errorf("%q: %d %s", id, got.Status, got.Body)
		}
	}
	want[lead.Lead](t, s, 200, sarah, "GET /leads/{leadId} "+hers, "", "")
	leads := s.of(t, john)
	_, ok, err := leads.Unfinished(t.Context(), hers)
	erasing, errErasing := leads.RecordErasing(t.Context(), hers, 1, start)
	failed, errFailed := leads.RecordErasureFailed(t.Context(), hers, "why")
	done, errDone := leads.FinishErasure(t.Context(), lead.Erasure{LeadID: hers})
	if err := errors.Join(err, errErasing, errFailed, errDone); ok || erasing || failed || done || err != nil {
		t.Errorf("an erasure that is not there: %v, %v, %v, %v, %v", ok, erasing, failed, done, err)
	}
	if item := s.erasure(t, john, hers); item != nil {
		t.Errorf("half an erasure was made: %v", item)
	}
	if _, _, err := leads.Unfinished(t.Context(), "x"); !errors.Is(err, lead.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestManyEraseOneLead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	var all sync.WaitGroup
	var erased, missed atomic.Int64
	for range 20 {
		all.Go(func() {
			switch err := leads.Erase(t.Context(), id); {
			case err == nil:
				erased.Add(1)
			case errors.Is(err, lead.ErrNotFound):
				missed.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if erased.Load() != 1 || missed.Load() != 19 {
		t.Errorf("%d erased it, %d found none", erased.Load(), missed.Load())
	}
}

// Either a lead is deleted and its erasure is asked for, or neither.
func TestEraseIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	s.aws.DB.SetFaults(dynamodb.Faults{TransactionConflicts: 1})
	if got := s.do(t, john, eraseRoute+id, "", ""); got.Status != 500 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	want[lead.Lead](t, s, 200, john, "GET /leads/{leadId} "+id, "", "")
	if item := s.erasure(t, john, id); item != nil {
		t.Errorf("erasure %v", item)
	}
	s.aws.DB.SetFaults(dynamodb.Faults{TransactionConflicts: 0.5, ThrottledWrites: 0.3})
	if got := s.do(t, john, eraseRoute+id, "", ""); got.Status != 204 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestErasureInItsSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	if err := leads.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	until := start.Add(time.Hour)
	if ok, err := leads.RecordErasing(t.Context(), id, 42, until); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	if ok, err := leads.RecordDeleted(t.Context(), id, 42); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	if ok, err := leads.RecordErasureFailed(t.Context(), id, "Systeme.io is down."); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	e := mustUnfinished(t, leads, id)
	if e.ContactID != 42 || e.DeletedID != 42 || e.QuietAt != lead.Stamp(until) || e.State != lead.ErasureFailed || *e.Error != "Systeme.io is down." {
		t.Errorf("erasure %+v", e)
	}
	got := want[erasuresListed](t, s, 200, john, "GET /erasures", "", "")
	if len(got.Erasures) != 1 || got.Erasures[0].LeadID != id || got.Erasures[0].State != "failed" ||
		*got.Erasures[0].Error != "Systeme.io is down." || got.Erasures[0].DoneAt != nil || got.NextCursor != nil {
		t.Errorf("listed %+v", got)
	}
	stale := e
	stale.QuietAt = lead.Stamp(until.Add(-time.Second))
	if ok, err := leads.FinishErasure(t.Context(), stale); ok || err != nil {
		t.Errorf("finished what was gone on with since: %v, %v", ok, err)
	}
	if ok, err := leads.FinishErasure(t.Context(), e); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	if got := names(s.erasure(t, john, id)); got != "changedBy changedIn doneAt erasureState expiresAt leadId requestedAt sk userId" {
		t.Errorf("kept %s", got)
	}
	got = want[erasuresListed](t, s, 200, john, "GET /erasures", "", "")
	if len(got.Erasures) != 1 || got.Erasures[0].State != "done" || got.Erasures[0].DoneAt == nil || got.Erasures[0].Error != nil {
		t.Errorf("listed %+v", got)
	}
	ok, err := leads.FinishErasure(t.Context(), e)
	erasing, errErasing := leads.RecordErasing(t.Context(), id, 42, until)
	failed, errFailed := leads.RecordErasureFailed(t.Context(), id, "late")
	if _, unfinished, _ := leads.Unfinished(t.Context(), id); unfinished || ok || erasing || failed || errors.Join(err, errErasing, errFailed) != nil {
		t.Errorf("done, and gone on with: %v, %v, %v, %v", ok, erasing, failed, errors.Join(err, errErasing, errFailed))
	}
}

// A lead that was captured anew while its predecessor was being erased begins with
// nothing in Systeme.io, whatever a late sync has noted on it.
func TestCapturedAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	if err := errors.Join(leads.RecordContact(t.Context(), id, 42, ""), leads.Erase(t.Context(), id)); err != nil {
		t.Fatal(err)
	}
	if again := s.add(t, john, "jane@acme.com", "Jane Again"); again != id {
		t.Errorf("the same address is %s, then %s", id, again)
	}
	err := errors.Join(leads.RecordContact(t.Context(), id, 42, ""), leads.RecordTag(t.Context(), id, "late"),
		leads.RecordFailed(t.Context(), id, "late"), leads.RecordSynced(t.Context(), id, start, "late"))
	if err != nil {
		t.Fatal(err)
	}
	// Erased and captured once more: one erasure for both, which knows the contact.
	if err := leads.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	s.add(t, john, "jane@acme.com", "Jane Thrice")
	if err := errors.Join(leads.RecordContact(t.Context(), id, 42, "late"), leads.RecordSynced(t.Context(), id, start, "late")); err != nil {
		t.Fatal(err)
	}
	if ok, err := leads.FinishErasure(t.Context(), mustUnfinished(t, leads, id)); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	got := mustGet(t, leads, id)
	if got.Name != "Jane Thrice" || got.Submissions != 1 || got.SyncState != lead.Pending || got.SyncError != nil ||
		got.ContactID != 0 || len(got.TagsApplied) != 0 || got.SyncedAt != nil || got.SyncNote != nil {
		t.Errorf("lead %+v", got)
	}
	if err := leads.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if e := mustUnfinished(t, leads, id); e.ContactID != 0 || e.DeletedID != 0 || e.DoneAt != nil {
		t.Errorf("the new erasure knows the old one's: %+v", e)
	}
}

func TestAnUnfinishedErasureKeepsItsContact(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	leads := s.of(t, john)
	if err := errors.Join(leads.RecordContact(t.Context(), id, 42, ""), leads.Erase(t.Context(), id)); err != nil {
		t.Fatal(err)
	}
	s.add(t, john, "jane@acme.com", "Jane")
	if err := leads.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if e := mustUnfinished(t, leads, id); e.ContactID != 42 {
		t.Errorf("erasure %+v", e)
	}
}

func TestErasuresInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const many = 230
	erase := func(userID string, i int) {
		t.Helper()
		leads := s.of(t, userID)
		id, _, err := leads.Capture(t.Context(), lead.Submission{Email: fmt.Sprintf("v%d@acme.com", i), Name: "V"}, lead.FromForm)
		if err := errors.Join(err, leads.Erase(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range many {
		erase(john, i)
	}
	erase(sarah, 0)
	seen := map[string]bool{}
	pages := 0
	for query := ""; pages == 0 || query != ""; pages++ {
		got := want[erasuresListed](t, s, 200, john, "GET /erasures", query, "")
		for _, e := range got.Erasures {
			seen[e.LeadID] = true
		}
		query = ""
		if got.NextCursor != nil {
			query = "cursor=" + *got.NextCursor
		}
	}
	if len(seen) != many || pages != 3 {
		t.Errorf("%d erasures in %d pages", len(seen), pages)
	}
	if got := s.do(t, john, "GET /erasures", "", ""); strings.Contains(got.Body, "@") || strings.Contains(got.Body, "quiet") {
		t.Errorf("shown: %.300s", got.Body)
	}
	if got := s.do(t, "2b1c2d3e-4f50-4162-8374-95a6b7c8d9e0", "GET /erasures", "", ""); got.Body != `{"erasures":[],"nextCursor":null}` {
		t.Errorf("none: %s", got.Body)
	}
	for _, query := range []string{"cursor=x", "cursor=%zz", "cursor=ERASURE%23", "cursor=a&cursor=b"} {
		want[refusal](t, s, 422, john, "GET /erasures", query, "")
	}
}

// TestEraseReachesOneTenantAlone counts what is left of two tenants' same leads.
func TestEraseReachesOneTenantAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 5 {
		s.add(t, sarah, fmt.Sprintf("v%d@acme.com", i), "V")
		id := s.add(t, john, fmt.Sprintf("v%d@acme.com", i), "V")
		want[struct{}](t, s, 204, john, eraseRoute+id, "", "")
	}
	out, err := s.aws.Client.Query(t.Context(), &sdk.QueryInput{
		TableName: &s.aws.LeadsTable, KeyConditionExpression: ptr("userId = :u"),
		ExpressionAttributeValues: tenantdb.Item{":u": &types.AttributeValueMemberS{Value: sarah}},
	})
	if err != nil || len(out.Items) != 5 {
		t.Errorf("%d items, %v", len(out.Items), err)
	}
}

func ptr[T any](value T) *T { return &value }
