package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
)

// maxBatchWrites is how many items one BatchWriteItem writes.
const maxBatchWrites = 25

// writeRequest is one write of a batch: either a put or a deletion.
type writeRequest struct {
	PutRequest    *putRequest    `json:",omitempty"`
	DeleteRequest *deleteRequest `json:",omitempty"`
}

type (
	putRequest    struct{ Item attribute.Item }
	deleteRequest struct{ Key attribute.Item }
)

type batchWriteItemRequest struct {
	RequestItems           map[string][]writeRequest
	ReturnConsumedCapacity string
}

type batchWriteItemAnswer struct {
	UnprocessedItems map[string][]writeRequest
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// batchWriteItem puts and deletes items, each for itself: a write that is
// throttled is left unprocessed, and only when all are does the call fail.
func (db *DB) batchWriteItem(caller iam.Principal, in batchWriteItemRequest) (batchWriteItemAnswer, error) {
	if err := in.check(); err != nil {
		return batchWriteItemAnswer{}, err
	}
	var writes []batchedWrite
	for _, name := range sortedKeys(in.RequestItems) {
		ofTable, err := db.admitBatch(caller, name, in.RequestItems[name])
		if err != nil {
			return batchWriteItemAnswer{}, err
		}
		writes = append(writes, ofTable...)
	}
	return db.writeBatch(writes, in.ReturnConsumedCapacity)
}

func (in batchWriteItemRequest) check() error {
	count := 0
	for _, name := range sortedKeys(in.RequestItems) {
		if err := checkName("requestItems.key", name); err != nil {
			return err
		}
		if len(in.RequestItems[name]) == 0 {
			return violation("'[]'", "requestItems."+name, "Member must have length greater than or equal to 1")
		}
		count += len(in.RequestItems[name])
	}
	if count == 0 {
		return violation("'{}'", "requestItems", "Member must have length greater than or equal to 1")
	}
	if count > maxBatchWrites {
		return invalid("Too many items requested for the BatchWriteItem call")
	}
	return checkReturnConsumedCapacity(in.ReturnConsumedCapacity)
}

// batchedWrite is one write of a batch, checked.
type batchedWrite struct {
	request writeRequest
	table   *table
	key     string
}

// admitBatch checks the writes to one table.
func (db *DB) admitBatch(caller iam.Principal, name string, requests []writeRequest) ([]batchedWrite, error) {
	items := make([]attribute.Item, len(requests))
	for i, request := range requests {
		item, err := request.item()
		if err != nil {
			return nil, err
		}
		items[i] = item
	}
	if err := db.authorizeItems(caller, "BatchWriteItem", name, "", access{keys: items}); err != nil {
		return nil, err
	}
	t := db.tables[name]
	if t == nil {
		return nil, noTable()
	}
	writes := make([]batchedWrite, len(requests))
	seen := make(map[string]bool, len(requests))
	for i, request := range requests {
		key, err := request.place(t)
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
		seen[key] = true
		writes[i] = batchedWrite{request, t, key}
	}
	return writes, nil
}

// item is the item that the request puts, or the key that it deletes.
func (w writeRequest) item() (attribute.Item, error) {
	switch {
	case w.PutRequest != nil && w.DeleteRequest == nil && w.PutRequest.Item != nil:
		return w.PutRequest.Item, nil
	case w.DeleteRequest != nil && w.PutRequest == nil && w.DeleteRequest.Key != nil:
		return w.DeleteRequest.Key, nil
	}
	return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
}

func (w writeRequest) place(t *table) (string, error) {
	if w.DeleteRequest != nil {
		return t.keyOf(w.DeleteRequest.Key)
	}
	if err := t.checkItem(w.PutRequest.Item); err != nil {
		return "", err
	}
	return string(t.schema.encode(w.PutRequest.Item)), nil
}

// writeBatch makes the writes that are not throttled.
func (db *DB) writeBatch(writes []batchedWrite, returnCapacity string) (batchWriteItemAnswer, error) {
	answer := batchWriteItemAnswer{UnprocessedItems: map[string][]writeRequest{}}
	consumed := capacities{}
	var throttled error
	done := 0
	for _, w := range writes {
		if err := db.faults.throttle(w.table); err != nil {
			throttled = err
			answer.UnprocessedItems[w.table.name] = append(answer.UnprocessedItems[w.table.name], w.request)
			continue
		}
		m := w.mutation()
		consumed.of(w.table.name).add(m.capacity(), 1)
		w.table.wrote(m.capacity())
		db.apply(m, nil)
		done++
	}
	if done == 0 {
		return batchWriteItemAnswer{}, throttled
	}
	answer.ConsumedCapacity = consumed.report(returnCapacity)
	return answer, nil
}

func (w batchedWrite) mutation() mutation {
	m := mutation{table: w.table, key: w.key}
	m.old, _ = w.table.items.Get(w.key)
	if w.request.PutRequest != nil {
		m.new = w.request.PutRequest.Item
	}
	return m
}
