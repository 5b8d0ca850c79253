package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/localtest"
	"clientflow/infra/local/template"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/webhook"
)

const (
	secret = "s3cret"
	john   = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah  = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

	johnsPrefix  = "ib-johnjohn-"
	sarahsPrefix = "ib-sarahsar-"

	jane = "jane@acme.test"
)

// site is the function over tables of a test's own, where John and Sarah are IBs.
// It runs under the role that the template gives it.
type site struct {
	aws    *localtest.AWS
	calls  *calls
	routes httpapi.Routes
	leads  lead.Store
	logger *slog.Logger
	log    bytes.Buffer
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{aws: localtest.Start(tb), calls: &calls{}}
	keys := s.keys(tb)
	db := s.aws.ClientWith(&http.Client{Transport: s.calls}, keys.AccessKeyID, keys.SessionToken)
	s.logger = eventlog.New(&s.log, "test")
	s.routes = webhook.Routes(fixed(secret), webhook.NewRecorder(db, s.aws.RegistryTable, s.aws.LeadsTable), s.logger)
	s.leads = lead.NewStore(tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey), time.Now)
	for prefix, userID := range map[string]string{johnsPrefix: john, sarahsPrefix: sarah} {
		s.put(tb, s.aws.RegistryTable, map[string]string{"key": "PREFIX#" + prefix, "userId": userID})
	}
	return s
}

