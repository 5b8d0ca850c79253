package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/stack"
	"clientflow/infra/local/template"
)

// eventsFolder holds one file for each way in which a function is invoked. It is
// named after the function's folder and what the event is.
const eventsFolder = "../../events"

// outcomes are what each file's function answers: the status of an HTTP answer,
// or "done" for a batch without failures. They are given to their functions in
// this order, so that a lead is captured before it is read.
var outcomes = []struct{ file, want string }{
	{"admin-ibs", "200"},
	{"admin-ib", "200"},
	{"admin-workflows", "200"},
	{"admin-configure-workflows", "204"},
	{"admin-disable", "204"},
	{"admin-sync", "200"},
	{"admin-redrive", "202"},
	{"account-signup", "201"},
	{"account-confirm", "422"},
	{"account-resend", "202"},
	{"account-login", "200"},
	{"account-refresh", "401"},
	{"account-logout", "204"},
	{"account-forgot-password", "202"},
	{"account-reset-password", "422"},
	{"account-change-password", "401"}, // as of a token that was revoked
	{"account-revoke-sessions", "401"},
	{"capture-lead-form", "200"},
	{"capture-lead-form-preflight", "204"},
	{"capture-lead-json", "201"},
	{"capture-lead-html-form", "303"},
	{"capture-lead-preflight", "204"},
	{"contacts-list", "200"},
	{"dashboard-me", "200"},
	{"dashboard-change-me", "200"},
	{"dashboard-stats", "200"},
	{"dashboard-audit", "200"},
	{"health", "200"},
	{"health-preflight", "404"}, // as without DashboardOrigins
	{"pages-start", "200"},
	{"pages-app", "200"},
	{"pages-in-app", "200"},
	{"pages-admin", "200"},
	{"pages-docs", "200"},
	{"pages-document", "200"},
	{"pages-asset", "200"},
	{"pages-code", "200"},
	{"leads-list", "200"},
	{"leads-add", "201"},
	{"leads-get", "200"},
	{"leads-change", "200"},
	{"leads-resync", "202"},
	{"leads-export", "200"},
	{"leads-erasures", "200"},
	{"publish-ibs", "done"},
	{"publish-leads-insert", "done"},
	{"publish-leads-modify", "done"},
	{"publish-leads-remove", "done"},
	{"publish-leads-erase", "done"},
	{"reconcile", "done"},
	{"sync-tags-lead", "done"},
	{"sync-tags-tag-set", "done"},
	{"systeme-webhook", "204"},
	{"leads-erase", "204"},
}

// The IB to whom the events belong.
const (
	eventUser    = "0d2f6a1e-6a51-4c7e-9b7d-3f1c5f6a8b10"
	eventFormKey = "q7w2e9r4t6y1u8i3o5p0"
)

// eventAdmin is the admin who sends the others.
const eventAdmin = "7b1f9c52-0e83-4d1a-a6c4-52d90be1f377"

