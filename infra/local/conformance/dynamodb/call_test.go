package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// put stores items, which must succeed.
func (s *suite) put(t testing.TB, items ...doc) {
	t.Helper()
	for _, d := range items {
		if _, err := s.PutItem(t.Context(), &ddb.PutItemInput{TableName: &s.table, Item: d.item(t)}); err != nil {
			t.Fatal(err)
		}
	}
}

// get reads an item as it is now; nil when there is none.
func (s *suite) get(t testing.TB, key doc) item {
	t.Helper()
	out, err := s.GetItem(t.Context(), &ddb.GetItemInput{TableName: &s.table, Key: key.item(t), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// update applies an update expression and returns the whole item after it.
func (s *suite) update(t testing.TB, key doc, expression string, values doc) (item, error) {
	t.Helper()
	out, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{
		TableName: &s.table, Key: key.item(t), UpdateExpression: &expression,
		ExpressionAttributeValues: values.item(t), ReturnValues: types.ReturnValueAllNew,
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// queryInput is a Query of the suite's table.
func (s *suite) queryInput(t testing.TB, condition string, values doc) *ddb.QueryInput {
	t.Helper()
	return &ddb.QueryInput{TableName: &s.table, KeyConditionExpression: &condition, ExpressionAttributeValues: values.item(t)}
}

// query runs a Query, which must succeed.
func (s *suite) query(t testing.TB, in *ddb.QueryInput) *ddb.QueryOutput {
	t.Helper()
	out, err := s.Query(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// indexes adds secondary indexes to a table that is to be made.
func globalIndex(name, partition, sort string, projection types.Projection) types.GlobalSecondaryIndex {
	index := types.GlobalSecondaryIndex{IndexName: &name, KeySchema: keySchema(partition), Projection: &projection}
	if sort != "" {
		index.KeySchema = keySchema(partition, sort)
	}
	return index
}

func all() types.Projection { return types.Projection{ProjectionType: types.ProjectionTypeAll} }

func keysOnly() types.Projection {
	return types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
}

func include(names ...string) types.Projection {
	return types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: names}
}

// units shows what was consumed: of the table, and of each index.
func units(c *types.ConsumedCapacity) map[string]float64 {
	shown := map[string]float64{"total": aws.ToFloat64(c.CapacityUnits)}
	if c.Table != nil {
		shown["table"] = aws.ToFloat64(c.Table.CapacityUnits)
	}
	for name, of := range c.GlobalSecondaryIndexes {
		shown[name] = aws.ToFloat64(of.CapacityUnits)
	}
	for name, of := range c.LocalSecondaryIndexes {
		shown[name] = aws.ToFloat64(of.CapacityUnits)
	}
	return shown
}
