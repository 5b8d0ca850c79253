package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/infra/deployment"
	"clientflow/infra/local/cognito"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

const email = "admin@ib.test"

// mustPool starts a user pool with the group, and returns it as a deployment.
func mustPool(t *testing.T) (deployment.Deployment, *cip.Client) {
	t.Helper()
	pools := cognito.New(time.Now)
	pools.AddPool(cognito.Pool{ID: "pool", Name: "pool", Issuer: "http://pool.test", Password: cognito.PasswordPolicy{MinimumLength: 8}})
	err := pools.AddClient(cognito.Client{ID: "client", Name: "client", Pool: "pool", Flows: []string{"ALLOW_USER_PASSWORD_AUTH"}})
	if err == nil {
		err = pools.AddGroup("pool", "admins", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(wire.NewMux(iam.NewKeys(time.Now, nil), pools.Service()))
	t.Cleanup(server.Close)
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	}
	return deployment.Deployment{AWS: config, Outputs: map[string]string{"UserPoolId": "pool", "ApiUrl": "https://api.test"}}, cip.NewFromConfig(config)
}

func TestAnAdminIsOneWhoHasProvedTheAddress(t *testing.T) {
	t.Parallel()
	d, client := mustPool(t)
	if err := promote(t.Context(), d, email); err == nil || !strings.Contains(err.Error(), "https://api.test") {
		t.Errorf("nobody: %v", err)
	}
	if _, err := client.SignUp(t.Context(), &cip.SignUpInput{ClientId: aws.String("client"), Username: aws.String(email), Password: aws.String("canary-password")}); err != nil {
		t.Fatal(err)
	}
	if err := promote(t.Context(), d, email); err == nil || !strings.Contains(err.Error(), "UNCONFIRMED") {
		t.Errorf("not confirmed: %v", err)
	}
	if _, err := client.AdminConfirmSignUp(t.Context(), &cip.AdminConfirmSignUpInput{UserPoolId: aws.String("pool"), Username: aws.String(email)}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again does no harm
		if err := promote(t.Context(), d, email); err != nil {
			t.Fatal(err)
		}
	}
	members, err := client.ListUsersInGroup(t.Context(), &cip.ListUsersInGroupInput{UserPoolId: aws.String("pool"), GroupName: aws.String("admins")})
	if err != nil || len(members.Users) != 1 {
		t.Errorf("members %v, %v", members, err)
	}
}

func TestWhatItNeeds(t *testing.T) {
	t.Parallel()
	if err := realMain(t.Context(), nil, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "EMAIL=") {
		t.Errorf("error %v", err)
	}
}
