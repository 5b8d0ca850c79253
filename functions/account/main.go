// Command account is the function that signs IBs up and in.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/account"
	"clientflow/internal/account/identity"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
)

func main() {
	log := eventlog.New(os.Stdout, "account")
	var settings env.Reader
	usersTable := settings.Text("USERS_TABLE", "the table of IBs")
	registryTable := settings.Text("REGISTRY_TABLE", "the table of what is unique among IBs")
	client := identity.Client{
		PoolID: settings.Text("USER_POOL_ID", "the user pool of IBs"),
		ID:     settings.Text("USER_POOL_CLIENT_ID", "the user pool client through which IBs sign in"),
	}
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}
	users := awsclient.Service{Variable: "COGNITO_IDENTITY_PROVIDER", Host: "cognito-idp"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables, users)
	registrar := account.NewRegistrar(dynamodb.NewFromConfig(awsclient.Config(http, tables)), usersTable, registryTable)
	pool := cognitoidentityprovider.NewFromConfig(awsclient.Config(http, users))
	lambda.Start(identity.NewDesk(pool, client, registrar, identity.AnswerStep).Routes().Serve(log))
}
