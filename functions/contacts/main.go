// Command contacts is the function that shows an IB its contacts in Systeme.io.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/account"
	"clientflow/internal/awsclient"
	"clientflow/internal/contact"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

func main() {
	log := eventlog.New(os.Stdout, "contacts")
	var settings env.Reader
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	roleARN := settings.Text("TENANT_ROLE_ARN", "the role that reaches one tenant's items")
	verifier := tenant.Verifier{
		Issuer:   settings.Text("TOKEN_ISSUER", "the user pool whose tokens are taken"),
		ClientID: settings.Text("USER_POOL_CLIENT_ID", "the user pool client whose tokens are taken"),
		Now:      time.Now,
	}
	systeme := contact.Account{
		URL:            settings.Text("SYSTEME_API_URL", "the base address of Systeme.io's API"),
		Key:            settings.Optional("SYSTEME_API_KEY"),
		CallsPerSecond: settings.Positive("SYSTEME_REQUESTS_PER_SECOND", "the rate of all calls to Systeme.io together"),
	}
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables, roles := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}, awsclient.Service{Variable: "STS", Host: "sts"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables, roles)
	db := dynamodb.NewFromConfig(awsclient.Config(http, tables))
	lender := tenantrole.New(sts.NewFromConfig(awsclient.Config(http, roles)), roleARN)
	leads := lead.NewStore(tenantdb.Lent(db, leadsTable, lead.SortKey, lender), time.Now)
	directory, err := contact.New(systeme, account.NewUsers(tenantdb.Lent(db, usersTable, "", lender)), leads)
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	lambda.Start(contact.Routes(verifier, directory).Serve(log))
}
