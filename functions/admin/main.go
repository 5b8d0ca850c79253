// Command admin is the function that serves those who run ClientFlow.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"clientflow/internal/admin"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/secret"
)

func main() { function.Start("admin", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	read, err := admin.ReadSettings(settings)
	if err != nil {
		return nil, err
	}
	aws := awsclient.New()
	key := secret.New(ssm.NewFromConfig(aws.Config(awsclient.SSM)), read.SystemeKey)
	aws.Open([]awsclient.Service{awsclient.DynamoDB, awsclient.SQS}, key.Load)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	routes, err := admin.Routes(read, key, db, sqs.NewFromConfig(aws.Config(awsclient.SQS)))
	if err != nil {
		return nil, err
	}
	return routes.ServeDashboards(settings, log), nil
}
