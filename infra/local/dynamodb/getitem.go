package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/iam"
)

// get reads the item with a key.
type get struct {
	TableName                string
	Key                      attribute.Item
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

type getItemRequest struct {
	get
	ConsistentRead         bool
	ReturnConsumedCapacity string
}

type getItemAnswer struct {
	Item             attribute.Item    `json:",omitzero"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// parseReadProjection parses what of an item a read returns; nil is all.
func parseReadProjection(value *string, names map[string]string) (*expression.Projection, error) {
	shared, err := placeholders(names, nil, text{kind: "ProjectionExpression", value: value, plain: true})
	if err != nil {
		return nil, err
	}
	projection, err := parseProjection(value, shared)
	if err != nil {
		return nil, err
	}
	return projection, shared.Unused()
}

// reading is how policies see a read with a projection.
func reading(keys []attribute.Item, projection *expression.Projection) access {
	if projection == nil {
		return access{keys: keys, selects: "ALL_ATTRIBUTES"}
	}
	return access{keys: keys, selects: "SPECIFIC_ATTRIBUTES", attributes: projection.Attributes()}
}

// project picks what a read returns of an item that exists.
func project(item attribute.Item, projection *expression.Projection) attribute.Item {
	if item == nil || projection == nil {
		return item
	}
	return projection.Of(item)
}

// getItem reads an item.
func (db *DB) getItem(caller iam.Principal, in getItemRequest) (getItemAnswer, error) {
	if err := checkReturnConsumedCapacity(in.ReturnConsumedCapacity); err != nil {
		return getItemAnswer{}, err
	}
	found, err := db.read(caller, in.get, "")
	if err != nil {
		return getItemAnswer{}, err
	}
	consumed := capacity{table: readUnits(attribute.ItemSize(found.item), in.ConsistentRead)}
	db.tables[in.TableName].read(consumed)
	return getItemAnswer{
		Item:             found.returned(),
		ConsumedCapacity: consumed.report(in.TableName, in.ReturnConsumedCapacity),
	}, nil
}

// found is what a get found: the item, nil when there is none, and where it
// stands or would stand.
type found struct {
	place      place
	item       attribute.Item
	projection *expression.Projection
}

func (f found) returned() attribute.Item { return project(f.item, f.projection) }

// read looks for the item that a get names, if the caller may read it.
func (db *DB) read(caller iam.Principal, g get, enclosing string) (found, error) {
	if err := checkName("tableName", g.TableName); err != nil {
		return found{}, err
	}
	if err := checkPresent("key", g.Key != nil); err != nil {
		return found{}, err
	}
	projection, err := parseReadProjection(g.ProjectionExpression, g.ExpressionAttributeNames)
	if err != nil {
		return found{}, err
	}
	a := reading([]attribute.Item{g.Key}, projection)
	a.enclosing = enclosing
	if err := db.authorizeItems(caller, "GetItem", g.TableName, "", a); err != nil {
		return found{}, err
	}
	t := db.tables[g.TableName]
	if t == nil {
		return found{}, noTable()
	}
	key, err := t.keyOf(g.Key)
	if err != nil {
		return found{}, err
	}
	item, _ := t.items.Get(key)
	return found{place{t, key}, item, projection}, nil
}
