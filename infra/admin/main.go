// Command admin makes someone who has signed up an admin: a member of the group whose
// access tokens open the admin's routes.
//
//	go run ./infra/admin -stack clientflow-prod -email admin@example.com
//
// Credentials and region are taken from where the AWS CLI takes them; for make run, set
// AWS_ENDPOINT_URL=http://127.0.0.1:4566.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
	"clientflow/internal/tenant"
)

func main() { command.Main(realMain) }

// realMain finds the stack that the arguments name, and makes its admin.
func realMain(ctx context.Context, arguments []string, out io.Writer) error {
	set := flag.NewFlagSet("admin", flag.ContinueOnError)
	set.SetOutput(out)
	stack := deployment.StackFlag(set)
	email := set.String("email", "", "`address` of one who has signed up")
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	if *email == "" {
		return errors.New("nobody is named: give -email, or EMAIL=… to make")
	}
	found, err := deployment.Open(ctx, *stack)
	if err != nil {
		return err
	}
	if err := promote(ctx, found, *email); err != nil {
		return err
	}
	fmt.Fprintln(out, "That address is an admin's from its next sign-in on.")
	return nil
}

// promote puts a user who has proved the address into the group of admins.
func promote(ctx context.Context, d deployment.Deployment, email string) error {
	client, pool := cip.NewFromConfig(d.AWS), aws.String(d.Outputs["UserPoolId"])
	user, err := client.AdminGetUser(ctx, &cip.AdminGetUserInput{UserPoolId: pool, Username: &email})
	if _, unknown := errors.AsType[*types.UserNotFoundException](err); unknown {
		return fmt.Errorf("nobody has signed up with that address: do so first, at %s", d.Outputs["ApiUrl"])
	}
	if err != nil {
		return fmt.Errorf("look for the user: %w", err)
	}
	if user.UserStatus != types.UserStatusTypeConfirmed || !user.Enabled {
		return fmt.Errorf("that user is %s: the address must be confirmed, with the code that was mailed to it", user.UserStatus)
	}
	_, err = client.AdminAddUserToGroup(ctx, &cip.AdminAddUserToGroupInput{
		UserPoolId: pool, Username: &email, GroupName: aws.String(tenant.AdminGroup),
	})
	if err != nil {
		return fmt.Errorf("add the user to the group of admins: %w", err)
	}
	return nil
}
