package cloudformation_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"clientflow/infra/local/cloudformation"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
)

const document = `
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Key: {Type: String, NoEcho: true, Default: a-secret}
Resources:
  Mail:
    Type: AWS::SQS::Queue
Outputs:
  MailUrl: {Value: !Ref Mail}
`

// mustServe returns a client under a principal.
func mustServe(t *testing.T, caller iam.Principal) *sdk.Client {
	t.Helper()
	read, err := template.Parse("test", []byte(document), template.Options{Stack: "house", AWSURL: "http://aws.test"})
	if err != nil {
		t.Fatal(err)
	}
	keys := iam.NewKeys(time.Now, nil)
	mux := wire.NewMux(keys)
	cloudformation.New("house", read, time.Now()).Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	issued := keys.Issue(caller, time.Hour)
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider(issued.AccessKeyID, issued.SecretAccessKey, issued.SessionToken),
	})
}

var root = iam.Principal{ARN: iam.RootARN, Root: true}

func TestAStackIsDescribedWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	out, err := mustServe(t, root).DescribeStacks(t.Context(), &sdk.DescribeStacksInput{StackName: aws.String("house")})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range out.Stacks[0].Parameters {
		got[*p.ParameterKey] = *p.ParameterValue
	}
	for _, o := range out.Stacks[0].Outputs {
		got[*o.OutputKey] = *o.OutputValue
	}
	if len(got) != 3 || got["Stage"] != "dev" || got["Key"] != "****" || got["MailUrl"] != "http://aws.test/000000000000/house-Mail" {
		t.Errorf("got %v", got)
	}
}

func TestResourcesAreListed(t *testing.T) {
	t.Parallel()
	out, err := mustServe(t, root).ListStackResources(t.Context(), &sdk.ListStackResourcesInput{StackName: aws.String("house")})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(out.StackResourceSummaries); n != 1 {
		t.Fatalf("%d resources", n)
	}
	if r := out.StackResourceSummaries[0]; *r.LogicalResourceId != "Mail" || *r.PhysicalResourceId != "http://aws.test/000000000000/house-Mail" || *r.ResourceType != "AWS::SQS::Queue" {
		t.Errorf("got %s, %s, %s", *r.LogicalResourceId, *r.PhysicalResourceId, *r.ResourceType)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		caller  iam.Principal
		input   sdk.ListStackResourcesInput
		problem string
	}{
		"another stack":          {root, sdk.ListStackResourcesInput{StackName: aws.String("other")}, "does not exist"},
		"an unknown parameter":   {root, sdk.ListStackResourcesInput{StackName: aws.String("house"), NextToken: aws.String("x")}, "NextToken"},
		"one who may do nothing": {iam.Principal{ARN: "nobody"}, sdk.ListStackResourcesInput{StackName: aws.String("house")}, "AccessDenied"},
	}
	for name, test := range tests {
		_, err := mustServe(t, test.caller).ListStackResources(t.Context(), &test.input)
		if err == nil || !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