// keys returns credentials of the function's role.
func (s *site) keys(tb testing.TB) iam.Credentials {
	tb.Helper()
	described, err := template.Load("../../template.yaml", template.Options{Stack: "clientflow", AWSURL: s.aws.URL, APIURL: s.aws.URL})
	if err != nil {
		tb.Fatal(err)
	}
	for _, role := range described.Roles {
		if role.LogicalID == "SystemeWebhookFunctionRole" {
			return s.aws.Keys.Issue(iam.Principal{ARN: role.ARN, Policies: role.Policies}, time.Hour)
		}
	}
	tb.Fatal("the template has no role for the function")
	return iam.Credentials{}
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

func (s *site) of(tb testing.TB, userID string) lead.Leads {
	tb.Helper()
	leads, err := s.leads.Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	return leads
}

// capture makes a lead with the tag that every synced lead has, and returns its id.
func (s *site) capture(tb testing.TB, userID, prefix, address string) string {
	tb.Helper()
	id, _, err := s.of(tb, userID).Capture(context.Background(), lead.Submission{Email: address, Name: "Jane"}, lead.FromForm)
	if err == nil {
		err = s.of(tb, userID).RecordTag(context.Background(), id, prefix+"demo-request")
	}
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func (s *site) lead(tb testing.TB, userID, leadID string) lead.Lead {
	tb.Helper()
	l, err := s.of(tb, userID).Get(context.Background(), leadID)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// items returns all leads with every attribute, as text.
func (s *site) items(tb testing.TB) string {
	tb.Helper()
	out, err := s.aws.Client.Scan(context.Background(), &dynamodb.ScanInput{TableName: &s.aws.LeadsTable})
	if err != nil {
		tb.Fatal(err)
	}
	text, err := json.Marshal(out.Items)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// patch sets a lead's status as its IB does.
func (s *site) patch(tb testing.TB, userID, leadID string, status lead.Status) {
	tb.Helper()
	routes := lead.Routes(tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}, s.leads)
	r := &httpapi.Request{
		RouteKey:       "PATCH /leads/{leadId}",
		Headers:        map[string]string{"content-type": "application/json"},
		PathParameters: map[string]string{"leadId": leadID},
		EncodedBody:    `{"status":"` + string(status) + `"}`,
	}
	r.Context.Authorizer.JWT.Claims = map[string]string{
		"sub": userID, "iss": "iss", "client_id": "client", "token_use": "access",
		"exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10),
	}
	if response, err := routes["PATCH /leads/{leadId}"](context.Background(), r); err != nil || response.Status != 200 {
		tb.Fatalf("%+v, %v", response, err)
	}
}

func sign(key, body string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

// body is that of an event about Jane, flat as it was seen live.
func body(tag string) string { return bodyOf(jane, tag) }

func bodyOf(address, tag string) string {
	return fmt.Sprintf(`{"contact":{"id":501,"email":%[1]q,"fields":[{"fieldName":"First name","slug":"first_name","value":"Jane"}],`+
		`"tags":[{"id":7,"name":%[2]q},{"id":8,"name":"ib-canarycc-engaged"}]},"tag":{"id":7,"name":%[2]q}}`, address, tag)
}

// delivery makes a signed event; a zero time leaves its header out.
func delivery(event, body string, at time.Time) *httpapi.Request {
	r := &httpapi.Request{
		RouteKey:    "POST /webhooks/systeme",
		EncodedBody: body,
		Headers: map[string]string{
			"content-type": "application/json", "x-webhook-event": event, "x-webhook-signature": sign(secret, body),
		},
	}
	if !at.IsZero() {
		r.Headers["x-webhook-event-timestamp"] = at.Format(time.RFC3339)
	}
	r.Context.RequestID = "r1"
	return r
}

func added(tag string) *httpapi.Request { return delivery(systeme.TagAdded, body(tag), time.Time{}) }

func removed(tag string) *httpapi.Request {
	return delivery(systeme.TagRemoved, body(tag), time.Time{})
}

func (s *site) send(tb testing.TB, r *httpapi.Request) httpapi.Response {
	tb.Helper()
	response, err := s.routes.Serve(s.logger)(context.Background(), r)
	if err != nil {
		tb.Fatal(err)
	}
	return response
}

// take sends deliveries that must be taken.
func (s *site) take(tb testing.TB, deliveries ...*httpapi.Request) {
	tb.Helper()
	for _, r := range deliveries {
		if got := s.send(tb, r); got.Status != 204 || got.Body != "" {
			tb.Fatalf("%.300s: answered %d\n%s", r.EncodedBody, got.Status, &s.log)
		}
	}
}

// wantLead fails unless the lead has the status, and shows these of its workflows'
// tags beside demo-request.
func (s *site) wantLead(tb testing.TB, userID, leadID, prefix string, status lead.Status, names ...string) {
	tb.Helper()
	if complaint := s.complaint(tb, userID, leadID, prefix, status, names...); complaint != "" {
		tb.Error(complaint)
	}
}

// complaint is what wantLead would say; "" for nothing.
func (s *site) complaint(tb testing.TB, userID, leadID, prefix string, status lead.Status, names ...string) string {
	tb.Helper()
	got := s.lead(tb, userID, leadID)
	tags := []string{prefix + "demo-request"}
	for _, name := range names {
		tags = append(tags, prefix+name)
	}
	slices.Sort(tags)
	if got.Status == status && slices.Equal(got.TagsApplied, tags) {
		return ""
	}
	return fmt.Sprintf("lead is %s with %v, want %s with %v", got.Status, got.TagsApplied, status, tags)
}

// calls counts the calls of DynamoDB. When fail says so of an operation, it fails.
type calls struct {
	mu   sync.Mutex
	made []string
	fail func(operation string) bool
}

func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.mu.Lock()
	c.made = append(c.made, operation)
	fails := c.fail != nil && c.fail(operation)
	c.mu.Unlock()
	if fails {
		return &http.Response{
			StatusCode: 400, Request: r, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
			Body: io.NopCloser(strings.NewReader(`{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"not now"}`)),
		}, nil
	}
	return http.DefaultTransport.RoundTrip(r)
}

// take returns the operations since the last time.
func (c *calls) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := strings.Join(c.made, " ")
	c.made = nil
	return made
}

func (s *site) erase(tb testing.TB, userID, address string) {
	tb.Helper()
	_, err := s.aws.Client.DeleteItem(context.Background(), &dynamodb.DeleteItemInput{
		TableName: &s.aws.LeadsTable,
		Key: tenantdb.Item{
			"userId": &types.AttributeValueMemberS{Value: userID},
			"sk":     &types.AttributeValueMemberS{Value: "LEAD#" + lead.ID(mustTenant(tb, userID), address)},
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// served answers calls by a handler, without a network.
type served struct{ handler http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result(), nil
}
