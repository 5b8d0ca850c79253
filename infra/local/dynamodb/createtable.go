package dynamodb

import (
	"encoding/json"
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// createTableRequest is the request of CreateTable.
type createTableRequest struct {
	TableName                 string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keySchemaElement
	BillingMode               string
	ProvisionedThroughput     *provisionedThroughput
	GlobalSecondaryIndexes    []indexDefinition
	LocalSecondaryIndexes     []indexDefinition
	StreamSpecification       streamSpecification
	DeletionProtectionEnabled bool

	// These change nothing that a caller of the table could see.
	SSESpecification   json.RawMessage
	TableClass         json.RawMessage
	Tags               json.RawMessage
	OnDemandThroughput json.RawMessage
	WarmThroughput     json.RawMessage
}

// indexDefinition defines a secondary index.
type indexDefinition struct {
	IndexName             string
	KeySchema             []keySchemaElement
	Projection            projectionDefinition
	ProvisionedThroughput *provisionedThroughput
	OnDemandThroughput    json.RawMessage
	WarmThroughput        json.RawMessage
}

type tableDescriptionAnswer struct{ TableDescription *tableDescription }

// createTable makes a table, which is active at once.
func (db *DB) createTable(caller iam.Principal, in createTableRequest) (tableDescriptionAnswer, error) {
	if err := checkName("tableName", in.TableName); err != nil {
		return tableDescriptionAnswer{}, err
	}
	if err := authorize(caller, "CreateTable", tableARN(in.TableName)); err != nil {
		return tableDescriptionAnswer{}, err
	}
	t, err := db.newTable(in)
	if err != nil {
		return tableDescriptionAnswer{}, err
	}
	if db.tables[in.TableName] != nil {
		return tableDescriptionAnswer{}, inUse("Table already exists: %s", in.TableName)
	}
	db.tables[in.TableName] = t
	return tableDescriptionAnswer{t.describe()}, nil
}

// newTable checks a table's definition and makes it.
func (db *DB) newTable(in createTableRequest) (*table, error) {
	if err := checkBilling(in); err != nil {
		return nil, err
	}
	kinds, err := kinds(in.AttributeDefinitions)
	if err != nil {
		return nil, err
	}
	unused := make(map[string]bool, len(kinds))
	for name := range kinds {
		unused[name] = true
	}
	t := &table{
		name: in.TableName, id: wire.UUID(), created: db.clock(), definitions: in.AttributeDefinitions,
		onDemand: in.BillingMode == "PAY_PER_REQUEST", throughput: in.ProvisionedThroughput, protected: in.DeletionProtectionEnabled,
	}
	if t.schema, err = newKeySchema(in.KeySchema, kinds, unused); err != nil {
		return nil, err
	}
	if t.indexes, err = newIndexes(t, in, kinds, unused); err != nil {
		return nil, err
	}
	if len(unused) > 0 {
		return nil, invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	t.stream, err = db.newStream(in)
	return t, err
}

func checkBilling(in createTableRequest) error {
	if err := checkOneOf("billingMode", in.BillingMode, "PROVISIONED", "PAY_PER_REQUEST"); err != nil {
		return err
	}
	if in.BillingMode == "PAY_PER_REQUEST" && in.ProvisionedThroughput != nil {
		return invalid("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	}
	if in.BillingMode != "PAY_PER_REQUEST" && in.ProvisionedThroughput == nil {
		return invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	return nil
}

// The most indexes that a table may have.
const (
	maxLocalIndexes  = 5
	maxGlobalIndexes = 20
)

func newIndexes(t *table, in createTableRequest, kinds map[string]attribute.Kind, unused map[string]bool) ([]*index, error) {
	if len(in.LocalSecondaryIndexes) > maxLocalIndexes {
		return nil, invalid("One or more parameter values were invalid: Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocalIndexes)
	}
	if len(in.GlobalSecondaryIndexes) > maxGlobalIndexes {
		return nil, invalid("One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobalIndexes)
	}
	var indexes []*index
	names := map[string]bool{}
	for i, definition := range slices.Concat(in.LocalSecondaryIndexes, in.GlobalSecondaryIndexes) {
		if names[definition.IndexName] {
			return nil, invalid("One or more parameter values were invalid: Duplicate index name: %s", definition.IndexName)
		}
		names[definition.IndexName] = true
		ix, err := newIndex(t, definition, i >= len(in.LocalSecondaryIndexes), kinds, unused)
		if err != nil {
			return nil, err
		}
		indexes = append(indexes, ix)
	}
	return indexes, nil
}

func newIndex(t *table, d indexDefinition, global bool, kinds map[string]attribute.Kind, unused map[string]bool) (*index, error) {
	if err := checkName("indexName", d.IndexName); err != nil {
		return nil, err
	}
	schema, err := newKeySchema(d.KeySchema, kinds, unused)
	if err != nil {
		return nil, err
	}
	if !global && schema.sort.name == "" {
		return nil, invalid("One or more parameter values were invalid: Index KeySchema does not have a range key for index: %s", d.IndexName)
	}
	if !global && schema.partition != t.schema.partition {
		return nil, invalid("One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. index hash key: %s, table hash key: %s", d.IndexName, schema.partition.name, t.schema.partition.name)
	}
	projection, err := newProjection(d.Projection, schema, t.schema)
	return &index{name: d.IndexName, global: global, schema: schema, tableSchema: t.schema, projection: projection}, err
}

func (db *DB) newStream(in createTableRequest) (*streamLog, error) {
	s := in.StreamSpecification
	if !s.StreamEnabled {
		if s.StreamViewType != "" {
			return nil, invalid("One or more parameter values were invalid: Table is being created with a stream specification that disables streams but has a StreamViewType")
		}
		return nil, nil
	}
	if err := checkPresent("streamSpecification.streamViewType", s.StreamViewType != ""); err != nil {
		return nil, err
	}
	if err := checkOneOf("streamSpecification.streamViewType", s.StreamViewType, "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"); err != nil {
		return nil, err
	}
	log := newStreamLog(in.TableName, s.StreamViewType, db.clock)
	log.repeat(db.faults.RepeatedRecords)
	return log, nil
}
