// Package dynamodb_test checks DynamoDB through the client that the product
// uses. It runs against the local AWS, and with CONFORMANCE_DYNAMODB_ENDPOINT
// set against the engine at that address, so that what both agree on is not this
// project's fancy alone. Where Amazon's DynamoDB Local is known to differ from
// DynamoDB itself, the check says so and is left out for an engine from outside.
package dynamodb_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// suite is a client and a table of the test's own.
type suite struct {
	*ddb.Client
	// external is set for an engine from outside.
	external bool
	table    string
}

// start connects to the engine and makes a table with a partition key pk and a
// sort key sk, both texts; change may make another of it.
func start(t *testing.T, change ...func(*ddb.CreateTableInput)) *suite {
	t.Helper()
	s := connect(t)
	in := plainTable("t-" + rand.Text())
	for _, c := range change {
		c(in)
	}
	s.create(t, in)
	return s
}

func connect(t *testing.T) *suite {
	t.Helper()
	endpoint := os.Getenv("CONFORMANCE_DYNAMODB_ENDPOINT")
	external := endpoint != ""
	if !external {
		server := httptest.NewServer(wire.NewMux(iam.NewKeys(time.Now, nil), dynamodb.New(time.Now).Service()))
		t.Cleanup(server.Close)
		endpoint = server.URL
	}
	client := ddb.New(ddb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(endpoint), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("made", "up", ""),
	})
	return &suite{Client: client, external: external}
}

func plainTable(name string) *ddb.CreateTableInput {
	return &ddb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            keySchema("pk", "sk"),
		AttributeDefinitions: []types.AttributeDefinition{defined("pk", "S"), defined("sk", "S")},
	}
}

// create makes a table that ends with the test.
func (s *suite) create(t *testing.T, in *ddb.CreateTableInput) {
	t.Helper()
	if _, err := s.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	s.table = *in.TableName
	t.Cleanup(func() { // when t.Context is over
		var gone *types.ResourceNotFoundException
		_, err := s.DeleteTable(context.Background(), &ddb.DeleteTableInput{TableName: in.TableName})
		if err != nil && !errors.As(err, &gone) {
			t.Error(err)
		}
	})
}

func keySchema(partition string, sort ...string) []types.KeySchemaElement {
	schema := []types.KeySchemaElement{{AttributeName: &partition, KeyType: types.KeyTypeHash}}
	for _, name := range sort {
		schema = append(schema, types.KeySchemaElement{AttributeName: &name, KeyType: types.KeyTypeRange})
	}
	return schema
}

func defined(name, kind string) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeType(kind)}
}

// define adds attributes, as "name:kind", to a table that is to be made.
func define(in *ddb.CreateTableInput, attributes ...string) {
	for _, a := range attributes {
		name, kind, _ := strings.Cut(a, ":")
		in.AttributeDefinitions = append(in.AttributeDefinitions, defined(name, kind))
	}
}

// wantCode fails the test unless err is the error of AWS with this code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var known smithy.APIError
	if !errors.As(err, &known) || known.ErrorCode() != code {
		t.Errorf("error %v, want %s", err, code)
	}
}

// wantInvalid fails the test unless err is a ValidationException with this text.
func wantInvalid(t *testing.T, err error, text string) {
	t.Helper()
	wantCode(t, err, "ValidationException")
	var known smithy.APIError
	if errors.As(err, &known) && known.ErrorMessage() != text {
		t.Errorf("message %q, want %q", known.ErrorMessage(), text)
	}
}

// wantAWS is wantInvalid where DynamoDB Local has words of its own for an error
// that it gives all the same.
func (s *suite) wantAWS(t *testing.T, err error, text string) {
	t.Helper()
	if s.external {
		wantCode(t, err, "ValidationException")
		return
	}
	wantInvalid(t, err, text)
}
