// Package awsclient reaches AWS from a function: the configuration that Lambda's
// environment gives, and connections that are open before the first event.
//
// It takes the place of the SDK's config.LoadDefaultConfig, which looks for
// files and metadata servers that a function does not have, at a cost in every
// cold start. It knows no service client: each function links only the clients
// that it calls.
package awsclient

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Service is an AWS service, as its host name begins.
type Service string

// The services that functions call.
const (
	Cognito  Service = "cognito-idp"
	DynamoDB Service = "dynamodb"
	SQS      Service = "sqs"
	SSM      Service = "ssm"
	STS      Service = "sts"
)

// prewarmTimeout bounds what a connection that cannot be opened, or work that does not
// end, costs a cold start.
const prewarmTimeout = time.Second

// Connection is the HTTP client that all SDK clients of a function share.
type Connection struct {
	http *awshttp.BuildableClient
}

// Connect opens a connection to each service for the first event to find.
func Connect(services ...Service) Connection {
	c := New()
	c.Open(services)
	return c
}

// New returns a Connection that has nothing open.
func New() Connection {
	return Connection{awshttp.NewBuildableClient().
		WithTimeout(5 * time.Second).
		WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = 64 })}
}

// Open opens a connection to each service, side by side with other work that is to be
// done before the first event. A connection that cannot be opened is not an error: the
// call that needs it says more than this one could.
func (c Connection) Open(services []Service, work ...func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), prewarmTimeout)
	defer cancel()
	var done sync.WaitGroup
	for _, service := range services {
		done.Go(func() { open(ctx, c.http, service.endpoint()) })
	}
	for _, task := range work {
		done.Go(func() { task(ctx) })
	}
	done.Wait()
}

// Config returns the configuration for one service from Lambda's environment:
// AWS_REGION, the function's credentials, and AWS_ENDPOINT_URL_<SERVICE> or
// AWS_ENDPOINT_URL where another endpoint than AWS's own is meant.
func (c Connection) Config(service Service) aws.Config {
	config := aws.Config{
		Region: os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
		HTTPClient: c.http,
		// One host per service, so that tenants' calls share its connections.
		AccountIDEndpointMode: aws.AccountIDEndpointModeDisabled,
	}
	if endpoint := service.override(); endpoint != "" {
		config.BaseEndpoint = aws.String(endpoint)
	}
	return config
}

func open(ctx context.Context, client *awshttp.BuildableClient, url string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return
	}
	response, err := client.Do(request)
	if err != nil {
		return
	}
	// The connection returns to the pool when its body has been read.
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
}

// override is the endpoint that the environment gives in place of AWS's own; ""
// when it gives none.
func (s Service) override() string {
	return strings.TrimSuffix(cmp.Or(os.Getenv("AWS_ENDPOINT_URL_"+s.variable()), os.Getenv("AWS_ENDPOINT_URL")), "/")
}

// variable is how the SDKs spell the service in names of variables.
func (s Service) variable() string {
	if s == Cognito {
		return "COGNITO_IDENTITY_PROVIDER"
	}
	return strings.ToUpper(string(s))
}

func (s Service) endpoint() string {
	return cmp.Or(s.override(), "https://"+string(s)+"."+os.Getenv("AWS_REGION")+".amazonaws.com")
}
