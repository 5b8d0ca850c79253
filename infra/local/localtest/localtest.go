// Package localtest gives a test a DynamoDB of its own, with the tables that
// template.yaml describes, behind the SDK's own client. What is stored in it
// ends with the test.
package localtest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// AWS is a DynamoDB with ClientFlow's tables, and with anything else that its
// Mux was given.
type AWS struct {
	// URL is the address of the endpoint.
	URL string
	// Transport reaches the endpoint without a network.
	Transport http.RoundTripper
	// Keys are the access keys that the endpoint knows; made-up ones are root's.
	Keys *iam.Keys
	// DB is the database behind the endpoint, for its faults and its stream.
	DB *dynamodb.DB
	// Client speaks to the endpoint as root.
	Client *sdk.Client
	// LeadsTable, UsersTable and RegistryTable are the names of the tables.
	LeadsTable, UsersTable, RegistryTable string
}

// Start starts a DynamoDB, and other services beside it, and makes the tables.
// It all ends with the test.
func Start(tb testing.TB, beside ...wire.Service) *AWS {
	tb.Helper()
	db := dynamodb.New(time.Now)
	keys := iam.NewKeys(time.Now, nil)
	mux := wire.NewMux(keys, append(beside, db.Service())...)
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	aws := &AWS{URL: server.URL, Transport: inProcess{mux}, Keys: keys, DB: db}
	aws.Client = aws.ClientWith(&http.Client{Transport: aws.Transport}, "root", "")
	aws.makeTables(tb)
	return aws
}

// ClientWith returns a client that sends its calls through httpClient under an
// access key.
func (a *AWS) ClientWith(httpClient *http.Client, accessKeyID, sessionToken string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region:       "us-east-1",
		BaseEndpoint: &a.URL,
		Credentials:  credentials.NewStaticCredentialsProvider(accessKeyID, "secret", sessionToken),
		HTTPClient:   httpClient,
	})
}
