package lead_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

// reads asks DynamoDB what each query consumed.
type reads struct {
	tenantdb.API
	units   float64
	queries int
}

func (r *reads) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := r.API.Query(ctx, in, options...)
	if err == nil {
		r.queries++
		r.units += *out.ConsumedCapacity.CapacityUnits
	}
	return out, err
}

// TestAPageCostsTheSameWhateverTheNumber reads pages of a list of 100 leads and,
// at its beginning, deep within and at its end, of one of 100,000.
func TestAPageCostsTheSameWhateverTheNumber(t *testing.T) {
	t.Parallel()
	const few, many = 100, 100_000
	s := newSite(t)
	meter := &reads{API: s.aws.Client}
	s.serve(lead.NewStore(tenantdb.Owned(meter, s.aws.LeadsTable, lead.SortKey), s.now))
	page := func(userID, query string) (listed, float64) {
		t.Helper()
		meter.units, meter.queries = 0, 0
		got := want[listed](t, s, 200, userID, "GET /leads", "limit=50&"+query, "")
		if len(got.Leads) != 50 || meter.queries != 1 {
			t.Errorf("%s: %d leads by %d queries", query, len(got.Leads), meter.queries)
		}
		return got, meter.units
	}
	s.fill(t, sarah, few)
	_, small := page(sarah, "")
	s.fill(t, john, many)
	for _, from := range []int{many, many / 2, 150} {
		query := "to=" + start.Add(time.Duration(from)*time.Second).Format(time.RFC3339)
		for range 2 {
			got, units := page(john, query)
			if units != small {
				t.Errorf("%s: a page of %d leads took %v units, one of %d took %v", query, many, units, few, small)
			}
			query += "&cursor=" + *got.NextCursor
		}
	}
}

// fill stores leads of equal size.
func (s *site) fill(tb testing.TB, userID string, n int) {
	tb.Helper()
	owner := mustTenant(tb, userID)
	items := make([]attribute.Item, n)
	for i := range items {
		id := lead.ID(owner, fmt.Sprintf("visitor%06d@acme.com", i))
		items[i] = attribute.Item{ // as few as will do of leads that wait for nothing
			"userId": attribute.String(userID), lead.SortKey: attribute.String("LEAD#" + id), "leadId": attribute.String(id),
			"syncState": attribute.String(lead.Synced), "createdAt": attribute.String(lead.Stamp(start.Add(time.Duration(i) * time.Second))),
		}
	}
	if err := s.aws.DB.Fill(s.aws.LeadsTable, items...); err != nil {
		tb.Fatal(err)
	}
}
