// Command capture-lead is the function behind the IBs' forms.
package main

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/account"
	"clientflow/internal/awsclient"
	"clientflow/internal/capture"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
	"clientflow/internal/tenantdb"
)

func main() { function.Start("capture-lead", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	registryTable := settings.Text("REGISTRY_TABLE", "the table that tells whose a form is")
	rule := ownership.Read(settings, registryTable)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	forms := capture.NewForms(db, registryTable, account.NewUsers(tenantdb.Owned(db, usersTable, "")))
	leads := lead.NewStore(tenantdb.Owned(db, leadsTable, lead.SortKey), time.Now).Under(rule)
	return capture.Routes(forms, leads).Serve(log), nil
}
