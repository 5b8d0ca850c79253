// Command leads is the function that serves an IB its leads.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

func main() {
	log := eventlog.New(os.Stdout, "leads")
	var settings env.Reader
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	roleARN := settings.Text("TENANT_ROLE_ARN", "the role that reaches one tenant's items")
	verifier := tenant.Verifier{
		Issuer:   settings.Text("TOKEN_ISSUER", "the user pool whose tokens are taken"),
		ClientID: settings.Text("USER_POOL_CLIENT_ID", "the user pool client whose tokens are taken"),
		Now:      time.Now,
	}
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables, roles := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}, awsclient.Service{Variable: "STS", Host: "sts"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables, roles)
	lender := tenantrole.New(sts.NewFromConfig(awsclient.Config(http, roles)), roleARN)
	leads := tenantdb.Lent(dynamodb.NewFromConfig(awsclient.Config(http, tables)), leadsTable, lead.SortKey, lender)
	lambda.Start(lead.Routes(verifier, lead.NewStore(leads, time.Now)).Serve(log))
}
