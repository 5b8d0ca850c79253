package dynamodb

import (
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/sorted"
)

// source is what a Query or Scan reads: a table, or one of its indexes.
type source struct {
	table *table
	// index is nil when the table itself is read.
	index   *index
	schema  keySchema
	entries *sorted.Map[attribute.Item]
}

// span is a range of places: from <= place < before.
type span struct{ from, before string }

// endOfKeys lies after all places, which begin with eight bytes of hash and a
// byte that is less than 0xff.
const endOfKeys = "\xff\xff\xff\xff\xff\xff\xff\xff\xff"

// successor is the first place after all that begin with a prefix.
func successor(prefix []byte) string {
	next := slices.Clone(prefix)
	for len(next) > 0 && next[len(next)-1] == 0xff {
		next = next[:len(next)-1]
	}
	if len(next) == 0 {
		return endOfKeys
	}
	next[len(next)-1]++
	return string(next)
}

// page is what one Query or Scan found.
type page struct {
	items          []attribute.Item
	count, scanned int
	// size is that of the entries looked at, in bytes.
	size int
	// fetched is what it cost to read attributes from the table that a local
	// index does not hold.
	fetched float64
	// last is the key of the last entry looked at when more may follow.
	last attribute.Item
}

// read looks at the entries of a span until the limit or the size of a page is
// reached. The filter comes after both.
func (s *source) read(r *pageReader, within span, backward bool) page {
	p := page{items: []attribute.Item{}}
	entries := s.entries.Ascend
	if backward {
		entries = s.entries.Descend
	}
	fetches := s.fetches(r)
	for _, entry := range entries(within.from, within.before) {
		p.scanned++
		p.size += attribute.ItemSize(entry)
		whole := entry
		if fetches {
			whole = s.fetch(entry)
			p.fetched += readUnits(attribute.ItemSize(whole), r.ConsistentRead)
		}
		if r.filter == nil || r.filter.Matches(whole) {
			p.count++
			p.items = append(p.items, project(whole, r.projection))
		}
		if p.size >= maxPage || r.Limit != nil && p.scanned == *r.Limit {
			p.last = s.key(entry)
			break
		}
	}
	return p
}

// fetches says whether a local index has to be completed from the table.
func (s *source) fetches(r *pageReader) bool {
	if s.index == nil || s.index.global || s.index.projection.kind == "ALL" {
		return false
	}
	return r.Select == "ALL_ATTRIBUTES" || len(s.index.missing(r.projected)) > 0
}

func (s *source) fetch(entry attribute.Item) attribute.Item {
	item, _ := s.table.items.Get(string(s.table.schema.encode(entry)))
	return item
}

// key returns the key of an entry, which for an index includes the table's.
func (s *source) key(entry attribute.Item) attribute.Item {
	key := s.table.schema.pick(entry)
	for _, a := range s.schema.attributes() {
		key[a.name] = entry[a.name]
	}
	return key
}

// place checks an ExclusiveStartKey and returns the place that it names.
func (s *source) place(start attribute.Item) (string, error) {
	attributes := s.table.schema.attributes()
	for _, a := range s.schema.attributes() {
		if !s.table.schema.has(a.name) {
			attributes = append(attributes, a)
		}
	}
	if len(start) != len(attributes) {
		return "", invalid("The provided starting key is invalid")
	}
	for _, a := range attributes {
		value := start[a.name]
		switch {
		case value == nil:
			return "", invalid("The provided starting key is invalid")
		case value.Kind() != a.kind || isEmpty(value):
			return "", invalid("The provided starting key is invalid: The provided key element does not match the schema")
		}
	}
	if s.index != nil {
		return string(s.index.encode(start)), nil
	}
	return string(s.schema.encode(start)), nil
}

// resume narrows a span to what comes after an ExclusiveStartKey.
func (s *source) resume(within span, start attribute.Item, backward bool) (span, error) {
	if len(start) == 0 {
		return within, nil
	}
	place, err := s.place(start)
	if err != nil {
		return span{}, err
	}
	if place < within.from || place >= within.before {
		return span{}, invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	if backward {
		return span{within.from, place}, nil
	}
	return span{place + "\x00", within.before}, nil
}

// answer makes the answer of a page.
func (s *source) answer(r *pageReader, p page) pageAnswer {
	consumed := capacity{table: readUnits(p.size, r.ConsistentRead)}
	if s.index != nil {
		consumed.table = p.fetched
		consumed.addIndex(s.index, readUnits(p.size, r.ConsistentRead))
	}
	s.table.read(consumed)
	a := pageAnswer{
		Items: p.items, Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.last,
		ConsumedCapacity: consumed.report(s.table.name, r.ReturnConsumedCapacity),
	}
	if r.Select == "COUNT" {
		a.Items = nil
	}
	return a
}
