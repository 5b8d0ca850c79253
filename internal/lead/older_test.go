package lead_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

// putOld stores a lead as an older version might have: its keys, what the visitor
// sent and when, and nothing that was thought of later.
func (s *site) putOld(tb testing.TB, userID, address string) (leadID string) {
	tb.Helper()
	leadID = lead.ID(mustTenant(tb, userID), address)
	item := tenantdb.Item{}
	for name, value := range map[string]string{
		"userId": userID, lead.SortKey: "LEAD#" + leadID, "email": address, "name": "Jane", "createdAt": "2020-05-04T03:02:01.000Z",
	} {
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	_, err := s.aws.Client.PutItem(tb.Context(), &dynamodb.PutItemInput{TableName: &s.aws.LeadsTable, Item: item})
	must(tb, err)
	return leadID
}

func TestALeadOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.putOld(t, john, "jane@acme.com")
	johns := s.of(t, john)
	got, err := johns.Get(t.Context(), id)
	must(t, err)
	if got.ID != id || got.Status != lead.New || got.Source != lead.FromForm || got.SyncState != lead.Pending ||
		got.Submissions != 1 || got.UpdatedAt != got.CreatedAt || got.TagsApplied == nil || got.SyncedAt != nil {
		t.Errorf("it is read as %+v", got)
	}
	for _, query := range []string{"", "status=new", "q=jane"} {
		if _, found := s.walk(t, john, query); !slices.Equal(found, []string{"jane@acme.com"}) {
			t.Errorf("a list with %q has %v", query, found)
		}
	}
	if _, found := s.walk(t, john, "status=churned"); len(found) != 0 {
		t.Errorf("those that churned are %v", found)
	}
	if ids, _ := strandedOf(t, johns, s.now()); !slices.Equal(ids, []string{id}) {
		t.Errorf("stranded are %v", ids)
	}
	must(t, johns.Requeue(t.Context(), id, s.now()))
	if ids, _ := strandedOf(t, johns, s.now().Add(-time.Hour)); len(ids) != 0 {
		t.Errorf("stranded after it was put back: %v", ids)
	}
	if got := s.do(t, john, "GET /leads/export", "", ""); got.Status != 200 {
		t.Errorf("the export answers %d", got.Status)
	}
}

// Whatever can be done to a lead can be done to an old one.
func TestAnOldLeadCanBeChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changed, sent, resynced, erased := s.putOld(t, john, "a@acme.com"), s.putOld(t, john, "b@acme.com"), s.putOld(t, john, "c@acme.com"), s.putOld(t, john, "d@acme.com")
	if got := want[lead.Lead](t, s, 200, john, "PATCH /leads/{leadId} "+changed, "", `{"status":"engaged"}`); got.Status != lead.Engaged {
		t.Errorf("changed to %+v", got)
	}
	s.add(t, john, "b@acme.com", "Jane")
	want[struct{}](t, s, 202, john, "POST /leads/{leadId}/resync "+resynced, "", "")
	if got := s.do(t, john, "DELETE /leads/{leadId} "+erased, "", ""); got.Status != 204 {
		t.Errorf("erasing answers %d", got.Status)
	}
	got, err := s.of(t, john).Get(t.Context(), sent)
	must(t, err)
	if got.CreatedAt != "2020-05-04T03:02:01.000Z" || got.Status != lead.New || got.ID != sent {
		t.Errorf("sent again it is %+v", got)
	}
	must(t, s.of(t, john).RecordSynced(t.Context(), resynced, s.now(), "ib-aaaaaaaa-demo-request"))
	if e, unfinished, err := s.of(t, john).Unfinished(t.Context(), erased); err != nil || !unfinished || e.Email != "d@acme.com" {
		t.Errorf("its erasure is %+v, %v, %v", e, unfinished, err)
	}
}
