package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
)

// put stores a whole item.
type put struct {
	TableName string
	Item      attribute.Item
	conditional
}

type putItemRequest struct {
	put
	ReturnValues           string
	ReturnConsumedCapacity string
}

func (p put) action() (*action, error) {
	if err := checkPresent("item", p.Item != nil); err != nil {
		return nil, err
	}
	a, shared, err := newAction("PutItem", p.TableName, p.Item, p.conditional)
	if err != nil {
		return nil, err
	}
	a.place = func(t *table) (string, error) {
		if err := t.checkItem(p.Item); err != nil {
			return "", err
		}
		return string(t.schema.encode(p.Item)), nil
	}
	a.become = func(*table, attribute.Item) (attribute.Item, error) { return p.Item, nil }
	return a, shared.Unused()
}

// putItem stores an item, in place of the one that has its key.
func (db *DB) putItem(caller iam.Principal, in putItemRequest) (writeAnswer, error) {
	if err := checkReturnOld(in.ReturnValues, in.ReturnConsumedCapacity); err != nil {
		return writeAnswer{}, err
	}
	a, err := in.put.action()
	if err != nil {
		return writeAnswer{}, err
	}
	m, err := db.perform(caller, a, in.ReturnValues)
	if err != nil {
		return writeAnswer{}, err
	}
	return m.answer(m.oldIf(in.ReturnValues), in.ReturnConsumedCapacity), nil
}

// checkReturnOld checks what PutItem and DeleteItem are asked to return.
func checkReturnOld(returnValues, returnCapacity string) error {
	if err := checkOneOf("returnValues", returnValues, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"); err != nil {
		return err
	}
	if returnValues != "" && returnValues != "NONE" && returnValues != "ALL_OLD" {
		return invalid("ReturnValues can only be ALL_OLD or NONE")
	}
	return checkReturnConsumedCapacity(returnCapacity)
}

// oldIf returns the item as it was when ReturnValues asks for it.
func (m mutation) oldIf(returnValues string) attribute.Item {
	if returnValues == "ALL_OLD" {
		return m.old
	}
	return nil
}
