package tally

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Snapshot returns all leads of a tenant as they were when the stream had told of
// changes up to a place, and of none behind it. It may wait until it knows them.
type Snapshot func(context.Context, Sequence) ([]Lead, error)

// Marks are the places up to which the counters of a tenant have counted, each under
// its key.
type Marks map[string]Sequence

// Marks reads how far each of a tenant's counters has come.
func (c Counters) Marks(ctx context.Context, owner tenant.ID) (Marks, error) {
	items, err := c.table.Of(owner)
	if err != nil {
		return nil, fmt.Errorf("open the counters: %w", err)
	}
	marks := Marks{totalKey: ""}
	query := tenantdb.Query{
		Sort: "begins_with(sk, :day)", Projection: "sk",
		Values: tenantdb.Item{":day": &types.AttributeValueMemberS{Value: dayPrefix}},
	}
	for {
		page, err := items.Query(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("look for the counters: %w", err)
		}
		for _, item := range page.Items {
			if sort, is := item["sk"].(*types.AttributeValueMemberS); is {
				marks[sort.Value] = ""
			}
		}
		if query.After = page.Next; query.After == nil {
			break
		}
	}
	for key := range marks {
		counted, err := get(ctx, items, key)
		if err != nil {
			return nil, err
		}
		marks[key] = counted.LastSequence
	}
	return marks, nil
}

// Recount makes a tenant's counters anew from its leads, while the stream goes on to
// be counted. at is a place in the stream that came into being after the marks were
// read.
//
// Each counter is set to what the leads were at one place in the stream, and remembers
// that place as counted, in one write that is made only if nobody has counted in
// between. So what the stream told before the place is in it, also when it is still
// on its way, and is left out when it arrives; what comes behind is counted then.
// The place is at, or the one to which the counter has come meanwhile, whichever is
// later. A counter that had come further than at before at was there remembers a place
// of another stream, that of a table from which this one was restored: it is forgotten.
func (c Counters) Recount(ctx context.Context, owner tenant.ID, marks Marks, at Sequence, leads Snapshot) error {
	items, err := c.table.Of(owner)
	if err != nil {
		return fmt.Errorf("open the counters: %w", err)
	}
	now, err := leads(ctx, at)
	if err != nil {
		return err
	}
	keys := Marks{totalKey: marks[totalKey]}
	maps.Copy(keys, marks)
	for _, l := range now {
		keys[dayKey(l.CreatedAt)] = marks[dayKey(l.CreatedAt)]
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if err := recount(ctx, items, key, keys[key], at, leads); err != nil {
			return err
		}
	}
	return nil
}

// recount makes one counter anew, whose mark was so.
func recount(ctx context.Context, items tenantdb.Partition, key string, mark, at Sequence, leads Snapshot) error {
	for range maxAttempts {
		stored, err := get(ctx, items, key)
		if err != nil {
			return err
		}
		place := at
		if stored.LastSequence != mark {
			place = max(at, stored.LastSequence)
		}
		then, err := leads(ctx, place)
		if err != nil {
			return err
		}
		err = put(ctx, items, key, made(key, then, place), stored.LastSequence)
		if _, changed := errors.AsType[*types.ConditionalCheckFailedException](err); !changed {
			return err
		}
	}
	return fmt.Errorf("recount %s: changed by others %d times", key, maxAttempts)
}

// made counts leads from nothing. The types that most of them have are those that are
// told apart.
func made(key string, leads []Lead, at Sequence) counter {
	add, c := addToDay(key), counter{LastSequence: at}
	if key == totalKey {
		add = addToTotals
	}
	many := map[string]int{}
	for _, l := range leads {
		many[l.Type]++
	}
	inOrder := slices.SortedFunc(slices.Values(leads), func(a, b Lead) int {
		return cmp.Or(cmp.Compare(many[b.Type], many[a.Type]), cmp.Compare(a.Type, b.Type))
	})
	for _, l := range inOrder {
		add(&c, l, 1)
	}
	return c
}
