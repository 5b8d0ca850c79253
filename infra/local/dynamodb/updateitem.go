package dynamodb

import (
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/iam"
)

// update changes attributes of the item with a key, or makes the item.
type update struct {
	TableName        string
	Key              attribute.Item
	UpdateExpression *string
	conditional
}

type updateItemRequest struct {
	update
	ReturnValues           string
	ReturnConsumedCapacity string
}

// action parses the update; the Update is nil when it has no expression.
func (u update) action() (*action, *expression.Update, error) {
	if err := checkPresent("key", u.Key != nil); err != nil {
		return nil, nil, err
	}
	updateText := text{kind: "UpdateExpression", value: u.UpdateExpression}
	a, shared, err := newAction("UpdateItem", u.TableName, u.Key, u.conditional, updateText)
	if err != nil {
		return nil, nil, err
	}
	var parsed *expression.Update
	if u.UpdateExpression != nil {
		if parsed, err = expression.ParseUpdate(*u.UpdateExpression, shared); err != nil {
			return nil, nil, err
		}
		a.attributes = slices.Concat(a.attributes, parsed.Attributes())
	}
	a.place = func(t *table) (string, error) { return u.place(t, parsed) }
	a.become = func(t *table, old attribute.Item) (attribute.Item, error) { return u.become(t, old, parsed) }
	return a, parsed, shared.Unused()
}

func (u update) place(t *table, parsed *expression.Update) (string, error) {
	if parsed != nil {
		targets := parsed.Targets()
		if i := slices.IndexFunc(targets, t.schema.has); i >= 0 {
			return "", invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", targets[i])
		}
	}
	return t.keyOf(u.Key)
}

func (u update) become(t *table, old attribute.Item, parsed *expression.Update) (attribute.Item, error) {
	item := old
	if item == nil {
		item = u.Key
	}
	if parsed == nil {
		return item, nil
	}
	updated, err := parsed.Apply(item)
	if err != nil {
		return nil, err
	}
	return updated, t.checkUpdated(updated)
}

// updateItem changes an item's attributes.
func (db *DB) updateItem(caller iam.Principal, in updateItemRequest) (writeAnswer, error) {
	if err := checkOneOf("returnValues", in.ReturnValues, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"); err != nil {
		return writeAnswer{}, err
	}
	if err := checkReturnConsumedCapacity(in.ReturnConsumedCapacity); err != nil {
		return writeAnswer{}, err
	}
	a, parsed, err := in.update.action()
	if err != nil {
		return writeAnswer{}, err
	}
	m, err := db.perform(caller, a, in.ReturnValues)
	if err != nil {
		return writeAnswer{}, err
	}
	return m.answer(m.returned(in.ReturnValues, parsed), in.ReturnConsumedCapacity), nil
}

// returned is what UpdateItem's ReturnValues asks for.
func (m mutation) returned(returnValues string, parsed *expression.Update) attribute.Item {
	switch {
	case returnValues == "ALL_OLD":
		return m.old
	case returnValues == "ALL_NEW":
		return m.new
	case parsed == nil:
		return nil
	case returnValues == "UPDATED_OLD":
		return parsed.Touched(m.old)
	case returnValues == "UPDATED_NEW":
		return parsed.Touched(m.new)
	}
	return nil
}
