package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
)

// deletion deletes the item with a key.
type deletion struct {
	TableName string
	Key       attribute.Item
	conditional
}

type deleteItemRequest struct {
	deletion
	ReturnValues           string
	ReturnConsumedCapacity string
}

func (d deletion) action() (*action, error) {
	if err := checkPresent("key", d.Key != nil); err != nil {
		return nil, err
	}
	a, shared, err := newAction("DeleteItem", d.TableName, d.Key, d.conditional)
	if err != nil {
		return nil, err
	}
	a.become = func(*table, attribute.Item) (attribute.Item, error) { return nil, nil }
	return a, shared.Unused()
}

// deleteItem deletes an item; that there is none is no error.
func (db *DB) deleteItem(caller iam.Principal, in deleteItemRequest) (writeAnswer, error) {
	if err := checkReturnOld(in.ReturnValues, in.ReturnConsumedCapacity); err != nil {
		return writeAnswer{}, err
	}
	a, err := in.deletion.action()
	if err != nil {
		return writeAnswer{}, err
	}
	m, err := db.perform(caller, a, in.ReturnValues)
	if err != nil {
		return writeAnswer{}, err
	}
	return m.answer(m.oldIf(in.ReturnValues), in.ReturnConsumedCapacity), nil
}
