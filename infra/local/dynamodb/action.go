package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/iam"
)

// conditional is what every write of one item may have, alone or in a transaction.
type conditional struct {
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           attribute.Values
	ReturnValuesOnConditionCheckFailure string
}

// condition names the condition for parsing.
func (c conditional) condition() text {
	return text{kind: "ConditionExpression", value: c.ConditionExpression}
}

// action is one write of one item, parsed but not yet tried.
type action struct {
	// operation is what policies must allow.
	operation string
	table     string
	// item is the key, or for a put the whole item.
	item attribute.Item
	// attributes are the top-level attributes that its expressions name.
	attributes []string
	condition  *expression.Condition
	// onFailure is ALL_OLD when a failed condition is to return the item.
	onFailure string
	// place checks what can be checked before the item is looked at, and
	// returns the item's place in the table.
	place func(t *table) (string, error)
	// become returns what the item becomes; nil is no item.
	become func(t *table, old attribute.Item) (attribute.Item, error)
	// cost is what the change consumes.
	cost func(m mutation) capacity
}

// newAction parses what all writes of one item have in common. Besides the
// condition, texts are the expressions that share its names and values.
func newAction(operation, tableName string, item attribute.Item, c conditional, texts ...text) (*action, *expression.Placeholders, error) {
	if err := checkName("tableName", tableName); err != nil {
		return nil, nil, err
	}
	if err := checkReturnOnFailure(c.ReturnValuesOnConditionCheckFailure); err != nil {
		return nil, nil, err
	}
	shared, err := placeholders(c.ExpressionAttributeNames, c.ExpressionAttributeValues, append(texts, c.condition())...)
	if err != nil {
		return nil, nil, err
	}
	condition, err := parseCondition(c.condition(), shared)
	if err != nil {
		return nil, nil, err
	}
	a := &action{operation: operation, table: tableName, item: item, condition: condition, onFailure: c.ReturnValuesOnConditionCheckFailure}
	if condition != nil {
		a.attributes = condition.Attributes()
	}
	a.place = func(t *table) (string, error) { return t.keyOf(item) }
	a.cost = mutation.capacity
	return a, shared, nil
}

// admit finds the table and the place of the item, if the caller may do this.
func (db *DB) admit(caller iam.Principal, a *action, returnValues, enclosing string) (*table, string, error) {
	err := db.authorizeItems(caller, a.operation, a.table, "", access{
		keys: []attribute.Item{a.item}, attributes: a.attributes, returnValues: returnValues, enclosing: enclosing,
	})
	if err != nil {
		return nil, "", err
	}
	t := db.tables[a.table]
	if t == nil {
		return nil, "", noTable()
	}
	key, err := a.place(t)
	return t, key, err
}

// try returns the change that the action makes of the table as it is now.
func (a *action) try(t *table, key string) (mutation, error) {
	old, _ := t.items.Get(key)
	if a.condition != nil && !a.condition.Matches(old) {
		return mutation{}, conditionalCheckFailed(old, a.onFailure)
	}
	item, err := a.become(t, old)
	return mutation{table: t, key: key, old: old, new: item}, err
}

// perform does one write of one item for a caller.
func (db *DB) perform(caller iam.Principal, a *action, returnValues string) (mutation, error) {
	t, key, err := db.admit(caller, a, returnValues, "")
	if err != nil {
		return mutation{}, err
	}
	if err := db.faults.throttle(t); err != nil {
		return mutation{}, err
	}
	m, err := a.try(t, key)
	if err != nil {
		return mutation{}, err
	}
	db.apply(m, nil)
	t.wrote(m.capacity())
	return m, nil
}

// writeAnswer is the answer of PutItem, UpdateItem and DeleteItem.
type writeAnswer struct {
	Attributes       attribute.Item    `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (m mutation) answer(attributes attribute.Item, returnCapacity string) writeAnswer {
	return writeAnswer{Attributes: attributes, ConsumedCapacity: m.capacity().report(m.table.name, returnCapacity)}
}
