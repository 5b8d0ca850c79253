package dynamodb

import "clientflow/infra/local/dynamodb/attribute"

// maxItem is the largest size of an item, in bytes.
const maxItem = 400 * 1024

// checkItem checks an item that is to be stored whole: its key, its index keys
// and its size.
func (t *table) checkItem(item attribute.Item) error {
	if err := t.checkKey(item); err != nil {
		return err
	}
	for _, ix := range t.indexes {
		if a, wrong := ix.flaw(item); wrong != fine {
			return ix.putError(item, a, wrong)
		}
	}
	if attribute.ItemSize(item) > maxItem {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

// checkUpdated checks what an update made of an item, whose key is as it was.
func (t *table) checkUpdated(item attribute.Item) error {
	for _, ix := range t.indexes {
		if a, wrong := ix.flaw(item); wrong != fine {
			return updateError(a, wrong)
		}
	}
	if attribute.ItemSize(item) > maxItem {
		return invalid("Item size to update has exceeded the maximum allowed size")
	}
	return nil
}

// flaw is what is wrong with the value of a key attribute of an index.
type flaw int

const (
	fine flaw = iota
	wrongKind
	empty
	tooLong
)

// flaw finds the first of the index's key attributes that has a value which
// the index cannot take. That it has none keeps the item out of the index,
// which is fine.
func (ix *index) flaw(item attribute.Item) (keyAttribute, flaw) {
	for _, a := range ix.schema.attributes() {
		value := item[a.name]
		switch {
		case value == nil:
		case value.Kind() != a.kind:
			return a, wrongKind
		case isEmpty(value):
			return a, empty
		case ix.schema.tooLong(item, a):
			return a, tooLong
		}
	}
	return keyAttribute{}, fine
}

func (ix *index) putError(item attribute.Item, a keyAttribute, wrong flaw) error {
	switch wrong {
	case wrongKind:
		return invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.kind, item[a.name].Kind(), ix.name)
	case empty:
		return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", emptyWord(a.kind), ix.name, a.name)
	}
	return keyTooLong(ix.schema, a)
}

func updateError(a keyAttribute, wrong flaw) error {
	switch wrong {
	case wrongKind:
		return invalid("The update expression attempted to update the secondary index key to unsupported type")
	case empty:
		return invalid("One or more parameter values are not valid. The update expression attempted to update a key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", emptyWord(a.kind))
	}
	return invalid("The update expression attempted to update the secondary index key beyond allowed size limits")
}