func TestEventsAreAnswered(t *testing.T) {
	t.Parallel()
	s, err := stack.Start(t.Context(), stack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	makeEventUser(t, s)
	for _, outcome := range outcomes {
		document, err := os.ReadFile(filepath.Join(eventsFolder, outcome.file+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		// The events are those of the usual address.
		event := strings.ReplaceAll(string(document), "http://127.0.0.1:4566", s.AWS)
		f, ok := functionOf(s.Template, outcome.file)
		if !ok {
			t.Errorf("%s is the event of no function", outcome.file)
			continue
		}
		function, _ := s.Function(f.LogicalID)
		result, err := function.Invoke(t.Context(), []byte(event))
		if err != nil || result.FunctionError != "" {
			t.Errorf("%s: %s %s, %v", outcome.file, result.FunctionError, result.Payload, err)
			continue
		}
		if got := outcomeOf(result.Payload); got != outcome.want {
			t.Errorf("%s: %s, want %s: %s", outcome.file, got, outcome.want, result.Payload)
		}
	}
}

func outcomeOf(payload []byte) string {
	var answer struct {
		StatusCode int
		Failures   []any `json:"batchItemFailures"`
	}
	switch err := json.Unmarshal(payload, &answer); {
	case err != nil:
		return err.Error()
	case answer.StatusCode != 0:
		return fmt.Sprint(answer.StatusCode)
	case len(answer.Failures) > 0:
		return "failed"
	default:
		return "done"
	}
}

// functionOf finds the function whose folder begins the name of a file.
func functionOf(parsed *template.Template, file string) (template.Function, bool) {
	for _, f := range parsed.Functions {
		if rest, ok := strings.CutPrefix(file, f.Folder); ok && (rest == "" || rest[0] == '-') {
			return f, true
		}
	}
	return template.Function{}, false
}

// makeEventUser makes what the events suppose: an admin's record, an IB with a form,
// and the demo login john@.
func makeEventUser(t *testing.T, s *stack.Stack) {
	t.Helper()
	put := func(table string, item map[string]string) {
		values := map[string]any{}
		for name, text := range item {
			values[name] = map[string]string{"S": text}
		}
		ask(t, s, "DynamoDB_20120810.PutItem", map[string]any{"TableName": stack.Name + "-" + table, "Item": values})
	}
	put("UsersTable", map[string]string{
		"userId": eventUser, "email": "john@demo.clientflow.test", "name": "John Carter", "systemeTagPrefix": "ib-x7k2m4p9-",
		"formKey": eventFormKey, "timeZone": "UTC", "createdAt": "2026-03-12T19:00:00.000Z",
	})
	put("UsersTable", map[string]string{
		"userId": eventAdmin, "email": "admin@demo.clientflow.test", "name": "Alex Admin", "createdAt": "2026-03-12T19:00:00.000Z",
	})
	put("RegistryTable", map[string]string{"key": "FORM#" + eventFormKey, "userId": eventUser})
	pool, john := s.Template.Pools[0].ID, "john@demo.clientflow.test"
	ask(t, s, "AWSCognitoIdentityProviderService.AdminCreateUser", map[string]any{
		"UserPoolId": pool, "Username": john, "MessageAction": "SUPPRESS",
		"UserAttributes": []map[string]any{{"Name": "name", "Value": "John Carter"}},
	})
	ask(t, s, "AWSCognitoIdentityProviderService.AdminSetUserPassword", map[string]any{
		"UserPoolId": pool, "Username": john, "Password": "Demo-1234!", "Permanent": true,
	})
}

// ask calls an operation of the local AWS as the account's root.
func ask(t *testing.T, s *stack.Stack, target string, document any) {
	t.Helper()
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.AWS, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/any/aws4_request, SignedHeaders=host, Signature=0")
	do(t, request, 200)
}

// TestEveryWayInHasItsEvent fails on a route, a queue, a kind of change or a
// schedule without an event, and on a file that nobody expects.
func TestEveryWayInHasItsEvent(t *testing.T) {
	t.Parallel()
	parsed, err := template.Load("../../template.yaml", template.Options{Stack: stack.Name})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(eventsFolder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no events: %v", err)
	}
	found := map[string]bool{}
	for _, path := range files {
		name, isJSON := strings.CutSuffix(filepath.Base(path), ".json")
		if !isJSON || !slices.ContainsFunc(outcomes, func(o struct{ file, want string }) bool { return o.file == name }) {
			t.Errorf("nobody expects %s", path)
			continue
		}
		f, _ := functionOf(parsed, name)
		for _, way := range waysIn(t, path) {
			found[f.LogicalID+": "+way] = true
		}
	}
	for _, f := range parsed.Functions {
		for _, way := range waysOf(f) {
			if !found[f.LogicalID+": "+way] {
				t.Errorf("%s has no event for %s", f.LogicalID, way)
			}
		}
	}
}

// waysIn tells how a file's event comes to its function.
func waysIn(t *testing.T, path string) []string {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var event struct {
		RouteKey string
		Records  []struct{ EventSource, EventSourceARN, EventName string }
		Source   string
	}
	if err := json.Unmarshal(document, &event); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	ways := []string{event.RouteKey, event.Source}
	for _, r := range event.Records {
		ways = append(ways, strings.TrimSpace(r.EventSourceARN+" "+r.EventName))
		table, _, _ := strings.Cut(r.EventSourceARN, "/stream/")
		ways = append(ways, table+"/stream/* "+r.EventName)
	}
	return ways
}

func waysOf(f template.Function) []string {
	var ways []string
	for _, route := range f.Routes {
		ways = append(ways, route.Key())
	}
	for _, event := range f.Queues {
		ways = append(ways, event.Queue)
	}
	for _, event := range f.Streams {
		for _, kind := range []string{"INSERT", "MODIFY", "REMOVE"} {
			ways = append(ways, event.Stream+" "+kind)
		}
	}
	if len(f.Schedules) > 0 {
		ways = append(ways, "aws.events") // what a schedule's events name as their source
	}
	return ways
}
