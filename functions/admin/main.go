// Command admin is the function that serves those who run ClientFlow.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/admin"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
)

func main() {
	log := eventlog.New(os.Stdout, "admin")
	settings, err := admin.ReadSettings(&env.Reader{})
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables, queues := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}, awsclient.Service{Variable: "SQS", Host: "sqs"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables, queues)
	db := dynamodb.NewFromConfig(awsclient.Config(http, tables))
	routes, err := admin.Routes(settings, db, sqs.NewFromConfig(awsclient.Config(http, queues)))
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	lambda.Start(routes.Serve(log))
}
