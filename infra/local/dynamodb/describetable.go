package dynamodb

import "clientflow/infra/local/iam"

// tableDescription is how a table describes itself.
type tableDescription struct {
	TableName                 string
	TableArn                  string
	TableId                   string
	TableStatus               string
	CreationDateTime          float64
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keySchemaElement
	BillingModeSummary        *billingModeSummary `json:",omitempty"`
	ProvisionedThroughput     throughputDescription
	ItemCount                 int
	TableSizeBytes            int
	GlobalSecondaryIndexes    []indexDescription   `json:",omitempty"`
	LocalSecondaryIndexes     []indexDescription   `json:",omitempty"`
	StreamSpecification       *streamSpecification `json:",omitempty"`
	LatestStreamArn           string               `json:",omitempty"`
	LatestStreamLabel         string               `json:",omitempty"`
	DeletionProtectionEnabled bool
}

type billingModeSummary struct{ BillingMode string }

type throughputDescription struct {
	ReadCapacityUnits      int64
	WriteCapacityUnits     int64
	NumberOfDecreasesToday int64
}

type indexDescription struct {
	IndexName      string
	IndexArn       string
	IndexStatus    string `json:",omitempty"`
	KeySchema      []keySchemaElement
	Projection     projectionDefinition
	ItemCount      int
	IndexSizeBytes int
}

type tableNameRequest struct{ TableName string }

type describeTableAnswer struct{ Table *tableDescription }

// describeTable answers at once with what AWS counts every few hours: items and bytes.
func (db *DB) describeTable(caller iam.Principal, in tableNameRequest) (describeTableAnswer, error) {
	t, err := db.managed(caller, "DescribeTable", in.TableName)
	if err != nil {
		return describeTableAnswer{}, err
	}
	return describeTableAnswer{t.describe()}, nil
}

// managed finds the table that an operation on tables names.
func (db *DB) managed(caller iam.Principal, operation, name string) (*table, error) {
	if err := checkName("tableName", name); err != nil {
		return nil, err
	}
	if err := authorize(caller, operation, tableARN(name)); err != nil {
		return nil, err
	}
	t := db.tables[name]
	if t == nil {
		return nil, noSuchTable(name)
	}
	return t, nil
}

func (t *table) describe() *tableDescription {
	d := &tableDescription{
		TableName: t.name, TableArn: tableARN(t.name), TableId: t.id, TableStatus: "ACTIVE",
		CreationDateTime:     float64(t.created.UnixMilli()) / 1000,
		AttributeDefinitions: t.definitions, KeySchema: t.schema.elements(),
		ItemCount: t.items.Len(), TableSizeBytes: t.size, DeletionProtectionEnabled: t.protected,
	}
	if t.onDemand {
		d.BillingModeSummary = &billingModeSummary{"PAY_PER_REQUEST"}
	}
	if t.throughput != nil {
		d.ProvisionedThroughput.ReadCapacityUnits = t.throughput.ReadCapacityUnits
		d.ProvisionedThroughput.WriteCapacityUnits = t.throughput.WriteCapacityUnits
	}
	for _, ix := range t.indexes {
		if ix.global {
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, ix.describe(t.name))
		} else {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, ix.describe(t.name))
		}
	}
	if t.stream != nil {
		d.StreamSpecification = &streamSpecification{StreamEnabled: true, StreamViewType: t.stream.view}
		d.LatestStreamArn, d.LatestStreamLabel = t.stream.arn, t.stream.label
	}
	return d
}

func (ix *index) describe(table string) indexDescription {
	d := indexDescription{
		IndexName: ix.name, IndexArn: indexARN(table, ix.name), KeySchema: ix.schema.elements(),
		Projection: ix.projection.definition(), ItemCount: ix.entries.Len(), IndexSizeBytes: ix.size,
	}
	if ix.global {
		d.IndexStatus = "ACTIVE"
	}
	return d
}
