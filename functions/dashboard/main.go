// Command dashboard is the function that shows an IB its own record, counters and audit trail.
package main

import (
	"log/slog"
	"maps"
	"time"
	_ "time/tzdata" // Lambda's provided.al2023 has no time zones of its own

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/account"
	"clientflow/internal/account/profile"
	"clientflow/internal/audit"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/stats"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

func main() { function.Start("dashboard", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads and their counters")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	roleARN := settings.Text("TENANT_ROLE_ARN", "the role that reaches one tenant's items")
	verifier := tenant.ReadVerifier(settings)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB, awsclient.STS)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	lender := tenantrole.New(sts.NewFromConfig(aws.Config(awsclient.STS)), roleARN)
	users := account.NewUsers(tenantdb.Lent(db, usersTable, "", lender))
	routes := profile.Routes(verifier, users)
	leads := tenantdb.Lent(db, leadsTable, lead.SortKey, lender)
	maps.Copy(routes, stats.Routes(verifier, leads, users, time.Now))
	maps.Copy(routes, audit.Routes(verifier, audit.NewStore(leads), lead.NewStore(leads, time.Now)))
	return users.Guard(verifier, routes).ServeDashboards(settings, log), nil
}
