// Package awsclient reaches AWS from a function: the configuration that Lambda's
// environment gives, and connections that are open before the first event.
//
// It takes the place of the SDK's config.LoadDefaultConfig, which looks for
// files and metadata servers that a function does not have, at a cost in every
// cold start. It knows no service client: each function links only the clients
// that it calls.
package awsclient

import (
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

// A Service is an AWS service, as the environment variable of its endpoint and
// its host name spell it.
type Service struct {
	// Variable is the suffix of AWS_ENDPOINT_URL_….
	Variable string
	// Host is the first label of the service's host name.
	Host string
}

// prewarmTimeout bounds what a connection that cannot be opened costs a cold
// start.
const prewarmTimeout = time.Second

// Config returns the configuration for one service from Lambda's environment:
// AWS_REGION, the function's credentials, and AWS_ENDPOINT_URL_<SERVICE> or
// AWS_ENDPOINT_URL where another endpoint than AWS's own is meant.
func Config(client *awshttp.BuildableClient, service Service) aws.Config {
	config := aws.Config{
		Region: os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
		HTTPClient: client,
		// One host per service, so that tenants' calls share its connections.
		AccountIDEndpointMode: aws.AccountIDEndpointModeDisabled,
	}
	if endpoint := override(service); endpoint != "" {
		config.BaseEndpoint = aws.String(endpoint)
	}
	return config
}

// NewHTTPClient returns the HTTP client that all SDK clients of a function share.
func NewHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(5 * time.Second).
		WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = 64 })
}

// Prewarm opens a connection to each service, side by side, for the first event
// to find. A connection that cannot be opened is not an error: the call that
// needs it says more than this one could.
func Prewarm(client *awshttp.BuildableClient, services ...Service) {
	ctx, cancel := context.WithTimeout(context.Background(), prewarmTimeout)
	defer cancel()
	var opened sync.WaitGroup
	for _, service := range services {
		opened.Go(func() { open(ctx, client, endpoint(service)) })
	}
	opened.Wait()
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

func override(service Service) string {
	if own := os.Getenv("AWS_ENDPOINT_URL_" + service.Variable); own != "" {
		return strings.TrimSuffix(own, "/")
	}
	return strings.TrimSuffix(os.Getenv("AWS_ENDPOINT_URL"), "/")
}

func endpoint(service Service) string {
	if own := override(service); own != "" {
		return own
	}
	return "https://" + service.Host + "." + os.Getenv("AWS_REGION") + ".amazonaws.com"
}
