package tally

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Leads reads how many leads a tenant has. It asks for the attribute byStatus
// alone, which no lead has, so that a role can be made that counts leads and
// cannot read them.
func (c Counters) Leads(ctx context.Context, owner tenant.ID) (int, error) {
	items, err := c.table.Of(owner)
	if err != nil {
		return 0, fmt.Errorf("open the counters: %w", err)
	}
	page, err := items.Query(ctx, tenantdb.Query{
		Sort:       "sk = :total",
		Values:     tenantdb.Item{":total": &types.AttributeValueMemberS{Value: totalKey}},
		Projection: "byStatus",
	})
	if err != nil {
		return 0, fmt.Errorf("count the leads: %w", err)
	}
	leads := 0
	for _, item := range page.Items { // one, or none before the first lead
		var total counter
		if err := attributevalue.UnmarshalMap(item, &total); err != nil {
			return 0, fmt.Errorf("count the leads: %w", err)
		}
		for _, n := range total.ByStatus {
			leads += n
		}
	}
	return leads, nil
}
