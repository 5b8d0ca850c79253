package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// The most that one transaction holds: actions, and bytes of items and keys.
const (
	maxTransaction     = 100
	maxTransactionSize = 4 * 1024 * 1024
)

// conditionCheck lets a transaction depend on an item that it does not write.
type conditionCheck struct {
	TableName string
	Key       attribute.Item
	conditional
}

func (c conditionCheck) action() (*action, error) {
	if err := checkPresent("transactItems.member.conditionCheck.key", c.Key != nil); err != nil {
		return nil, err
	}
	if err := checkPresent("transactItems.member.conditionCheck.conditionExpression", c.ConditionExpression != nil); err != nil {
		return nil, err
	}
	a, shared, err := newAction("ConditionCheckItem", c.TableName, c.Key, c.conditional)
	if err != nil {
		return nil, err
	}
	a.become = func(_ *table, old attribute.Item) (attribute.Item, error) { return old, nil }
	a.cost = func(m mutation) capacity { return readCapacity(m.old) }
	return a, shared.Unused()
}

// transactWriteItem is one action of a transaction: one of its members.
type transactWriteItem struct {
	ConditionCheck *conditionCheck `json:",omitempty"`
	Put            *put            `json:",omitempty"`
	Delete         *deletion       `json:",omitempty"`
	Update         *update         `json:",omitempty"`
}

func (i transactWriteItem) action() (*action, error) {
	var parsers []func() (*action, error)
	if i.ConditionCheck != nil {
		parsers = append(parsers, i.ConditionCheck.action)
	}
	if i.Put != nil {
		parsers = append(parsers, i.Put.action)
	}
	if i.Delete != nil {
		parsers = append(parsers, i.Delete.action)
	}
	if i.Update != nil {
		parsers = append(parsers, i.Update.transacted)
	}
	switch len(parsers) {
	case 0:
		return nil, invalid("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
	case 1:
		return parsers[0]()
	}
	return nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
}

// transacted is the update as a part of a transaction, which has to change something.
func (u update) transacted() (*action, error) {
	if err := checkPresent("transactItems.member.update.updateExpression", u.UpdateExpression != nil); err != nil {
		return nil, err
	}
	a, _, err := u.action()
	return a, err
}

type transactWriteItemsRequest struct {
	TransactItems          []transactWriteItem
	ClientRequestToken     string
	ReturnConsumedCapacity string
}

type transactWriteItemsAnswer struct {
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// transactWriteItems makes all of its writes or none. A call with the token of
// one that succeeded within ten minutes does nothing and succeeds again.
func (db *DB) transactWriteItems(caller iam.Principal, in transactWriteItemsRequest) (transactWriteItemsAnswer, error) {
	if err := in.check(); err != nil {
		return transactWriteItemsAnswer{}, err
	}
	tx, err := db.begin(caller, in.TransactItems)
	if err != nil {
		return transactWriteItemsAnswer{}, err
	}
	done, err := db.tokens.seen(in, db.clock())
	if err != nil {
		return transactWriteItemsAnswer{}, err
	}
	if done {
		return transactWriteItemsAnswer{tx.readAgain().report(in.ReturnConsumedCapacity)}, nil
	}
	changes, err := db.tryAll(tx)
	if err != nil {
		return transactWriteItemsAnswer{}, err
	}
	consumed := capacities{}
	for i, m := range changes {
		// A transaction reads and writes twice: to prepare, and to commit.
		consumed.of(m.table.name).add(tx[i].action.cost(m), 2)
		db.apply(m, nil)
	}
	for name, c := range consumed {
		db.tables[name].wrote(*c)
	}
	db.tokens.keep(in, db.clock())
	return transactWriteItemsAnswer{consumed.report(in.ReturnConsumedCapacity)}, nil
}

func (in transactWriteItemsRequest) check() error {
	if err := checkTransactionLength(len(in.TransactItems)); err != nil {
		return err
	}
	if len(in.ClientRequestToken) > 36 {
		return violation("'"+in.ClientRequestToken+"'", "clientRequestToken", "Member must have length less than or equal to 36")
	}
	return checkReturnConsumedCapacity(in.ReturnConsumedCapacity)
}

func checkTransactionLength(items int) error {
	if items < 1 {
		return violation("'[]'", "transactItems", "Member must have length greater than or equal to 1")
	}
	if items > maxTransaction {
		return violation("'[…]'", "transactItems", "Member must have length less than or equal to 100")
	}
	return nil
}

// step is one action of a transaction: what it does, where, and what was found
// wrong with it before it was tried.
type step struct {
	action *action
	table  *table
	key    string
	err    error
}

type transaction []step

// begin parses and admits the actions. A mistake in how an action is written
// fails the call; one that only shows on the table cancels the transaction.
func (db *DB) begin(caller iam.Principal, items []transactWriteItem) (transaction, error) {
	tx := make(transaction, len(items))
	size := 0
	for i, item := range items {
		a, err := item.action()
		if err != nil {
			return nil, err
		}
		tx[i].action = a
		size += attribute.ItemSize(a.item)
	}
	if size > maxTransactionSize {
		return nil, invalid("Transaction payload size cannot exceed 4MB. Payload Size: %d", size)
	}
	for i := range tx {
		s := &tx[i]
		s.table, s.key, s.err = db.admit(caller, s.action, "", "TransactWriteItems")
		if s.table == nil {
			return nil, s.err
		}
	}
	return tx, tx.checkDistinct()
}

// checkDistinct refuses two actions on one item.
func (tx transaction) checkDistinct() error {
	seen := make(map[place]bool, len(tx))
	for _, s := range tx {
		at := place{s.table, s.key}
		if s.err == nil && seen[at] {
			return sameItemTwice()
		}
		seen[at] = true
	}
	return nil
}

func sameItemTwice() *wire.Error {
	return invalid("Transaction request cannot include multiple operations on one item")
}

// tryAll returns the changes of all actions, or why the transaction is cancelled.
func (db *DB) tryAll(tx transaction) ([]mutation, error) {
	reasons := make([]cancellationReason, len(tx))
	changes := make([]mutation, len(tx))
	conflict := db.faults.conflict.due(db.faults.TransactionConflicts)
	throttled := db.faults.throttle(tx[0].table)
	for i, s := range tx {
		err := s.err
		switch {
		case err != nil:
		case conflict:
			err = transactionConflict()
		case throttled != nil:
			err = throttled
		default:
			changes[i], err = s.action.try(s.table, s.key)
		}
		reasons[i] = reasonOf(err)
	}
	return changes, cancelled(reasons)
}

// readAgain is what it costs to find that the transaction was made before.
func (tx transaction) readAgain() capacities {
	consumed := capacities{}
	for _, s := range tx {
		item, _ := s.table.items.Get(s.key)
		consumed.of(s.table.name).add(readCapacity(item), 2)
	}
	return consumed
}
