package dynamodb

import (
	"slices"
	"time"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/sorted"
)

// index is a secondary index: the items that have its key attributes, or the
// part of them that it projects, in the order of its key.
type index struct {
	name   string
	global bool
	schema keySchema
	// tableSchema completes the index key, which need not be unique.
	tableSchema keySchema
	projection  projection
	entries     sorted.Map[attribute.Item]
	// size is the sum of the entries' sizes, in bytes.
	size int
	// lagging are the changes that a read does not see yet.
	lagging []lag
}

// projection says which attributes an index holds.
type projection struct {
	// kind is ALL, KEYS_ONLY or INCLUDE.
	kind string
	// included are the attributes besides the keys, for INCLUDE.
	included []string
	// held are all attributes that the index holds; nil when it holds all.
	held map[string]bool
}

// lag is a change of an index that comes later than that of the table.
type lag struct {
	at     time.Time
	change indexChange
}

// indexChange is what a write does to an index. A key is "" for no entry.
type indexChange struct {
	oldKey, newKey string
	old, new       attribute.Item
}

// holds says whether the index holds an attribute.
func (ix *index) holds(name string) bool {
	return ix.projection.held == nil || ix.projection.held[name]
}

// missing are those of the names that the index does not hold.
func (ix *index) missing(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), ix.holds)
}

// entry returns an item's place in the index and what the index holds of it;
// the place is "" when the item is not in the index.
func (ix *index) entry(item attribute.Item) (key string, held attribute.Item) {
	for _, a := range ix.schema.attributes() {
		if item[a.name] == nil {
			return "", nil
		}
	}
	return string(ix.encode(item)), ix.project(item)
}

// encode returns the place of an entry: the index key, then the table's.
func (ix *index) encode(item attribute.Item) []byte {
	encoded := ix.schema.encode(item)
	for _, a := range ix.tableSchema.attributes() {
		encoded = attribute.AppendKey(encoded, item[a.name])
	}
	return encoded
}

func (ix *index) project(item attribute.Item) attribute.Item {
	if ix.projection.held == nil {
		return item
	}
	held := make(attribute.Item, len(ix.projection.held))
	for name := range ix.projection.held {
		if value := item[name]; value != nil {
			held[name] = value
		}
	}
	return held
}

// change returns what replacing old by new does to the index; nil is no item.
func (ix *index) change(old, new attribute.Item) indexChange {
	var c indexChange
	c.oldKey, c.old = ix.entry(old)
	c.newKey, c.new = ix.entry(new)
	return c
}

func (ix *index) apply(c indexChange) {
	if c.oldKey != "" && c.oldKey != c.newKey {
		ix.entries.Delete(c.oldKey)
	}
	if c.newKey != "" {
		ix.entries.Set(c.newKey, c.new)
	}
	ix.size += attribute.ItemSize(c.new) - attribute.ItemSize(c.old)
}

// units is what the change costs: nothing when the entry stays as it is, one
// write of the larger when it changes in place, and when it moves a write to
// delete it and a write to put it.
func (c indexChange) units() float64 {
	switch {
	case c.oldKey != c.newKey:
		return entryUnits(c.oldKey, c.old) + entryUnits(c.newKey, c.new)
	case c.oldKey == "" || attribute.Equal(c.old, c.new):
		return 0
	}
	return max(writeUnits(attribute.ItemSize(c.old)), writeUnits(attribute.ItemSize(c.new)))
}

func entryUnits(key string, held attribute.Item) float64 {
	if key == "" {
		return 0
	}
	return writeUnits(attribute.ItemSize(held))
}
