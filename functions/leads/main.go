// Command leads is the function that serves an IB its leads.
package main

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/account"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

func main() { function.Start("leads", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	rule := ownership.Read(settings, settings.Text("REGISTRY_TABLE", "the table that tells whose an address is"))
	roleARN := settings.Text("TENANT_ROLE_ARN", "the role that reaches one tenant's items")
	verifier := tenant.ReadVerifier(settings)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB, awsclient.STS)
	lender := tenantrole.New(sts.NewFromConfig(aws.Config(awsclient.STS)), roleARN)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	leads := lead.NewStore(tenantdb.Lent(db, leadsTable, lead.SortKey, lender), time.Now).Under(rule)
	users := account.NewUsers(tenantdb.Lent(db, usersTable, "", lender))
	return users.Guard(verifier, lead.Routes(verifier, leads)).ServeDashboards(settings, log), nil
}
