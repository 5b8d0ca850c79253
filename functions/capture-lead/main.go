// Command capture-lead is the function behind the IBs' forms.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/account"
	"clientflow/internal/awsclient"
	"clientflow/internal/capture"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

func main() {
	log := eventlog.New(os.Stdout, "capture-lead")
	var settings env.Reader
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	registryTable := settings.Text("REGISTRY_TABLE", "the table that tells whose a form is")
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables)
	db := dynamodb.NewFromConfig(awsclient.Config(http, tables))
	forms := capture.NewForms(db, registryTable, account.NewUsers(tenantdb.Owned(db, usersTable, "")))
	leads := lead.NewStore(tenantdb.Owned(db, leadsTable, lead.SortKey), time.Now)
	lambda.Start(capture.Routes(forms, leads).Serve(log))
}
