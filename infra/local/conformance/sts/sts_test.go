// Package sts_test checks the local Security Token Service through the client
// that the product uses. Engines that others wrote do not check trust policies,
// so this suite runs against the local one alone.
package sts_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"clientflow/infra/local/iam"
	local "clientflow/infra/local/sts"
	"clientflow/infra/local/wire"
)

type endpoint struct {
	url     string
	keys    *iam.Keys
	roleARN string
}

// start serves a role that the function role Leads may assume with a tag.
func start(t *testing.T) endpoint {
	t.Helper()
	trust, err := iam.ParseTrust(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["sts:AssumeRole","sts:TagSession"],
		"Principal":{"AWS":"arn:aws:iam::000000000000:role/Leads"},
		"Condition":{"StringLike":{"aws:RequestTag/userId":"?*"}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	keys := iam.NewKeys(time.Now, nil)
	mux, service := wire.NewMux(keys), local.New(keys)
	service.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return endpoint{url: server.URL, keys: keys, roleARN: service.AddRole("Tenant", trust)}
}

// as returns a client that signs with the keys of a role.
func (e endpoint) as(t *testing.T, role string) *sts.Client {
	t.Helper()
	policy, err := iam.ParsePolicy(`{"Statement":{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"` + e.roleARN + `"}}`)
	if err != nil {
		t.Fatal(err)
	}
	issued := e.keys.Issue(iam.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/" + role + "/run", Policies: []iam.Policy{policy}}, time.Hour)
	return e.client(credentials.NewStaticCredentialsProvider(issued.AccessKeyID, issued.SecretAccessKey, issued.SessionToken))
}

func (e endpoint) client(provider aws.CredentialsProvider) *sts.Client {
	return sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: aws.String(e.url), Credentials: provider})
}

func withTag(value string) func(*stscreds.AssumeRoleOptions) {
	return func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = value
		o.Duration = 15 * time.Minute
		o.Tags = []ststypes.Tag{{Key: aws.String("userId"), Value: aws.String(value)}}
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("error %v, want code %s", err, code)
	}
}

func TestAssumedRoleIsItself(t *testing.T) {
	t.Parallel()
	e := start(t)
	provider := stscreds.NewAssumeRoleProvider(e.as(t, "Leads"), e.roleARN, withTag("john"))
	got, err := provider.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(got.Expires); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("expires in %v, want 15 minutes", left)
	}
	who, err := e.client(provider).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:sts::000000000000:assumed-role/Tenant/john"; aws.ToString(who.Arn) != want {
		t.Errorf("caller %s, want %s", aws.ToString(who.Arn), want)
	}
	p, err := e.keys.Principal(got.AccessKeyID, got.SessionToken)
	if err != nil || p.Tags["userId"] != "john" {
		t.Errorf("session tags %v, error %v", p.Tags, err)
	}
}

func TestUntrustedCallerIsDenied(t *testing.T) {
	t.Parallel()
	e := start(t)
	_, err := stscreds.NewAssumeRoleProvider(e.as(t, "Capture"), e.roleARN, withTag("john")).Retrieve(t.Context())
	wantCode(t, err, "AccessDenied")
}

func TestSessionWithoutTagIsDenied(t *testing.T) {
	t.Parallel()
	e := start(t)
	_, err := stscreds.NewAssumeRoleProvider(e.as(t, "Leads"), e.roleARN).Retrieve(t.Context())
	wantCode(t, err, "AccessDenied")
}

func TestAssumedRoleCannotAssumeItsNeighbour(t *testing.T) {
	t.Parallel()
	e := start(t)
	john := stscreds.NewAssumeRoleProvider(e.as(t, "Leads"), e.roleARN, withTag("john"))
	_, err := stscreds.NewAssumeRoleProvider(e.client(john), e.roleARN, withTag("sarah")).Retrieve(t.Context())
	wantCode(t, err, "AccessDenied")
}

func TestWrongSessionToken(t *testing.T) {
	t.Parallel()
	e := start(t)
	issued := e.keys.Issue(iam.Principal{ARN: "x"}, time.Hour)
	stolen := credentials.NewStaticCredentialsProvider(issued.AccessKeyID, issued.SecretAccessKey, "another")
	_, err := e.client(stolen).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	wantCode(t, err, "InvalidClientTokenId")
}

func TestExpiredCredentials(t *testing.T) {
	t.Parallel()
	e := start(t)
	issued := e.keys.Issue(iam.Principal{ARN: "x"}, -time.Second)
	late := credentials.NewStaticCredentialsProvider(issued.AccessKeyID, issued.SecretAccessKey, issued.SessionToken)
	_, err := e.client(late).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	wantCode(t, err, "ExpiredToken")
}

func TestUnknownOperationIsNamed(t *testing.T) {
	t.Parallel()
	e := start(t)
	_, err := e.as(t, "Leads").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	wantCode(t, err, "UnknownOperationException")
}
