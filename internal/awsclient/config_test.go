package awsclient_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clientflow/internal/awsclient"
)

func TestConfigReadsLambdasEnvironment(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	t.Setenv("AWS_ENDPOINT_URL", "")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "")

	config := awsclient.Connect().Config(awsclient.DynamoDB)
	keys, err := config.Credentials.Retrieve(t.Context())
	if err != nil || keys.AccessKeyID != "AKID" || keys.SecretAccessKey != "secret" || keys.SessionToken != "token" {
		t.Errorf("credentials %v, %v", keys, err)
	}
	if config.Region != "eu-west-1" || config.BaseEndpoint != nil {
		t.Errorf("region %q, endpoint %v", config.Region, aws.ToString(config.BaseEndpoint))
	}
}

func TestConfigPrefersTheServicesOwnEndpoint(t *testing.T) {
	for _, tt := range []struct{ all, own, want string }{
		{"http://127.0.0.1:4566", "", "http://127.0.0.1:4566"},
		{"http://127.0.0.1:4566/", "http://127.0.0.1:8000/", "http://127.0.0.1:8000"},
	} {
		t.Setenv("AWS_ENDPOINT_URL", tt.all)
		t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", tt.own)
		if got := aws.ToString(awsclient.Connect().Config(awsclient.DynamoDB).BaseEndpoint); got != tt.want {
			t.Errorf("endpoint %q, want %q", got, tt.want)
		}
	}
}

func TestCognitosVariableIsItsLongName(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://127.0.0.1:9229")
	if got := aws.ToString(awsclient.Connect().Config(awsclient.Cognito).BaseEndpoint); got != "http://127.0.0.1:9229" {
		t.Errorf("endpoint %q", got)
	}
}

func TestConnectLeavesAConnectionForTheFirstCall(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)

	client := awsclient.Connect(awsclient.DynamoDB).Config(awsclient.DynamoDB).HTTPClient

	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if !reused {
		t.Error("the first call opened a connection of its own")
	}
}

func TestConnectOutlivesAnEndpointThatIsDown(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	started := time.Now()
	awsclient.Connect(awsclient.DynamoDB)
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}
