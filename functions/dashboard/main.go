// Command dashboard is the function that shows an IB its own record, counters and audit trail.
package main

import (
	"maps"
	"os"
	"time"
	_ "time/tzdata" // Lambda's provided.al2023 has no time zones of its own

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/account"
	"clientflow/internal/account/profile"
	"clientflow/internal/audit"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/stats"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

func main() {
	log := eventlog.New(os.Stdout, "dashboard")
	var settings env.Reader
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads and their counters")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
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
	db := dynamodb.NewFromConfig(awsclient.Config(http, tables))
	lender := tenantrole.New(sts.NewFromConfig(awsclient.Config(http, roles)), roleARN)
	users := account.NewUsers(tenantdb.Lent(db, usersTable, "", lender))
	routes := profile.Routes(verifier, users)
	leads := tenantdb.Lent(db, leadsTable, lead.SortKey, lender)
	maps.Copy(routes, stats.Routes(verifier, leads, users, time.Now))
	maps.Copy(routes, audit.Routes(verifier, audit.NewStore(leads), lead.NewStore(leads, time.Now)))
	lambda.Start(routes.Serve(log))
}
