package tally

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Totals are how many leads a tenant has, by status and by type.
type Totals struct {
	ByStatus, ByType map[string]int
}

// Arrivals are how many of a tenant's leads arrived in the quarter of an hour
// that began At.
type Arrivals struct {
	At    time.Time
	Leads int
}

// Totals reads one item, whatever the number of leads.
func (c Counters) Totals(ctx context.Context, owner tenant.ID) (Totals, error) {
	items, err := c.table.Of(owner)
	if err != nil {
		return Totals{}, fmt.Errorf("open the counters: %w", err)
	}
	total, err := get(ctx, items, totalKey)
	if err != nil {
		return Totals{}, err
	}
	return Totals{total.ByStatus, total.ByType}, nil
}

// Arrivals reads one item for each day in UTC that any time from from to to is
// on, whatever the number of leads, and returns its arrivals in no order.
func (c Counters) Arrivals(ctx context.Context, owner tenant.ID, from, to time.Time) ([]Arrivals, error) {
	items, err := c.table.Of(owner)
	if err != nil {
		return nil, fmt.Errorf("open the counters: %w", err)
	}
	query := tenantdb.Query{
		Sort: "sk BETWEEN :from AND :to",
		Values: tenantdb.Item{
			":from": &types.AttributeValueMemberS{Value: dayKey(from)},
			":to":   &types.AttributeValueMemberS{Value: dayKey(to)},
		},
	}
	var all []Arrivals
	for {
		page, err := items.Query(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("read the counters of days: %w", err)
		}
		for _, item := range page.Items {
			if all, err = appendDay(all, item); err != nil {
				return nil, err
			}
		}
		if page.Next == nil {
			return all, nil
		}
		query.After = page.Next
	}
}

func appendDay(all []Arrivals, item tenantdb.Item) ([]Arrivals, error) {
	var day struct {
		Key string `dynamodbav:"sk"`
		counter
	}
	if err := attributevalue.UnmarshalMap(item, &day); err != nil {
		return nil, fmt.Errorf("read the counter of a day: %w", err)
	}
	date := strings.TrimPrefix(day.Key, dayPrefix)
	for quarter, leads := range day.Quarters {
		at, err := time.Parse(time.DateOnly+" "+quarterLayout, date+" "+quarter)
		if err != nil {
			return nil, fmt.Errorf("read the counter of a day: %w", err)
		}
		all = append(all, Arrivals{at, leads})
	}
	return all, nil
}
