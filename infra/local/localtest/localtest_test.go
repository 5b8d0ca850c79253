package localtest_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
)

func TestTablesAreThoseOfTheTemplate(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	out, err := aws.Client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &aws.LeadsTable})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(out.Table.GlobalSecondaryIndexes); n != 1 || *out.Table.GlobalSecondaryIndexes[0].IndexName != "byCreatedAt" {
		t.Errorf("leads table has %d indexes", n)
	}
	for _, table := range []string{aws.UsersTable, aws.RegistryTable} {
		if _, err := aws.Client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}); err != nil {
			t.Errorf("table %q: %v", table, err)
		}
	}
}

func TestLeadChangesLeavesOutOtherItems(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	for _, sort := range []string{"LEAD#a", "STATS#TOTAL", "LEAD#b"} {
		_, err := aws.Client.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: &aws.LeadsTable,
			Item: map[string]types.AttributeValue{
				"userId": &types.AttributeValueMemberS{Value: "john"}, "sk": &types.AttributeValueMemberS{Value: sort},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	for _, raw := range aws.LeadChanges(t, 2) {
		var record struct {
			EventName string
			DynamoDB  struct {
				Keys map[string]struct{ S string }
			}
		}
		if err := json.Unmarshal(raw, &record); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, record.EventName+" "+record.DynamoDB.Keys["sk"].S)
	}
	if len(keys) != 2 || keys[0] != "INSERT LEAD#a" || keys[1] != "INSERT LEAD#b" {
		t.Errorf("got %v", keys)
	}
}
