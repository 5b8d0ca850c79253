// Command systeme-webhook is the function that Systeme.io tells of contacts' tags.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/secret"
	"clientflow/internal/webhook"
)

func main() { function.Start("systeme-webhook", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	registryTable := settings.Text("REGISTRY_TABLE", "the table that tells whose a tag prefix is")
	secretName := settings.Text("SYSTEME_WEBHOOK_SECRET_PARAMETER", "the name of the secret that webhooks are signed with")
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.New()
	signed := secret.New(ssm.NewFromConfig(aws.Config(awsclient.SSM)), secretName)
	aws.Open([]awsclient.Service{awsclient.DynamoDB}, signed.Load)
	recorder := webhook.NewRecorder(dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB)), registryTable, leadsTable)
	return webhook.Routes(signed, recorder, log).Serve(log), nil
}
