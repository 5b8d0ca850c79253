package dynamodb

import (
	"hash/fnv"

	"clientflow/infra/local/dynamodb/attribute"
)

// The longest key values, in bytes.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

// keyAttribute is the name and the kind of a key attribute.
type keyAttribute struct {
	name string
	kind attribute.Kind
}

// keySchema says which attributes are the key of a table or of an index. The
// sort key has no name when there is none.
type keySchema struct{ partition, sort keyAttribute }

// attributes are the key attributes, the partition key first.
func (s keySchema) attributes() []keyAttribute {
	if s.sort.name == "" {
		return []keyAttribute{s.partition}
	}
	return []keyAttribute{s.partition, s.sort}
}

func (s keySchema) has(name string) bool {
	return name == s.partition.name || name == s.sort.name
}

// pick returns the key attributes of an item.
func (s keySchema) pick(item attribute.Item) attribute.Item {
	key := make(attribute.Item, 2)
	for _, a := range s.attributes() {
		if value := item[a.name]; value != nil {
			key[a.name] = value
		}
	}
	return key
}

// encode returns the place of an item in the order of its table or index: by
// partition, and within a partition by sort key.
func (s keySchema) encode(item attribute.Item) []byte {
	return attribute.AppendKey(partitionPrefix(item[s.partition.name]), item[s.sort.name])
}

// partitionPrefix is what the places of all items of a partition begin with.
// Partitions are ordered by a hash, as in DynamoDB, so that no one comes to
// rely on the order in which a Scan finds them.
func partitionPrefix(partition attribute.Value) []byte {
	encoded := attribute.AppendKey(nil, partition)
	hash := fnv.New64a()
	hash.Write(encoded)
	return append(hash.Sum(make([]byte, 0, 64)), encoded...)
}

// keyOf checks a key that a request gives to name an item, and returns the
// item's place in the table.
func (t *table) keyOf(key attribute.Item) (string, error) {
	attributes := t.schema.attributes()
	if len(key) != len(attributes) {
		return "", invalid("The provided key element does not match the schema")
	}
	for _, a := range attributes {
		value := key[a.name]
		if value == nil || value.Kind() != a.kind {
			return "", invalid("The provided key element does not match the schema")
		}
	}
	if err := t.checkKey(key); err != nil {
		return "", err
	}
	return string(t.schema.encode(key)), nil
}

// checkKey checks the values of the key attributes of a key or an item.
func (t *table) checkKey(item attribute.Item) error {
	for _, a := range t.schema.attributes() {
		value := item[a.name]
		switch {
		case value == nil:
			return invalid("One or more parameter values were invalid: Missing the key %s in the item", a.name)
		case value.Kind() != a.kind:
			return invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", a.name, a.kind, value.Kind())
		case isEmpty(value):
			return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", emptyWord(a.kind), a.name)
		case t.schema.tooLong(item, a):
			return keyTooLong(t.schema, a)
		}
	}
	return nil
}

// isEmpty says whether a value is a text or binary of length 0, which no key may be.
func isEmpty(value attribute.Value) bool {
	switch value.(type) {
	case attribute.String, attribute.Binary:
		return value.Size() == 0
	}
	return false
}

func emptyWord(kind attribute.Kind) string {
	if kind == attribute.KindBinary {
		return "binary"
	}
	return "string"
}

// tooLong says whether a key value of an item exceeds its limit.
func (s keySchema) tooLong(item attribute.Item, a keyAttribute) bool {
	limit := maxSortKey
	if a == s.partition {
		limit = maxPartitionKey
	}
	return item[a.name].Size() > limit
}

func keyTooLong(s keySchema, a keyAttribute) error {
	if a == s.partition {
		return invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes")
	}
	return invalid("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
}
