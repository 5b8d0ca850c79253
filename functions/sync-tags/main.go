// Command sync-tags is the function that brings leads to Systeme.io.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/tagsync"
)

func main() {
	log := eventlog.New(os.Stdout, "sync-tags")
	settings, err := tagsync.ReadSettings(&env.Reader{})
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables, queues := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}, awsclient.Service{Variable: "SQS", Host: "sqs"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables, queues)
	db := dynamodb.NewFromConfig(awsclient.Config(http, tables))
	queue := sqs.NewFromConfig(awsclient.Config(http, queues))
	handler, err := tagsync.New(settings, db, queue, log)
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	lambda.Start(handler.Handle)
}
