// Command contacts is the function that shows an IB its contacts in Systeme.io.
package main

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/internal/account"
	"clientflow/internal/awsclient"
	"clientflow/internal/contact"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/pace"
	"clientflow/internal/secret"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

func main() { function.Start("contacts", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads")
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	roleARN := settings.Text("TENANT_ROLE_ARN", "the role that reaches one tenant's items")
	verifier := tenant.ReadVerifier(settings)
	systeme := contact.Account{
		URL: settings.Text("SYSTEME_API_URL", "the base address of Systeme.io's API"),
	}
	registryTable := settings.Text("REGISTRY_TABLE", "the table where the rate of calls is kept")
	rate := settings.Positive("SYSTEME_REQUESTS_PER_SECOND", "the rate of all calls to Systeme.io together")
	keyName := settings.Text("SYSTEME_API_KEY_PARAMETER", "the name of the secret that is the key of that API")
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.New()
	key := secret.New(ssm.NewFromConfig(aws.Config(awsclient.SSM)), keyName)
	aws.Open([]awsclient.Service{awsclient.DynamoDB, awsclient.STS}, key.Load)
	systeme.Key = key
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	systeme.Limiter = pace.New(db, registryTable, rate)
	lender := tenantrole.New(sts.NewFromConfig(aws.Config(awsclient.STS)), roleARN)
	leads := lead.NewStore(tenantdb.Lent(db, leadsTable, lead.SortKey, lender), time.Now)
	users := account.NewUsers(tenantdb.Lent(db, usersTable, "", lender))
	directory, err := contact.New(systeme, users, leads)
	if err != nil {
		return nil, err
	}
	return users.Guard(verifier, contact.Routes(verifier, directory)).ServeDashboards(settings, log), nil
}
