package contact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/localtest"
	"clientflow/infra/local/sts"
	simulator "clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
	"clientflow/internal/account"
	"clientflow/internal/contact"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/pace"
	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantrole"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

	johnsPrefix  = "ib-johnjohn-"
	sarahsPrefix = "ib-sarahsar-"

	// fast is a rate at which no test waits.
	fast = 100_000
)

// site is the function over tables of a test's own, where John and Sarah are IBs,
// and over a Systeme.io account. It runs under the roles that the template gives it.
type site struct {
	aws     *localtest.AWS
	systeme *simulator.Simulator
	// owner is a client of the account that keeps to no rate.
	owner  *systeme.Client
	url    string
	users  account.Users
	leads  lead.Store
	mine   lead.Store // the same with every right
	own    *dynamodb.Client
	routes httpapi.Routes
	log    bytes.Buffer
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{
		aws:     localtest.Start(tb),
		systeme: simulator.New(simulator.Options{WorkflowsOff: true, RateLimit: fast}),
	}
	tb.Cleanup(s.systeme.Close)
	server := httptest.NewServer(s.systeme.Handler())
	tb.Cleanup(server.Close)
	s.url = server.URL
	var err error
	if s.owner, err = systeme.New(systeme.Config{BaseURL: s.url, Key: systeme.Fixed("local"), HTTP: server.Client()}); err != nil {
		tb.Fatal(err)
	}
	s.openTables(tb)
	s.serve(tb, contact.Account{URL: s.url, Key: systeme.Fixed("local"), Limiter: s.limiter(fast)})
	for userID, prefix := range map[string]string{john: johnsPrefix, sarah: sarahsPrefix} {
		s.put(tb, s.aws.UsersTable, map[string]string{"userId": userID, "systemeTagPrefix": prefix})
	}
	return s
}

// serve makes the function, which reaches Systeme.io as a says.
func (s *site) serve(tb testing.TB, a contact.Account) {
	tb.Helper()
	directory, err := contact.New(a, s.users, s.leads)
	if err != nil {
		tb.Fatal(err)
	}
	s.routes = contact.Routes(tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}, directory)
}

// limiter returns one for the function, which keeps the rate with its own role.
func (s *site) limiter(perSecond float64) systeme.Limiter {
	return pace.New(s.own, s.aws.RegistryTable, perSecond)
}

// openTables opens the tables as the function does: under its role, which reaches
// what is an IB's by the tenant role alone.
func (s *site) openTables(tb testing.TB) {
	tb.Helper()
	described, err := template.Load("../../template.yaml", template.Options{Stack: "clientflow", AWSURL: s.aws.URL, APIURL: s.aws.URL})
	if err != nil {
		tb.Fatal(err)
	}
	roles, mux := sts.New(s.aws.Keys), wire.NewMux(s.aws.Keys, s.aws.DB.Service())
	byID := map[string]template.Role{}
	for _, role := range described.Roles {
		byID[role.LogicalID] = role
		roles.AddRole(role.Name, role.Trust, role.Policies...)
	}
	roles.Register(mux)
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)

	own := byID["ContactsFunctionRole"]
	arn := strings.Replace(strings.Replace(own.ARN, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1) + "/function"
	keys := s.aws.Keys.Issue(iam.Principal{ARN: arn, Policies: own.Policies}, time.Hour)
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken),
	}
	lender := tenantrole.New(awssts.NewFromConfig(config), byID["TenantRole"].ARN)
	db := dynamodb.NewFromConfig(config)
	s.own = db
	s.users = account.NewUsers(tenantdb.Lent(db, s.aws.UsersTable, "", lender))
	s.leads = lead.NewStore(tenantdb.Lent(db, s.aws.LeadsTable, lead.SortKey, lender), time.Now)
	s.mine = lead.NewStore(tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey), time.Now)
}

func (s *site) put(tb testing.TB, table string, attributes map[string]string) {
	tb.Helper()
	item := tenantdb.Item{}
	for name, value := range attributes {
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	if _, err := s.aws.Client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		tb.Fatal(err)
	}
}

func mustTenant(tb testing.TB, userID string) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// capture makes a lead and returns its id.
func (s *site) capture(tb testing.TB, userID, address string) string {
	tb.Helper()
	leads, err := s.mine.Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	id, _, err := leads.Capture(context.Background(), lead.Submission{Email: address, Name: "Jane"}, lead.FromForm)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// contact makes a contact with these tags and returns its id. Its name is a word that
// no IB may be shown.
func (s *site) contact(tb testing.TB, address string, tags ...string) int64 {
	tb.Helper()
	made, err := s.owner.CreateContact(context.Background(), systeme.NewContact{Email: address, Fields: []systeme.Field{
		{Slug: systeme.FirstName, Value: "Canary"}, {Slug: systeme.PhoneNumber, Value: "+15551234567"},
	}})
	if err != nil {
		tb.Fatal(err)
	}
	for _, tag := range tags {
		s.systeme.Tag(made.ID, tag)
	}
	return made.ID
}

// request makes the event of a signed-in IB.
func request(userID, query string) *httpapi.Request {
	r := &httpapi.Request{RouteKey: "GET /contacts", RawQuery: query}
	r.Context.Authorizer.JWT.Claims = map[string]string{
		"sub": userID, "iss": "iss", "client_id": "client", "token_use": "access",
		"exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10),
	}
	return r
}

func (s *site) get(tb testing.TB, userID, query string) httpapi.Response {
	tb.Helper()
	response, err := s.routes.Serve(eventlog.New(&s.log, "test"))(context.Background(), request(userID, query))
	if err != nil {
		tb.Fatal(err)
	}
	return response
}

// listed is the answer of GET /contacts.
type listed struct {
	Contacts []struct {
		Email  string
		Tags   []string
		LeadID *string
	}
	NextCursor *string
}

func (l listed) addresses() []string {
	var all []string
	for _, c := range l.Contacts {
		all = append(all, c.Email)
	}
	return all
}

// list gets a page that must be there.
func (s *site) list(tb testing.TB, userID, query string) listed {
	tb.Helper()
	response := s.get(tb, userID, query)
	if response.Status != 200 {
		tb.Fatalf("answered %d %s\n%s", response.Status, response.Body, &s.log)
	}
	var l listed
	if err := json.Unmarshal([]byte(response.Body), &l); err != nil {
		tb.Fatal(err)
	}
	return l
}

// calls are the calls of Systeme.io behind the first from, as "GET /api/tags 200".
func (s *site) calls(from int) []string {
	var made []string
	for _, r := range s.systeme.Requests()[from:] {
		made = append(made, fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status))
	}
	return made
}

// wantCalls fails unless these calls were made behind the first from.
func (s *site) wantCalls(tb testing.TB, from int, want ...string) {
	tb.Helper()
	if got := s.calls(from); !slices.Equal(got, want) {
		tb.Errorf("calls %q, want %q", got, want)
	}
}

// answering makes the function call an account that answers as given.
func (s *site) answering(tb testing.TB, answer http.HandlerFunc) {
	tb.Helper()
	server := httptest.NewServer(answer)
	tb.Cleanup(server.Close)
	s.serve(tb, contact.Account{URL: server.URL, Key: systeme.Fixed("local"), Limiter: s.limiter(fast)})
}
