// Command account is the function that signs IBs up and in, and changes how they do.
package main

import (
	"log/slog"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/account"
	"clientflow/internal/account/identity"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func main() { function.Start("account", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	registryTable := settings.Text("REGISTRY_TABLE", "the table of what is unique among IBs")
	client := identity.ReadClient(settings)
	verifier := tenant.ReadVerifier(settings)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB, awsclient.Cognito)
	db := dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB))
	pool := identity.NewUserPool(aws.Config(awsclient.Cognito))
	desk := identity.NewDesk(pool, client, account.NewRegistrar(db, usersTable, registryTable), identity.AnswerStep, log)
	users := account.NewUsers(tenantdb.Owned(db, usersTable, ""))
	routes := desk.Routes()
	maps.Copy(routes, users.Guard(verifier, desk.OwnRoutes(verifier)))
	return routes.ServeDashboards(settings, log), nil
}
