// Command sync-tags is the function that brings leads to Systeme.io.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/tagsync"
)

func main() { function.Start("sync-tags", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	read, err := tagsync.ReadSettings(settings)
	if err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB, awsclient.SQS)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	queue := sqs.NewFromConfig(aws.Config(awsclient.SQS))
	handler, err := tagsync.New(read, db, queue, log)
	if err != nil {
		return nil, err
	}
	return handler.Handle, nil
}
