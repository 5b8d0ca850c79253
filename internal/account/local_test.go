package account_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/infra/local/cognito"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/localtest"
	"clientflow/infra/local/sts"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
	"clientflow/internal/account"
	"clientflow/internal/account/identity"
	"clientflow/internal/account/profile"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

const (
	poolID   = "us-east-1_Test00000"
	clientID = "testclient"
	issuer   = "https://cognito-idp.us-east-1.amazonaws.com/" + poolID
	password = "Passw0rd-of-John"
)

// local is Cognito, STS and DynamoDB with the tables and the roles of the
// template, and the two functions over them.
type local struct {
	*localtest.AWS
	pool  *cognito.Service
	url   string
	roles map[string]template.Role // by logical id
}

func start(t *testing.T) *local {
	t.Helper()
	l := &local{AWS: localtest.Start(t), pool: cognito.New(time.Now), roles: map[string]template.Role{}}
	l.pool.AddPool(cognito.Pool{ID: poolID, Issuer: issuer, Password: cognito.PasswordPolicy{
		MinimumLength: 8, Lowercase: true, Uppercase: true, Digits: true, Signs: true}})
	err := l.pool.AddClient(cognito.Client{
		ID: clientID, Pool: poolID, GenerateSecret: true, HideUnknownUsers: true, Revocation: true,
		Flows: []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	})
	if err != nil {
		t.Fatal(err)
	}
	described, err := readRoles()
	if err != nil {
		t.Fatal(err)
	}
	roles := sts.New(l.Keys)
	for _, role := range described {
		l.roles[role.LogicalID] = role
		roles.AddRole(role.Name, role.Trust, role.Policies...)
	}
	mux := wire.NewMux(l.Keys, l.DB.Service(), l.pool.Service())
	roles.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// readRoles reads the template's roles, once for all tests. No test changes them.
var readRoles = sync.OnceValues(func() ([]template.Role, error) {
	described, err := template.Load("../../template.yaml", template.Options{
		Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test", IDs: map[string]string{"UserPool": poolID},
	})
	if err != nil {
		return nil, err
	}
	return described.Roles, nil
})

// as returns the configuration of a function that runs under a role of the
// template. Nothing is tried twice.
func (l *local) as(role string, client *http.Client) aws.Config {
	r := l.roles[role]
	arn := strings.Replace(strings.Replace(r.ARN, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1) + "/function"
	keys := l.Keys.Issue(iam.Principal{ARN: arn, Policies: r.Policies}, time.Hour)
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: &l.url,
		HTTPClient:   client,
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		Credentials:  credentials.NewStaticCredentialsProvider(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken),
	}
}

func (l *local) registrar(client *http.Client) *account.Registrar {
	return account.NewRegistrar(dynamodb.NewFromConfig(l.as("AccountFunctionRole", client)), l.UsersTable, l.RegistryTable)
}

// desk is the function account, whose calls go through client.
func (l *local) desk(client *http.Client) function {
	pool := identity.NewUserPool(l.as("AccountFunctionRole", client))
	return function{identity.NewDesk(pool, identity.Client{PoolID: poolID, ID: clientID}, l.registrar(client), 0, slog.New(slog.DiscardHandler)).Routes()}
}

// lentUsers is the table of records as the function dashboard reaches it.
func (l *local) lentUsers() tenantdb.Table {
	return tenantdb.Lent(dynamodb.NewFromConfig(l.as("TenantFunctionRole", http.DefaultClient)), l.UsersTable, "", l.lender())
}

// lender lends tenants' credentials as it does in a function that serves IBs.
func (l *local) lender() *tenantrole.Assumer {
	return tenantrole.New(awssts.NewFromConfig(l.as("TenantFunctionRole", http.DefaultClient)), l.roles["TenantRole"].ARN)
}

// dashboard is the function dashboard, as far as it shows the record.
func (l *local) dashboard() function {
	return function{profile.Routes(tenant.Verifier{Issuer: issuer, ClientID: clientID, Now: time.Now}, account.NewUsers(l.lentUsers()))}
}

// items returns all items of a table.
func (l *local) items(t *testing.T, table string) []tenantdb.Item {
	t.Helper()
	out, err := l.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	if out.LastEvaluatedKey != nil {
		t.Fatal("the table is too large for one page")
	}
	return out.Items
}

// registered returns the keys in the registry, and whose each is.
func (l *local) registered(t *testing.T) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for _, item := range l.items(t, l.RegistryTable) {
		keys[str(item, "key")] = str(item, "userId")
	}
	return keys
}

// wantIBs fails unless there are that many IBs, each with a prefix and a form key
// that are registered as its own, and nothing else is registered.
func (l *local) wantIBs(t *testing.T, count int) {
	t.Helper()
	records, registry := l.items(t, l.UsersTable), l.registered(t)
	if len(records) != count || len(registry) != 2*count {
		t.Errorf("%d records and %d registered keys, want %d and %d", len(records), len(registry), count, 2*count)
	}
	for _, record := range records {
		id := str(record, "userId")
		for _, key := range []string{"PREFIX#" + str(record, "systemeTagPrefix"), "FORM#" + str(record, "formKey")} {
			if registry[key] != id {
				t.Errorf("%s of %s is registered as that of %q", key, id, registry[key])
			}
		}
	}
}

func str(item tenantdb.Item, name string) string {
	value, ok := item[name].(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return value.Value
}

// function is a function's routes, called as API Gateway calls them.
type function struct {
	routes httpapi.Routes
}

// call sends a body to a route; claims are those of a signed-in caller, or nil.
func (f function) call(t *testing.T, route, body string, claims map[string]string) httpapi.Response {
	t.Helper()
	event := &httpapi.Request{RouteKey: route, Headers: map[string]string{"content-type": "application/json"}, EncodedBody: body}
	event.Context.DomainName = "api.example.com"
	event.Context.Authorizer.JWT.Claims = claims
	var log bytes.Buffer
	answer, err := f.routes.Serve(eventlog.New(&log, "test"))(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status >= 500 {
		t.Log(log.String())
	}
	return answer
}

// post sends a body to a public route.
func (f function) post(t *testing.T, path, body string) httpapi.Response {
	t.Helper()
	return f.call(t, "POST "+path, body, nil)
}

func claimsOf(userID string, groups ...string) map[string]string {
	return map[string]string{
		"sub": userID, "iss": issuer, "client_id": clientID, "token_use": "access",
		"exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10), "cognito:groups": "[" + strings.Join(groups, " ") + "]",
	}
}

func person(n int) account.Person {
	return account.Person{
		Subject: fmt.Sprintf("%08x-0000-4000-8000-000000000000", n),
		Email:   fmt.Sprintf("ib%d@acme.com", n),
		Name:    fmt.Sprintf("IB %d", n),
	}
}

// lastCode returns the code that was mailed last.
func (l *local) lastCode(t *testing.T, address string) string {
	t.Helper()
	mails := l.pool.Mail(address)
	if len(mails) == 0 {
		t.Fatalf("no mail to %s", address)
	}
	return mails[len(mails)-1].Code
}
