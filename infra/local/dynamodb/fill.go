package dynamodb

import "clientflow/infra/local/dynamodb/attribute"

// Fill stores items, in place of those that have their keys, by no caller and at no
// cost. It is for tests of tables so large that requests would take long to fill them.
func (db *DB) Fill(table string, items ...attribute.Item) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := db.tables[table]
	if t == nil {
		return noTable()
	}
	for _, item := range items {
		if err := t.checkItem(item); err != nil {
			return err
		}
		m := mutation{table: t, key: string(t.schema.encode(item)), new: item}
		m.old, _ = t.items.Get(m.key)
		db.apply(m, nil)
	}
	return nil
}
