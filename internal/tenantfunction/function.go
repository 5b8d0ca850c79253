// Package tenantfunction is what the functions that serve IBs have in common. Each
// reaches what is a tenant's by the tenant role alone, and answers nobody but an IB that
// is admitted. It must give out no table that is reached in another way.
package tenantfunction

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/account"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/pace"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

// Settings are what the environment of such a function says.
type Settings struct {
	leadsTable, usersTable, roleARN string
	verifier                        tenant.Verifier
}

// ReadSettings reads the environment; what is missing is the reader's error.
func ReadSettings(r *env.Reader) Settings {
	return Settings{
		leadsTable: r.Text("LEADS_TABLE", "the table of leads, their counters and their audit trail"),
		usersTable: r.Text("USERS_TABLE", "the table of IBs"),
		roleARN:    r.Text("TENANT_ROLE_ARN", "the role that reaches one tenant's items"),
		verifier:   tenant.ReadVerifier(r),
	}
}

// Services are those that the function's connections go to.
func Services() []awsclient.Service {
	return []awsclient.Service{awsclient.DynamoDB, awsclient.STS}
}

// Function is what routes for IBs are made of.
type Function struct {
	Verifier tenant.Verifier
	Leads    tenantdb.Table
	Users    account.Users

	db *dynamodb.Client
}

// Open returns the function, and makes no call.
func (s Settings) Open(aws awsclient.Connection) Function {
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	lender := tenantrole.New(sts.NewFromConfig(aws.Config(awsclient.STS)), s.roleARN)
	return Function{
		Verifier: s.verifier,
		Leads:    tenantdb.Lent(db, s.leadsTable, lead.SortKey, lender),
		Users:    account.NewUsers(tenantdb.Lent(db, s.usersTable, "", lender)),
		db:       db,
	}
}

// Pace returns the rate of calls of Systeme.io that a table keeps for all functions. It is
// no tenant's, and kept with the function's own role.
func (f Function) Pace(table string, perSecond float64) *pace.Shared {
	return pace.New(f.db, table, perSecond)
}

// Guard returns routes that let through whom account.Users.Guard admits.
func (f Function) Guard(routes httpapi.Routes) httpapi.Routes {
	return f.Users.Guard(f.Verifier, routes)
}
