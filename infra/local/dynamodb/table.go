package dynamodb

import (
	"maps"
	"slices"
	"time"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/sorted"
)

// The account and region of every local resource.
const (
	region    = "us-east-1"
	accountID = "000000000000"
)

// table is a table with its items and indexes.
type table struct {
	name        string
	id          string
	created     time.Time
	schema      keySchema
	definitions []attributeDefinition
	// onDemand is set for BillingMode PAY_PER_REQUEST.
	onDemand   bool
	throughput *provisionedThroughput
	protected  bool
	// restorable tables have point-in-time recovery.
	restorable bool

	items sorted.Map[attribute.Item]
	// size is the sum of the items' sizes, in bytes.
	size int
	// indexes are the local and the global secondary indexes.
	indexes []*index
	// stream records the changes; nil when the table has none.
	stream *streamLog
	// expiry is the attribute that says when an item expires; "" when none does.
	expiry string
	// used is what was consumed of the table so far.
	used Usage
}

// tableARN is the ARN of a table, which need not exist.
func tableARN(name string) string {
	return "arn:aws:dynamodb:" + region + ":" + accountID + ":table/" + name
}

func indexARN(table, index string) string { return tableARN(table) + "/index/" + index }

// index finds an index by name.
func (t *table) index(name string) (*index, error) {
	for _, ix := range t.indexes {
		if ix.name == name {
			return ix, nil
		}
	}
	return nil, invalid("The table does not have the specified index: %s", name)
}

// place is where an item stands, or would stand, in a table.
type place struct {
	table *table
	key   string
}

// mutation is one item's change: what it was and what it becomes. nil is no item.
type mutation struct {
	table    *table
	key      string
	old, new attribute.Item
}

// capacity is what the change costs, whether or not it is made.
func (m mutation) capacity() capacity {
	consumed := capacity{table: max(writeUnits(attribute.ItemSize(m.old)), writeUnits(attribute.ItemSize(m.new)))}
	for _, ix := range m.table.indexes {
		consumed.addIndex(ix, ix.change(m.old, m.new).units())
	}
	return consumed
}

// apply makes the change, in the table, its indexes and its stream. by is nil
// when a caller made it.
func (db *DB) apply(m mutation, by *UserIdentity) {
	if m.new == nil {
		m.table.items.Delete(m.key)
	} else {
		m.table.items.Set(m.key, m.new)
	}
	m.table.size += attribute.ItemSize(m.new) - attribute.ItemSize(m.old)
	now := db.clock()
	for _, ix := range m.table.indexes {
		change := ix.change(m.old, m.new)
		if ix.global && db.faults.lags() {
			ix.lagging = append(ix.lagging, lag{now, change})
			continue
		}
		ix.settle(len(ix.lagging))
		ix.apply(change)
	}
	if m.table.stream != nil && !attribute.Equal(m.old, m.new) {
		db.sequence++
		m.table.stream.record(db.sequence, now, m, by)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
