// Command systeme-webhook is the function that Systeme.io tells of contacts' tags.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/webhook"
)

func main() { function.Start("systeme-webhook", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	registryTable := settings.Text("REGISTRY_TABLE", "the table that tells whose a tag prefix is")
	secret := settings.Optional("SYSTEME_WEBHOOK_SECRET")
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB)
	recorder := webhook.NewRecorder(dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB)), registryTable, leadsTable)
	return webhook.Routes(secret, recorder, log).Serve(log), nil
}
