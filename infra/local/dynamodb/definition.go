package dynamodb

import "clientflow/infra/local/dynamodb/attribute"

// The parts of a table's definition, as CreateTable takes them and
// DescribeTable gives them.
type (
	attributeDefinition struct {
		AttributeName string
		AttributeType attribute.Kind
	}
	keySchemaElement struct {
		AttributeName string
		// KeyType is HASH for the partition key and RANGE for the sort key.
		KeyType string
	}
	projectionDefinition struct {
		ProjectionType   string
		NonKeyAttributes []string `json:",omitempty"`
	}
	provisionedThroughput struct {
		ReadCapacityUnits  int64
		WriteCapacityUnits int64
	}
	streamSpecification struct {
		StreamEnabled  bool
		StreamViewType string `json:",omitempty"`
	}
)

// kinds returns the kind of each defined attribute, by name.
func kinds(definitions []attributeDefinition) (map[string]attribute.Kind, error) {
	kinds := make(map[string]attribute.Kind, len(definitions))
	for _, d := range definitions {
		if err := checkOneOf("attributeDefinitions.member.attributeType", string(d.AttributeType), "B", "N", "S"); err != nil {
			return nil, err
		}
		if _, twice := kinds[d.AttributeName]; twice {
			return nil, invalid("One or more parameter values were invalid: Duplicate AttributeName in AttributeDefinitions: %s", d.AttributeName)
		}
		kinds[d.AttributeName] = d.AttributeType
	}
	return kinds, nil
}

// newKeySchema makes a key schema of its elements. It removes from unused the
// attributes that the key takes.
func newKeySchema(elements []keySchemaElement, kinds map[string]attribute.Kind, unused map[string]bool) (keySchema, error) {
	if len(elements) < 1 || len(elements) > 2 {
		return keySchema{}, violation("'[]'", "keySchema", "Member must have length less than or equal to 2, Member must have length greater than or equal to 1")
	}
	if elements[0].KeyType != "HASH" {
		return keySchema{}, invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	var attributes [2]keyAttribute
	for i, e := range elements {
		kind, defined := kinds[e.AttributeName]
		if !defined {
			return keySchema{}, invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", e.AttributeName)
		}
		attributes[i] = keyAttribute{e.AttributeName, kind}
		delete(unused, e.AttributeName)
	}
	if len(elements) == 2 && elements[1].KeyType != "RANGE" {
		return keySchema{}, invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	if attributes[0].name == attributes[1].name {
		return keySchema{}, invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	return keySchema{partition: attributes[0], sort: attributes[1]}, nil
}

// elements is the inverse of newKeySchema.
func (s keySchema) elements() []keySchemaElement {
	elements := []keySchemaElement{{s.partition.name, "HASH"}}
	if s.sort.name != "" {
		elements = append(elements, keySchemaElement{s.sort.name, "RANGE"})
	}
	return elements
}

// newProjection checks a projection and completes it with the keys that every
// index holds.
func newProjection(d projectionDefinition, keys ...keySchema) (projection, error) {
	if d.ProjectionType == "" {
		return projection{}, invalid("One or more parameter values were invalid: Unknown ProjectionType: null")
	}
	if err := checkOneOf("projection.projectionType", d.ProjectionType, "ALL", "INCLUDE", "KEYS_ONLY"); err != nil {
		return projection{}, err
	}
	if d.ProjectionType != "INCLUDE" && len(d.NonKeyAttributes) > 0 {
		return projection{}, invalid("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified", d.ProjectionType)
	}
	if d.ProjectionType == "INCLUDE" && len(d.NonKeyAttributes) == 0 {
		return projection{}, invalid("One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	}
	p := projection{kind: d.ProjectionType, included: d.NonKeyAttributes}
	if d.ProjectionType == "ALL" {
		return p, nil
	}
	p.held = map[string]bool{}
	for _, name := range d.NonKeyAttributes {
		p.held[name] = true
	}
	for _, key := range keys {
		for _, a := range key.attributes() {
			p.held[a.name] = true
		}
	}
	return p, nil
}

func (p projection) definition() projectionDefinition {
	return projectionDefinition{ProjectionType: p.kind, NonKeyAttributes: p.included}
}
