package admin_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/localtest"
	localsqs "clientflow/infra/local/sqs"
	localssm "clientflow/infra/local/ssm"
	"clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
	"clientflow/internal/admin"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/secret"
	systemeio "clientflow/internal/systeme"
	"clientflow/internal/tenantdb"
)

// world is the function under its own role, with the environment, tables and queues
// of the template, and Systeme.io.
type world struct {
	*localtest.AWS
	template  *template.Template
	function  template.Function
	simulator *systeme.Simulator
	// ahead is by how much the queues' clock is ahead.
	ahead  *atomic.Int64
	queue  *sqs.Client // root's
	routes httpapi.Routes
	log    *bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{ahead: &atomic.Int64{}, log: &bytes.Buffer{}, simulator: systeme.New(systeme.Options{})}
	t.Cleanup(w.simulator.Close)
	account := httptest.NewServer(w.simulator.Handler())
	t.Cleanup(account.Close)
	secrets := localssm.New(time.Now)
	queues := localsqs.New(func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) })
	w.AWS = localtest.Start(t, queues.Service(), secrets.Service())
	var err error
	w.template, err = template.Load("../../template.yaml", template.Options{
		Stack: "clientflow", AWSURL: w.URL, APIURL: "https://api.example.com",
		Parameters: map[string]string{"SystemeApiUrl": account.URL, "SystemeRequestsPerSecond": "1000"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.function, _ = w.template.Function("AdminFunction")
	for _, queue := range w.template.Queues {
		if _, err := queues.AddQueue(queue.Name, queue.Attributes); err != nil {
			t.Fatal(err)
		}
	}
	w.queue = w.sqs("root", "")
	w.putKey(t, "local")
	w.put(t, w.UsersTable, tenantdb.Item{"userId": text(theAdmin)})
	w.routes = w.mustRoutes(t, nil, nil)
	return w
}

// putKey puts the account's key where the function reads it.
func (w *world) putKey(t *testing.T, key string) {
	t.Helper()
	name := w.function.Environment["SYSTEME_API_KEY_PARAMETER"]
	_, err := w.ssm("root", "").PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &key, Type: ssmtypes.ParameterTypeSecureString})
	if err != nil {
		t.Fatal(err)
	}
}

// mustRoutes returns the function's routes, with an environment and a key that may be
// others.
func (w *world) mustRoutes(t *testing.T, change map[string]string, key systemeio.Key) httpapi.Routes {
	t.Helper()
	settings, err := admin.ReadSettings(&env.Reader{Lookup: func(name string) (string, bool) {
		if value, changed := change[name]; changed {
			return value, true
		}
		value, ok := w.function.Environment[name]
		return value, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	db, queue, store := w.clients(t)
	if key == nil {
		key = secret.New(store, settings.SystemeKey)
	}
	routes, err := admin.Routes(settings, key, db, queue)
	if err != nil {
		t.Fatal(err)
	}
	return routes
}

// clients are those of the function's role.
func (w *world) clients(t *testing.T) (*dynamodb.Client, *sqs.Client, *ssm.Client) {
	t.Helper()
	for _, role := range w.template.Roles {
		if role.ARN == w.function.Role {
			keys := w.Keys.Issue(iam.Principal{ARN: role.ARN, Policies: role.Policies}, time.Hour)
			id, token := keys.AccessKeyID, keys.SessionToken
			return w.ClientWith(http.DefaultClient, id, token), w.sqs(id, token), w.ssm(id, token)
		}
	}
	t.Fatal("the function has no role")
	return nil, nil, nil
}

func (w *world) sqs(accessKeyID, sessionToken string) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &w.URL,
		Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, "secret", sessionToken),
	})
}

func (w *world) ssm(accessKeyID, sessionToken string) *ssm.Client {
	return ssm.New(ssm.Options{
		Region: "us-east-1", BaseEndpoint: &w.URL,
		Credentials: credentials.NewStaticCredentialsProvider(accessKeyID, "secret", sessionToken),
	})
}

