package stack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"clientflow/infra/local/stack"
)

// TestMain builds the functions once, before many tests want them at a time.
func TestMain(m *testing.M) {
	first, err := stack.Start(context.Background(), options())
	if err == nil {
		err = first.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// options start the stack of testdata.
func options() stack.Options {
	return stack.Options{Template: "infra/local/stack/testdata/template.yaml", Functions: "infra/local/stack/testdata/functions"}
}

func mustStart(t *testing.T, o stack.Options) *stack.Stack {
	t.Helper()
	s, err := stack.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// send makes a request and returns the status and the body.
func send(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "text/plain")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// TestEventsReachTheirFunction follows an item from a route through the table,
// its stream and the queue.
func TestEventsReachTheirFunction(t *testing.T) {
	t.Parallel()
	notified := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { notified <- r.URL.Path }))
	defer server.Close()
	var parts []string
	o := options()
	o.Parameters = map[string]string{"NotifyUrl": server.URL}
	o.Started = func(p stack.Part) { parts = append(parts, p.Name+": "+p.Detail) }
	s := mustStart(t, o)

	if status, body := send(t, "POST", s.API+"/work", "k1"); status != 201 {
		t.Fatalf("got %d %s", status, body)
	}
	select {
	case path := <-notified:
		if path != "/k1" {
			t.Errorf("notified of %s", path)
		}
	case <-time.After(time.Minute):
		t.Error("the item never came through")
	}
	for _, want := range []string{"Functions: 1 function, built in ", "DynamoDB: 1 table", "SQS: 2 queues", "Cognito: 1 user pool", "Event sources: 3 event sources", "API: " + s.API, "AWS endpoint: " + s.AWS, "Systeme.io simulator: " + s.Systeme} {
		if !strings.Contains(strings.Join(parts, "\n"), want) {
			t.Errorf("it does not tell of %q: %q", want, parts)
		}
	}
	if got := s.Template.Outputs["Systeme"]; got != s.Systeme {
		t.Errorf("SystemeApiUrl is %q, want %q", got, s.Systeme)
	}
}

func TestAFunctionHasItsRoleOnly(t *testing.T) {
	t.Parallel()
	s := mustStart(t, options())
	if status, body := send(t, "GET", s.API+"/scan", ""); status != 200 || body != `"AccessDeniedException"` {
		t.Errorf("got %d %s", status, body)
	}
	if status, body := send(t, "GET", s.API+"/guarded", ""); status != 401 || body != `{"message":"Unauthorized"}` {
		t.Errorf("without a token: %d %s", status, body)
	}
}

// The batch of a change that fails goes to the destination of failures.
func TestWhatTheFunctionFailsIsReported(t *testing.T) {
	t.Parallel()
	s := mustStart(t, options())
	queue, ok := s.Queue("Queue")
	dead, alsoOK := s.Queue("Dead")
	if !ok || !alsoOK {
		t.Fatal("there is no such queue")
	}
	deleteQueue := fmt.Sprintf(`{"QueueUrl":%q}`, queue.URL(strings.TrimPrefix(s.AWS, "http://")))
	askAWS(t, s, "AmazonSQS.DeleteQueue", deleteQueue)
	send(t, "POST", s.API+"/work", "k1")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	messages, err := dead.Receive(ctx, 1, time.Minute)
	if err != nil || len(messages) != 1 || !strings.Contains(messages[0].Body, `"condition":"RetryAttemptsExhausted"`) {
		t.Errorf("got %+v, %v", messages, err)
	}
	if _, ok := s.Queue("Nowhere"); ok {
		t.Error("there is a queue Nowhere")
	}
}

func askAWS(t *testing.T, s *stack.Stack, target, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.AWS, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if content, err := io.ReadAll(response.Body); err != nil || response.StatusCode != 200 {
		t.Fatalf("%s: %d %s %v", target, response.StatusCode, content, err)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	s := mustStart(t, options())
	_, body := send(t, "GET", s.API+"/pid", "")
	pid, err := strconv.Atoi(body)
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := s.Function("WorkerFunction"); !ok || f.Name() != "clientflow-WorkerFunction" {
		t.Errorf("the function is %v", f)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the function's process is still there: %v", err)
	}
	for _, address := range []string{s.API, s.AWS, s.Systeme} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		listener, err := net.Listen("tcp", parsed.Host)
		if err != nil {
			t.Errorf("the port is still taken: %v", err)
			continue
		}
		_ = listener.Close()
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func TestATakenPort(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	address := taken.Addr().String()
	tests := []struct {
		part string
		set  func(*stack.Options)
	}{
		{"the API", func(o *stack.Options) { o.APIAddress = address }},
		{"the AWS endpoint", func(o *stack.Options) { o.AWSAddress = address }},
		{"the Systeme.io simulator", func(o *stack.Options) { o.SystemeAddress = address }},
	}
	for _, test := range tests {
		t.Run(test.part, func(t *testing.T) {
			t.Parallel()
			o := options()
			test.set(&o)
			_, err := stack.Start(t.Context(), o)
			var wrong *stack.AddressError
			if !errors.As(err, &wrong) || wrong.Part != test.part || err.Error() != test.part+" cannot listen on "+address+", because another program does" {
				t.Errorf("got %v", err)
			}
		})
	}
	o := options()
	o.APIAddress = "no address"
	if _, err := stack.Start(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), "the API cannot listen on no address: ") {
		t.Errorf("got %v", err)
	}
}

func TestTemplatesThatCannotStart(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, from, to, problem string }{
		{"no such folder", "WorkerFunction:", "OtherFunction:", "the template has OtherFunction, but there is no folder infra/local/stack/testdata/functions/other"},
		{"no such queue", "Queue: !GetAtt Queue.Arn", "Queue: arn:aws:sqs:us-east-1:000000000000:nowhere", "WorkerFunction, event Messages: there is no queue arn:aws:sqs:us-east-1:000000000000:nowhere"},
		{"no such stream", "Stream: !GetAtt Table.StreamArn", "Stream: arn:aws:dynamodb:us-east-1:000000000000:table/nowhere/stream/x", "WorkerFunction, event Changes: ResourceNotFoundException"},
		{"no such destination", "Destination: !GetAtt Dead.Arn", "Destination: arn:aws:sqs:us-east-1:000000000000:nowhere", "WorkerFunction, event Changes: there is no queue"},
		{"a role without the permission", "[!GetAtt Queue.Arn, !GetAtt Dead.Arn]", "!GetAtt Queue.Arn", "WorkerFunction, event Changes: AWS would refuse this event source: User: arn:aws:sts::000000000000:assumed-role/clientflow-WorkerFunctionRole/lambda is not authorized to perform: sqs:SendMessage"},
		{"a filter that is not known", `["INSERT"]`, `[{"suffix":"T"}]`, "does not know the operator suffix"},
		{"a schedule that is none", "rate(1 hour)", "rate(1 hours)", "WorkerFunction, event Hourly: schedule"},
		{"a malformed path", "Path: /work,", `Path: "/work/{}",`, "the route POST /work/{} has a malformed path"},
		{"a table that cannot be", "{AttributeName: kind, AttributeType: S}", "{AttributeName: sort, AttributeType: S}", "make Table: ValidationException"},
		{"a client that cannot be", "[ALLOW_USER_PASSWORD_AUTH]", "[ALLOW_USER_PASSWORD_AUTH], AccessTokenValidity: 1, TokenValidityUnits: {AccessToken: seconds}", "make Client: InvalidParameterException"},
		{"an unknown property", "CodeUri: .", "CodeUri: .\n      Layers: []", "Resources.WorkerFunction.Properties.Layers"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			changed := bytes.Replace(document, []byte(test.from), []byte(test.to), 1)
			if bytes.Equal(changed, document) {
				t.Fatalf("the template has no %q", test.from)
			}
			path := filepath.Join(t.TempDir(), "template.yaml")
			if err := os.WriteFile(path, changed, 0o644); err != nil {
				t.Fatal(err)
			}
			o := options()
			o.Template, o.Built = path, true
			s, err := stack.Start(t.Context(), o)
			if err == nil {
				t.Error(s.Close())
			}
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("got %v, want …%s…", err, test.problem)
			}
		})
	}
}

func TestStartCanBeGivenUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := stack.Start(ctx, options()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
