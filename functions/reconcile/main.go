// Command reconcile is the function that makes up for what was missed.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/reconcile"
)

func main() {
	log := eventlog.New(os.Stdout, "reconcile")
	settings, err := reconcile.ReadSettings(&env.Reader{})
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables)
	reconciler, err := reconcile.New(settings, dynamodb.NewFromConfig(awsclient.Config(http, tables)), log)
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	lambda.Start(reconciler.Handle)
}
