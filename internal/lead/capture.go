package lead

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/origin"
	"clientflow/internal/tenantdb"
	"clientflow/internal/trace"
)

// Capture stores a submission and returns the lead's id, and whether the address
// is new to the tenant. It is one write that takes no other's place: the first
// submission stands whole, and each later one only raises Submissions and
// UpdatedAt. Known and unknown addresses take the same way. A write that is tried
// again because its answer was lost counts once; created is then false.
//
// Where an address belongs to one tenant alone, the one write is a transaction,
// which cannot say whether the address is new: created is false. The error is
// ownership.ErrTaken when it is another tenant's, of whose lead nothing changes.
func (l Leads) Capture(ctx context.Context, s Submission, source Source) (leadID string, created bool, err error) {
	now := Stamp(l.now())
	first := Lead{
		ID: ID(l.items.Tenant(), s.Email), Submission: s, Status: New, Source: source,
		CreatedAt: now, SyncState: Pending, Alias: newAlias(),
		Trace: trace.Of(ctx).String(),
	}
	change, err := upsert(first, now)
	if err != nil {
		return "", false, err
	}
	change = Signed(ctx, change)
	if l.rule.Exclusive() { // a transaction's token keeps it from being done twice
		return first.ID, false, l.captureOwned(ctx, first, change)
	}
	if origin.Of(ctx).RequestID != "" {
		change.Condition = "attribute_not_exists(changedIn) OR changedIn <> :changedIn"
	}
	item, err := l.items.Update(ctx, keyPrefix+first.ID, change)
	if conditionFailed(err) {
		return first.ID, false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("capture a lead: %w", err)
	}
	var stored struct {
		Submissions int `dynamodbav:"submissions"`
	}
	if err := attributevalue.UnmarshalMap(item, &stored); err != nil {
		return "", false, fmt.Errorf("capture a lead: %w", err)
	}
	return first.ID, stored.Submissions == 1, nil
}

// upsert sets every attribute of a first submission, the empty ones too, unless
// the lead has it: a later submission must not fill what the first left empty.
func upsert(first Lead, now Timestamp) (tenantdb.Change, error) {
	attributes, err := attributevalue.MarshalMap(first)
	if err != nil {
		return tenantdb.Change{}, fmt.Errorf("write a lead: %w", err)
	}
	delete(attributes, "submissions")
	delete(attributes, "updatedAt")
	change := tenantdb.Change{
		Expression: "SET updatedAt = :updatedAt",
		Names:      map[string]string{},
		Values:     tenantdb.Item{":updatedAt": text(now), ":one": number(1)},
		Return:     types.ReturnValueUpdatedNew,
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		change.Expression += fmt.Sprintf(", #%[1]s = if_not_exists(#%[1]s, :%[1]s)", name)
		change.Names["#"+name] = name
		change.Values[":"+name] = attributes[name]
	}
	change.Expression += " ADD submissions :one"
	return change, nil
}
