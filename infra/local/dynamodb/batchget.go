package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/iam"
)

// The most that one BatchGetItem reads: keys, and bytes of items.
const (
	maxBatchKeys = 100
	maxBatchSize = 16 * 1024 * 1024
)

// keysAndAttributes are the items of one table to be read.
type keysAndAttributes struct {
	Keys                     []attribute.Item
	ConsistentRead           bool              `json:",omitempty"`
	ProjectionExpression     *string           `json:",omitempty"`
	ExpressionAttributeNames map[string]string `json:",omitempty"`
}

type batchGetItemRequest struct {
	RequestItems           map[string]keysAndAttributes
	ReturnConsumedCapacity string
}

type batchGetItemAnswer struct {
	Responses        map[string][]attribute.Item
	UnprocessedKeys  map[string]keysAndAttributes
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// batchGetItem reads items of several tables. What exceeds 16 MB is left
// unprocessed.
func (db *DB) batchGetItem(caller iam.Principal, in batchGetItemRequest) (batchGetItemAnswer, error) {
	if err := in.check(); err != nil {
		return batchGetItemAnswer{}, err
	}
	batch := batchReader{consumed: capacities{}, answer: batchGetItemAnswer{
		Responses: map[string][]attribute.Item{}, UnprocessedKeys: map[string]keysAndAttributes{},
	}}
	for _, name := range sortedKeys(in.RequestItems) {
		if err := db.readBatch(caller, &batch, name, in.RequestItems[name]); err != nil {
			return batchGetItemAnswer{}, err
		}
	}
	for name, consumed := range batch.consumed {
		db.tables[name].read(*consumed)
	}
	batch.answer.ConsumedCapacity = batch.consumed.report(in.ReturnConsumedCapacity)
	return batch.answer, nil
}

func (in batchGetItemRequest) check() error {
	count := 0
	for _, name := range sortedKeys(in.RequestItems) {
		if err := checkName("requestItems.key", name); err != nil {
			return err
		}
		keys := len(in.RequestItems[name].Keys)
		if keys == 0 {
			return violation("'[]'", "requestItems."+name+".member.keys", "Member must have length greater than or equal to 1")
		}
		count += keys
	}
	if count == 0 {
		return violation("'{}'", "requestItems", "Member must have length greater than or equal to 1")
	}
	if count > maxBatchKeys {
		return invalid("Too many items requested for the BatchGetItem call")
	}
	return checkReturnConsumedCapacity(in.ReturnConsumedCapacity)
}

// batchReader gathers the answer of a BatchGetItem.
type batchReader struct {
	answer   batchGetItemAnswer
	consumed capacities
	size     int
}

// readBatch reads the items of one table.
func (db *DB) readBatch(caller iam.Principal, b *batchReader, name string, wanted keysAndAttributes) error {
	projection, err := parseReadProjection(wanted.ProjectionExpression, wanted.ExpressionAttributeNames)
	if err != nil {
		return err
	}
	if err := db.authorizeItems(caller, "BatchGetItem", name, "", reading(wanted.Keys, projection)); err != nil {
		return err
	}
	t := db.tables[name]
	if t == nil {
		return noTable()
	}
	places, err := t.distinctPlaces(wanted.Keys)
	if err != nil {
		return err
	}
	b.answer.Responses[name] = []attribute.Item{}
	for i, place := range places {
		if !b.read(t, place, wanted.ConsistentRead, projection) {
			rest := wanted
			rest.Keys = wanted.Keys[i:]
			b.answer.UnprocessedKeys[name] = rest
			break
		}
	}
	return nil
}

// read reads one item, if the answer still has room for it.
func (b *batchReader) read(t *table, place string, consistent bool, projection *expression.Projection) bool {
	item, found := t.items.Get(place)
	size := attribute.ItemSize(item)
	if b.size+size > maxBatchSize {
		return false
	}
	b.size += size
	b.consumed.of(t.name).table += readUnits(size, consistent)
	if found {
		b.answer.Responses[t.name] = append(b.answer.Responses[t.name], project(item, projection))
	}
	return true
}

// distinctPlaces returns the places of keys, no two of which may be the same.
func (t *table) distinctPlaces(keys []attribute.Item) ([]string, error) {
	places := make([]string, len(keys))
	seen := make(map[string]bool, len(keys))
	for i, key := range keys {
		place, err := t.keyOf(key)
		if err != nil {
			return nil, err
		}
		if seen[place] {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
		seen[place], places[i] = true, place
	}
	return places, nil
}
