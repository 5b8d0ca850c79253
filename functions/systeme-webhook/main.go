// Command systeme-webhook is the function that Systeme.io tells of contacts' tags.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/webhook"
)

func main() {
	log := eventlog.New(os.Stdout, "systeme-webhook")
	var settings env.Reader
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	registryTable := settings.Text("REGISTRY_TABLE", "the table that tells whose a tag prefix is")
	secret := settings.Optional("SYSTEME_WEBHOOK_SECRET")
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables)
	recorder := webhook.NewRecorder(dynamodb.NewFromConfig(awsclient.Config(http, tables)), registryTable, leadsTable)
	lambda.Start(webhook.Routes(secret, recorder, log).Serve(log))
}
