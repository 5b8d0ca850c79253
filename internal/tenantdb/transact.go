package tenantdb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	// maxTries bounds how often a transaction is tried that meets others on its
	// items: some 50 that want one item at once are through in half as many.
	maxTries = 12
	// firstWait is the most that the second try waits. Each further one waits up
	// to twice as long, but no longer than longestWait.
	firstWait   = 20 * time.Millisecond
	longestWait = 500 * time.Millisecond
)

// Write is one part of a transaction. Those of the tenant's own items name a sort
// key alone.
type Write interface {
	of(p Partition) (types.TransactWriteItem, error)
}

// Updated is an update of one of the tenant's items; Change.Return has no effect.
type Updated struct {
	Sort string
	Change
}

// Deleted deletes one of the tenant's items. Condition names no values.
type Deleted struct {
	Sort, Condition string
}

// Required changes nothing, but lets the others depend on one of the tenant's
// items. Condition names no values.
type Required struct {
	Sort, Condition string
}

// Beside is a write to another table, one that holds no tenant's items, such as
// the Registry.
type Beside struct {
	types.TransactWriteItem
}

// Transact makes all of the writes, or none of them. The error is *Unmet when
// conditions were false. Transactions and throttling that it meets are waited for.
func (p Partition) Transact(ctx context.Context, writes ...Write) error {
	items := make([]types.TransactWriteItem, len(writes))
	for i, write := range writes {
		var err error
		if items[i], err = write.of(p); err != nil {
			return err
		}
	}
	var err error
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return fmt.Errorf("transaction in %s: %w", p.table.name, err)
		}
		_, err = p.table.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items}, p.options...)
		cancelled, is := errors.AsType[*types.TransactionCanceledException](err)
		if !is {
			break
		}
		if unmet := unmetBy(cancelled); unmet != nil {
			return unmet
		}
		if !passing(cancelled) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("transaction in %s: %w", p.table.name, err)
	}
	return nil
}

// Unmet says that a transaction was not made because conditions were false.
type Unmet struct {
	// Writes are the places, in the order given to Transact, of the writes whose
	// conditions they were.
	Writes []int
}

// Error names the places.
func (u *Unmet) Error() string { return fmt.Sprintf("conditions of writes %v were false", u.Writes) }

// Has tells whether the condition of the write at that place was false.
func (u *Unmet) Has(place int) bool { return slices.Contains(u.Writes, place) }

func unmetBy(cancelled *types.TransactionCanceledException) *Unmet {
	var unmet Unmet
	for i, reason := range cancelled.CancellationReasons {
		if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
			unmet.Writes = append(unmet.Writes, i)
		}
	}
	if unmet.Writes == nil {
		return nil
	}
	return &unmet
}

// passing tells whether every reason is one that passes by itself.
func passing(cancelled *types.TransactionCanceledException) bool {
	for _, reason := range cancelled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
		default:
			return false
		}
	}
	return true
}

// pause waits before another try, a random while, so that those who met do not
// meet again.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	timer := time.NewTimer(rand.N(min(firstWait<<(try-1), longestWait)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (u Updated) of(p Partition) (types.TransactWriteItem, error) {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 &p.table.name,
		Key:                       p.key(u.Sort),
		UpdateExpression:          &u.Expression,
		ConditionExpression:       optional(u.Change.Condition),
		ExpressionAttributeNames:  u.Names,
		ExpressionAttributeValues: u.Values,
	}}, nil
}

func (d Deleted) of(p Partition) (types.TransactWriteItem, error) {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &p.table.name, Key: p.key(d.Sort), ConditionExpression: optional(d.Condition),
	}}, nil
}

func (r Required) of(p Partition) (types.TransactWriteItem, error) {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &p.table.name, Key: p.key(r.Sort), ConditionExpression: &r.Condition,
	}}, nil
}

// of refuses the table itself: its items are some tenant's, and their keys are
// for the partition to set.
func (b Beside) of(p Partition) (types.TransactWriteItem, error) {
	for _, table := range b.tables() {
		if aws.ToString(table) == p.table.name {
			return types.TransactWriteItem{}, fmt.Errorf("transaction in %s: a write beside it is to the same table", p.table.name)
		}
	}
	return b.TransactWriteItem, nil
}

func (b Beside) tables() (names []*string) {
	if b.Put != nil {
		names = append(names, b.Put.TableName)
	}
	if b.Update != nil {
		names = append(names, b.Update.TableName)
	}
	if b.Delete != nil {
		names = append(names, b.Delete.TableName)
	}
	if b.ConditionCheck != nil {
		names = append(names, b.ConditionCheck.TableName)
	}
	return names
}
