// Command sync-tags is the function that brings leads to Systeme.io.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/secret"
	"clientflow/internal/tagsync"
)

func main() { function.Start("sync-tags", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	read, err := tagsync.ReadSettings(settings)
	if err != nil {
		return nil, err
	}
	aws := awsclient.New()
	key := secret.New(ssm.NewFromConfig(aws.Config(awsclient.SSM)), read.SystemeKey)
	aws.Open([]awsclient.Service{awsclient.DynamoDB, awsclient.SQS}, key.Load)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	queue := sqs.NewFromConfig(aws.Config(awsclient.SQS))
	handler, err := tagsync.New(read, key, db, queue, log)
	if err != nil {
		return nil, err
	}
	return handler.Handle, nil
}
