package dynamodb

import (
	"encoding/base64"
	"maps"
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
)

// access is what a call does to items, as far as policies can see it.
type access struct {
	// keys are the keys or items that it touches; nil when it names none.
	keys []attribute.Item
	// attributes are the top-level attributes that it names.
	attributes []string
	// selects is what it returns: ALL_ATTRIBUTES, SPECIFIC_ATTRIBUTES and so on.
	selects string
	// returnValues is its ReturnValues.
	returnValues string
	// enclosing is the transaction that it is part of.
	enclosing string
}

// authorize asks the caller's policies for an operation on a table or another
// resource; a refusal is an *iam.Denied.
func authorize(caller iam.Principal, operation, resource string) error {
	return caller.Authorize(iam.Request{Action: "dynamodb:" + operation, Resource: resource})
}

// authorizeItems asks the caller's policies for an operation on items, by the
// table or by one of its indexes. It works for a table that does not exist, so
// that a caller learns nothing of tables that it may not use.
func (db *DB) authorizeItems(caller iam.Principal, operation, table, index string, a access) error {
	resource := tableARN(table)
	if index != "" {
		resource = indexARN(table, index)
	}
	conditions := map[string][]string{}
	add := func(key string, values ...string) {
		if len(values) > 0 && values[0] != "" {
			conditions["dynamodb:"+key] = values
		}
	}
	add("LeadingKeys", db.leadingKeys(table, index, a.keys)...)
	add("Attributes", a.names()...)
	add("Select", a.selects)
	add("ReturnValues", a.returnValues)
	add("EnclosingOperation", a.enclosing)
	return caller.Authorize(iam.Request{Action: "dynamodb:" + operation, Resource: resource, Context: conditions})
}

// leadingKeys are the partition key values that the keys name.
func (db *DB) leadingKeys(table, index string, keys []attribute.Item) []string {
	t := db.tables[table]
	if t == nil {
		return nil
	}
	schema := t.schema
	if ix, err := t.index(index); err == nil {
		schema = ix.schema
	}
	var leading []string
	for _, key := range keys {
		if value := key[schema.partition.name]; value != nil {
			leading = append(leading, policyText(value))
		}
	}
	slices.Sort(leading)
	return slices.Compact(leading)
}

// policyText is a key value as policies see it.
func policyText(value attribute.Value) string {
	switch value := value.(type) {
	case attribute.String:
		return string(value)
	case attribute.Number:
		return value.String()
	case attribute.Binary:
		return base64.StdEncoding.EncodeToString([]byte(value))
	}
	return ""
}

// names are all attributes that the call names, those of its keys included.
func (a access) names() []string {
	names := make(map[string]bool)
	for _, name := range a.attributes {
		names[name] = true
	}
	for _, key := range a.keys {
		for name := range key {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
