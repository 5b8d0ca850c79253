package tally

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// maxAttempts bounds how often a counter is tried that others change too. They
// are few: a shard of the stream has one reader at a time.
const maxAttempts = 20

// Count brings a tenant's counters up to date with records of the stream. After
// an error some counters may have been; counting the same records again is
// always right.
func (c Counters) Count(ctx context.Context, owner tenant.ID, changes []Change) error {
	items, err := c.table.Of(owner)
	if err != nil {
		return fmt.Errorf("open the counters: %w", err)
	}
	changes = slices.DeleteFunc(slices.Clone(changes), func(change Change) bool { return !change.matters() })
	if len(changes) == 0 {
		return nil
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Sequence, b.Sequence) })
	if err := count(ctx, items, totalKey, changes, addToTotals); err != nil {
		return err
	}
	byDay := perDay(changes)
	for _, key := range slices.Sorted(maps.Keys(byDay)) {
		if err := count(ctx, items, key, byDay[key], addToDay(key)); err != nil {
			return err
		}
	}
	return nil
}

// perDay sorts the arrivals and departures under the keys of their days.
func perDay(changes []Change) map[string][]Change {
	days := map[string][]Change{}
	for _, change := range changes {
		if change.Before != nil && change.After != nil && change.Before.CreatedAt.Equal(change.After.CreatedAt) {
			continue
		}
		var touched []string
		for _, lead := range []*Lead{change.Before, change.After} {
			if lead != nil {
				touched = append(touched, dayKey(lead.CreatedAt))
			}
		}
		for _, key := range slices.Compact(touched) {
			days[key] = append(days[key], change)
		}
	}
	return days
}

// count changes one counter item: read, leave out what was counted, add, and
// write if the item is still what was read.
func count(ctx context.Context, items tenantdb.Partition, key string, changes []Change, add adder) error {
	for range maxAttempts {
		c, err := get(ctx, items, key)
		if err != nil {
			return err
		}
		seen := c.LastSequence
		if !c.apply(changes, add) {
			return nil
		}
		err = put(ctx, items, key, c, seen)
		if _, changed := errors.AsType[*types.ConditionalCheckFailedException](err); !changed {
			return err
		}
	}
	return fmt.Errorf("count in %s: changed by others %d times", key, maxAttempts)
}

func get(ctx context.Context, items tenantdb.Partition, key string) (counter, error) {
	var c counter
	item, err := items.Get(ctx, key)
	if err == nil {
		err = attributevalue.UnmarshalMap(item, &c)
	}
	if err != nil {
		return counter{}, fmt.Errorf("read the counter %s: %w", key, err)
	}
	return c, nil
}

// put stores a counter if its last sequence is still the one seen.
func put(ctx context.Context, items tenantdb.Partition, key string, c counter, seen Sequence) error {
	attributes, err := attributevalue.MarshalMap(c)
	if err != nil {
		return fmt.Errorf("write the counter %s: %w", key, err)
	}
	change := tenantdb.Change{Condition: "attribute_not_exists(lastSequence)", Names: map[string]string{}, Values: tenantdb.Item{}}
	if seen != "" {
		change.Condition = "lastSequence = :seen"
		change.Values[":seen"] = &types.AttributeValueMemberS{Value: string(seen)}
	}
	change.Expression = "SET "
	for i, name := range slices.Sorted(maps.Keys(attributes)) {
		if i > 0 {
			change.Expression += ", "
		}
		change.Expression += "#" + name + " = :" + name
		change.Names["#"+name] = name
		change.Values[":"+name] = attributes[name]
	}
	change.Expression += removed(attributes)
	if _, err := items.Update(ctx, key, change); err != nil {
		return fmt.Errorf("write the counter %s: %w", key, err)
	}
	return nil
}

// removed takes counts away that a counter has no more: after a recount, those of which
// there are none.
func removed(attributes tenantdb.Item) (expression string) {
	separator := " REMOVE "
	for _, name := range []string{"byStatus", "byType", "quarters"} {
		if attributes[name] == nil {
			expression += separator + name
			separator = ", "
		}
	}
	return expression
}
