// Package deployment finds a ClientFlow that runs, for the commands with which an
// operator looks after it: how to reach its AWS, and how its resources are named
// there.
//
// It asks CloudFormation, on AWS and on the local AWS alike, so that what the
// template has needs no list of names beside it. It changes nothing. Credentials and
// region are the operator's own, from where the AWS CLI takes them too.
package deployment

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// DefaultStack is the name of the stack where nobody says another: that of make run.
const DefaultStack = "clientflow"

// StackOf is the name of the stack that make deploy makes of a stage.
func StackOf(stage string) string { return "clientflow-" + stage }

// Deployment is a ClientFlow that runs.
type Deployment struct {
	// AWS is what clients of AWS's services are made from.
	AWS aws.Config
	// Stack is the name of its CloudFormation stack.
	Stack string
	// Parameters are those of the stack; a hidden one is "****".
	Parameters map[string]string
	// Outputs are those of the stack.
	Outputs map[string]string

	resources map[string]string // physical ids by logical ones
}

// Config returns the configuration that the environment and the files of the AWS CLI
// give. AWS_ENDPOINT_URL may name a local AWS, for which no credentials are needed.
func Config(ctx context.Context) (aws.Config, error) {
	// What the SDK would warn of, it tries again or fails with.
	options := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{})}
	if local(os.Getenv("AWS_ENDPOINT_URL")) && os.Getenv("AWS_ACCESS_KEY_ID") == "" {
		options = append(options, config.WithRegion("us-east-1"),
			config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("configure AWS: %w", err)
	}
	if loaded.Region == "" {
		return aws.Config{}, errors.New("there is no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one")
	}
	if _, err := loaded.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("there are no AWS credentials: set AWS_PROFILE to a profile that has some, and sign in to it if it asks for that: %w", err)
	}
	return loaded, nil
}

// local tells whether an endpoint is on this machine.
func local(endpoint string) bool {
	address, err := url.Parse(endpoint)
	if err != nil || address.Host == "" {
		return false
	}
	ip := net.ParseIP(address.Hostname())
	return address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Find returns the deployment whose stack has that name.
func Find(ctx context.Context, from aws.Config, stack string) (Deployment, error) {
	d := Deployment{
		AWS: from, Stack: stack,
		Parameters: map[string]string{}, Outputs: map[string]string{}, resources: map[string]string{},
	}
	client := cloudformation.NewFromConfig(from)
	described, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return Deployment{}, explain(err, from, stack)
	}
	for _, s := range described.Stacks { // one
		for _, p := range s.Parameters {
			d.Parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
		for _, o := range s.Outputs {
			d.Outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Deployment{}, explain(err, from, stack)
		}
		for _, r := range page.StackResourceSummaries {
			d.resources[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
		}
	}
	return d, nil
}

// explain says what to do about a stack that is not found.
func explain(err error, from aws.Config, stack string) error {
	if refusal, ok := errors.AsType[smithy.APIError](err); ok && refusal.ErrorCode() == "ValidationError" {
		return fmt.Errorf("there is no stack %s in this account and region: give its stage as STAGE=… to make, or its name as STACK=…", stack)
	}
	endpoint := aws.ToString(from.BaseEndpoint)
	if _, unsent := errors.AsType[*smithyhttp.RequestSendError](err); unsent && local(endpoint) {
		return fmt.Errorf("nothing answers at %s: start make run in another terminal, or give its -aws address in AWS_ENDPOINT_URL, or to make a STAGE=… that is on AWS", endpoint)
	}
	return fmt.Errorf("look at the stack %s: %w", stack, err)
}

// Resource returns what the template's resource of that logical id is called on AWS:
// a table's name, a queue's URL, a user pool's id.
func (d Deployment) Resource(logicalID string) (string, error) {
	if name := d.resources[logicalID]; name != "" {
		return name, nil
	}
	return "", fmt.Errorf("the stack %s has no %s: it is of another version of the template", d.Stack, logicalID)
}

// Stage is the deployment's own name, its parameter Stage.
func (d Deployment) Stage() string { return d.Parameters["Stage"] }
