package publish_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/audit"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/publish"
	"clientflow/internal/tenantdb"
)

// entries returns the sort keys of a tenant's audit trail.
func (s *site) entries(tb testing.TB, userID string) (keys []string) {
	tb.Helper()
	items, err := tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey).Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	page, err := items.Query(tb.Context(), tenantdb.Query{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, item := range page.Items {
		if key := item["sk"].(*types.AttributeValueMemberS).Value; strings.HasPrefix(key, "AUDIT#") {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestReplayedRecordsAreAuditedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, "jane@acme.com")
	s.capture(t, sarah, "jane@acme.com")
	s.capture(t, john, "jane@acme.com")
	records := s.aws.LeadChanges(t, 3)
	for _, batch := range [][]json.RawMessage{records, records, records[1:], records[:1]} {
		if failures := s.handle(t, batch...); len(failures) > 0 {
			t.Fatalf("failures %v", failures)
		}
	}
	if j, a := s.entries(t, john), s.entries(t, sarah); len(j) != 2 || len(a) != 1 {
		t.Errorf("entries %v and %v", j, a)
	}
}

// noTrail fails to write entries, and nothing else.
type noTrail struct{ tenantdb.API }

func (n noTrail) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if strings.HasPrefix(in.Key["sk"].(*types.AttributeValueMemberS).Value, "AUDIT#") {
		return nil, errors.New("throttled")
	}
	return n.API.UpdateItem(ctx, in, options...)
}

func TestWhatIsNotAuditedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, "jane@acme.com")
	records := s.aws.LeadChanges(t, 1)
	trail := audit.NewStore(tenantdb.Owned(noTrail{s.aws.Client}, s.aws.LeadsTable, lead.SortKey))
	failing := publish.New(publish.NewQueue(&s.queue, "http://queue"), s.counters, trail, eventlog.New(&s.log, "publish-leads"))
	response, err := failing.Handle(t.Context(), publish.Event{Records: records})
	if err != nil || len(response.Failures) != 1 || response.Failures[0].SequenceNumber != sequence(t, records[0]) {
		t.Errorf("%+v, %v", response, err)
	}
	if len(s.queue.sent) != 1 || s.totals(t, john) != "[new:1]" {
		t.Error("a sync or a counter waited for the trail")
	}
	s.handle(t, records...)
	if got := s.entries(t, john); len(got) != 1 {
		t.Errorf("entries %v", got)
	}
}
