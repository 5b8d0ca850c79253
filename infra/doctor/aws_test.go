package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"clientflow/infra/deployment"
	"clientflow/infra/local/template"
)

// cloud is what AWS answers where the local AWS has no such service: the resources and
// parameters of a stack, and the body of each other call.
type cloud struct {
	stack                 string
	resources, parameters map[string]string
	answer                func(r *http.Request) string
}

func (c cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.FormValue("Action") {
	case "DescribeStacks":
		var parameters strings.Builder
		for name, value := range c.parameters {
			fmt.Fprintf(&parameters, "<member><ParameterKey>%s</ParameterKey><ParameterValue>%s</ParameterValue></member>", name, value)
		}
		fmt.Fprintf(w, "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><Parameters>%s</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>", &parameters)
	case "ListStackResources":
		var resources strings.Builder
		for id, name := range c.resources {
			fmt.Fprintf(&resources, "<member><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId></member>", id, name)
		}
		fmt.Fprintf(w, "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>%s</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>", &resources)
	default:
		fmt.Fprint(w, c.answer(r))
	}
}

// mustFind is the patient that a stack in an account is, as on AWS.
func mustFind(t *testing.T, c cloud) *patient {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	found, err := deployment.Find(t.Context(), aws.Config{
		Region: "eu-west-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	}, c.stack)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := template.Load("../../template.yaml", template.Options{Stack: c.stack, Parameters: c.parameters})
	if err != nil {
		t.Fatal(err)
	}
	return &patient{found, wanted, true}
}

func TestAStackOfAnotherNameIsNamed(t *testing.T) {
	t.Parallel()
	for stack, want := range map[string][2]string{
		"clientflow-prod": {"make systeme-key STAGE=prod", "Deploy again: make deploy STAGE=prod; "},
		"leads":           {"make systeme-key STAGE=prod STACK=leads", "Deploy the stack leads again with sam; "},
	} {
		p := mustFind(t, cloud{stack: stack, parameters: map[string]string{"Stage": "prod"}})
		if p.command("systeme-key") != want[0] || !strings.HasPrefix(p.redeploy(), want[1]) {
			t.Errorf("%s: %q, %q", stack, p.command("systeme-key"), p.redeploy())
		}
	}
}
