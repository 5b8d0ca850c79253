package localtest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/template"
)

// makeTables makes the template's tables and notes what they are named.
func (a *AWS) makeTables(tb testing.TB) {
	tb.Helper()
	described, err := readTables()
	if err != nil {
		tb.Fatalf("read the template: %v", err)
	}
	names := map[string]*string{"LeadsTable": &a.LeadsTable, "UsersTable": &a.UsersTable, "RegistryTable": &a.RegistryTable}
	for _, table := range described {
		if _, err := a.Client.CreateTable(tb.Context(), definition(table)); err != nil {
			tb.Fatalf("make table %s: %v", table.Name, err)
		}
		if name := names[table.LogicalID]; name != nil {
			*name = table.Name
		}
	}
}

// readTables reads the template's tables, once for all tests of a package. No test
// changes them.
var readTables = sync.OnceValues(func() ([]template.Table, error) {
	path, err := templatePath()
	if err != nil {
		return nil, err
	}
	described, err := template.Load(path, template.Options{Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test"})
	if err != nil {
		return nil, err
	}
	return described.Tables, nil
})

// templatePath finds template.yaml beside the module's go.mod, above the
// directory of the test.
func templatePath() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "template.yaml"), nil
		}
	}
	return "", errors.New("no go.mod above the directory of the test")
}

func definition(t template.Table) *sdk.CreateTableInput {
	in := &sdk.CreateTableInput{
		TableName:   &t.Name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(t.Keys),
	}
	for _, a := range t.Attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(a.Name), AttributeType: types.ScalarAttributeType(a.Type),
		})
	}
	for _, index := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name), KeySchema: keySchema(index.Keys),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(index.Projection), NonKeyAttributes: index.NonKey},
		})
	}
	if t.StreamView != "" {
		in.StreamSpecification = &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(t.StreamView),
		}
	}
	return in
}

func keySchema(keys []template.Key) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, key := range keys {
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(key.Name), KeyType: types.KeyType(key.Type)})
	}
	return schema
}