// claims are those of a member of groups, as the gateway passes them on.
func (w *world) claims(groups string) map[string]string {
	return map[string]string{
		"sub": theAdmin, "iss": w.function.Environment["TOKEN_ISSUER"], "client_id": w.function.Environment["USER_POOL_CLIENT_ID"],
		"token_use": "access", "exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10), "cognito:groups": groups,
	}
}

// event is a request of an admin's; one of the route's parameters may be in it.
func (w *world) event(route, userID, query, body string) *httpapi.Request {
	r := &httpapi.Request{RouteKey: route, RawQuery: query, EncodedBody: body,
		Headers: map[string]string{"content-type": "application/json"}, PathParameters: map[string]string{"userId": userID}}
	r.Context.DomainName = "api.example.com"
	r.Context.Authorizer.JWT.Claims = w.claims("[admins]")
	return r
}

func (w *world) serve(t *testing.T, routes httpapi.Routes, r *httpapi.Request) httpapi.Response {
	t.Helper()
	answer, err := routes.Serve(eventlog.New(w.log, "admin"))(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// ask serves an admin and fails unless the answer has the status.
func (w *world) ask(t *testing.T, status int, route, userID, query, body string) httpapi.Response {
	t.Helper()
	answer := w.serve(t, w.routes, w.event(route, userID, query, body))
	if answer.Status != status {
		t.Fatalf("%s of %s?%s %s: %d %s, want %d\n%s", route, userID, query, body, answer.Status, answer.Body, status, w.log)
	}
	return answer
}

func decode[T any](t *testing.T, answer httpapi.Response) T {
	t.Helper()
	var document T
	if err := json.Unmarshal([]byte(answer.Body), &document); err != nil {
		t.Fatalf("%q: %v", answer.Body, err)
	}
	return document
}

// theAdmin is the userId of the caller, whose record is in no directory.
const theAdmin = "ad111111-0000-4000-8000-000000000000"

// nth returns the nth of as many userIds as one likes.
func nth(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func (w *world) put(t *testing.T, table string, item tenantdb.Item) {
	t.Helper()
	if _, err := w.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		t.Fatal(err)
	}
}

// addIB makes the nth IB, with that many leads.
func (w *world) addIB(t *testing.T, n, leads int) {
	t.Helper()
	w.put(t, w.UsersTable, tenantdb.Item{
		"userId": text(nth(n)), "email": text(fmt.Sprintf("ib%d@acme.test", n)), "name": text(fmt.Sprintf("IB %d", n)),
		"systemeTagPrefix": text(fmt.Sprintf("ib-%08d-", n)), "formKey": text(fmt.Sprintf("form%016d", n)),
		"listedAs": text("ib"), "createdAt": text(fmt.Sprintf("2026-05-04T%02d:%02d:00.000Z", 12+n/60, n%60)),
	})
	if leads > 0 {
		w.put(t, w.LeadsTable, tenantdb.Item{
			"userId": text(nth(n)), "sk": text("STATS#TOTAL"), "lastSequence": text("1"),
			"byStatus": &types.AttributeValueMemberM{Value: tenantdb.Item{
				"new":       &types.AttributeValueMemberN{Value: strconv.Itoa(leads - 1)},
				"converted": &types.AttributeValueMemberN{Value: "1"},
			}},
		})
	}
}

// url returns a queue of the template.
func (w *world) url(logicalID string) *string {
	for _, queue := range w.template.Queues {
		if queue.LogicalID == logicalID {
			return aws.String(queue.URL)
		}
	}
	return nil
}

// routesOf lists the function's routes as the template has them.
func (w *world) routesOf(t *testing.T) []string {
	t.Helper()
	var routes []string
	for _, route := range w.function.Routes {
		routes = append(routes, route.Key())
	}
	if len(routes) == 0 || !strings.Contains(routes[0], "/admin/") {
		t.Fatalf("the function has the routes %v", routes)
	}
	return routes
}
