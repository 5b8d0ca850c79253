package lambda_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientflow/infra/local/lambda"
)

// logs keeps what functions write.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// mustFunction returns this binary as a function that plays a role.
func mustFunction(t *testing.T, role string, change func(*lambda.Config)) (*lambda.Function, *logs) {
	t.Helper()
	written := &logs{}
	host, err := lambda.NewHost(written)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	config := lambda.Config{
		Name: "Conform", ARN: "arn:aws:lambda:us-east-1:000000000000:function:Conform",
		Binary: binary, Timeout: time.Minute, MemoryMB: 256, LogGroup: "/group", LogFormat: "JSON",
		AccessKeyID: "ASIAKEY", SecretAccessKey: "secret", SessionToken: "token",
		Environment: map[string]string{roleVariable: role},
	}
	if change != nil {
		change(&config)
	}
	return host.Function(config), written
}

func mustInvoke(t *testing.T, f *lambda.Function, o order) lambda.Result {
	t.Helper()
	event, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	result, err := f.Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// decode reads a function's answer.
func decode[T any](t *testing.T, result lambda.Result) T {
	t.Helper()
	var value T
	if result.FunctionError != "" {
		t.Fatalf("the function failed: %s", result.Payload)
	}
	if err := json.Unmarshal(result.Payload, &value); err != nil {
		t.Fatalf("%s: %v", result.Payload, err)
	}
	return value
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	f, _ := mustFunction(t, "library", nil)
	want := order{Do: "echo", Text: "ü\n\x00\"<", Count: 7}
	first := mustInvoke(t, f, want)
	if got := decode[order](t, first); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if first.Init <= 0 || first.Duration <= 0 || first.RequestID == "" {
		t.Errorf("a cold start took %v and %v for %q", first.Init, first.Duration, first.RequestID)
	}
	if again := mustInvoke(t, f, want); again.Init != 0 || again.RequestID == first.RequestID {
		t.Errorf("a warm start took an INIT of %v for %q", again.Init, again.RequestID)
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	f, _ := mustFunction(t, "library", nil)
	before := time.Now()
	result := mustInvoke(t, f, order{Do: "context"})
	got := decode[struct {
		RequestID, ARN, Trace, Variable string
		Deadline                        int64
	}](t, result)
	if got.RequestID != result.RequestID || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(got.RequestID) {
		t.Errorf("request id is %q, the caller's %q", got.RequestID, result.RequestID)
	}
	if got.ARN != "arn:aws:lambda:us-east-1:000000000000:function:Conform" {
		t.Errorf("ARN is %q", got.ARN)
	}
	deadline := time.UnixMilli(got.Deadline)
	if deadline.Before(before.Add(time.Minute-time.Millisecond)) || deadline.After(time.Now().Add(time.Minute)) {
		t.Errorf("deadline is in %v", deadline.Sub(before))
	}
	if got.Trace != got.Variable || !regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$`).MatchString(got.Trace) {
		t.Errorf("trace is %q, the variable %q", got.Trace, got.Variable)
	}
}

// Each invocation is a trace of its own, which X-Ray records where the function asks for it.
func TestTracing(t *testing.T) {
	t.Parallel()
	f, _ := mustFunction(t, "library", func(c *lambda.Config) { c.Tracing = true })
	seen := map[string]bool{}
	for range 3 {
		got := decode[struct{ Trace string }](t, mustInvoke(t, f, order{Do: "context"}))
		if !strings.HasSuffix(got.Trace, ";Sampled=1") || seen[got.Trace] {
			t.Errorf("trace is %q", got.Trace)
		}
		seen[got.Trace] = true
	}
}

func TestEnvironmentVariables(t *testing.T) {
	t.Setenv("CONFORMANCE_OF_THE_PARENT", "must not be seen")
	f, _ := mustFunction(t, "library", func(c *lambda.Config) {
		c.Environment["LEADS_TABLE"] = "leads = ü"
		c.Environment["AWS_REGION"] = "cannot be set"
	})
	got := map[string]string{}
	for _, entry := range decode[[]string](t, mustInvoke(t, f, order{Do: "environment"})) {
		name, content, _ := strings.Cut(entry, "=")
		got[name] = content
	}
	want := map[string]string{
		"LEADS_TABLE": "leads = ü", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "ASIAKEY", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
		"AWS_LAMBDA_FUNCTION_NAME": "Conform", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/group", "AWS_LAMBDA_LOG_FORMAT": "JSON", "_HANDLER": "bootstrap", "TZ": ":UTC",
	}
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s is %q, want %q", name, got[name], content)
		}
	}
	for _, name := range []string{"CONFORMANCE_OF_THE_PARENT", "HOME", "USER", "GOPATH"} {
		if _, ok := got[name]; ok {
			t.Errorf("%s came from the parent", name)
		}
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got["LAMBDA_TASK_ROOT"] != filepath.Dir(binary) || got["PATH"] == "" || got["AWS_LAMBDA_LOG_STREAM_NAME"] == "" {
		t.Errorf("got %v", got)
	}
}

// functionError is the error object of a failed invocation.
type functionError struct {
	ErrorType    string `json:"errorType"`
	ErrorMessage string `json:"errorMessage"`
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		do            order
		kind, message string
		fresh         bool // the next invocation starts a new environment
	}{
		{"an error", order{Do: "fail"}, "errorString", "asked for an error", false},
		{"a panic", order{Do: "panic"}, "string", "asked for a panic", true},
		{"an exit", order{Do: "exit", Count: 3}, "Runtime.ExitError", "Error: Runtime exited with error: exit status 3", true},
		{"a clean exit", order{Do: "exit"}, "Runtime.ExitError", "Error: Runtime exited without providing a reason", true},
		{"a signal", order{Do: "kill itself"}, "Runtime.ExitError", "Error: Runtime exited with error: signal: killed", true},
		{"a time-out", order{Do: "block"}, "Sandbox.Timedout", "Error: Task timed out after 1.50 seconds", true},
		{"an answer too large", order{Do: "fill", Count: lambda.PayloadLimit + 1}, "Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291556 bytes).", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, written := mustFunction(t, "library", func(c *lambda.Config) {
				if test.kind == "Sandbox.Timedout" {
					c.Timeout = 1500 * time.Millisecond
				}
			})
			before := decode[int](t, mustInvoke(t, f, order{Do: "pid"}))
			failed := mustInvoke(t, f, test.do)
			var got functionError
			if err := json.Unmarshal(failed.Payload, &got); err != nil || failed.FunctionError != "Unhandled" {
				t.Fatalf("%q %s: %v", failed.FunctionError, failed.Payload, err)
			}
			if got.ErrorType != test.kind || !strings.HasSuffix(got.ErrorMessage, test.message) {
				t.Errorf("got %+v, want %s: …%s", got, test.kind, test.message)
			}
			if strings.HasPrefix(test.message, "Error: ") {
				if got.ErrorMessage != "RequestId: "+failed.RequestID+" "+test.message {
					t.Errorf("message is %q", got.ErrorMessage)
				}
				if !strings.Contains(written.String(), failed.RequestID) {
					t.Errorf("the log says nothing of it: %s", written)
				}
			}
			after := decode[int](t, mustInvoke(t, f, order{Do: "pid"}))
			if (after != before) != test.fresh {
				t.Errorf("process %d went before and %d after", before, after)
			}
		})
	}
}

func TestFailedInit(t *testing.T) {
	t.Parallel()
	tests := []struct{ role, kind, message string }{
		{"exits in INIT", "Runtime.ExitError", "Runtime exited with error: exit status 3"},
		{"reports INIT", "Config.Missing", "LEADS_TABLE is not set"},
	}
	for _, test := range tests {
		t.Run(test.role, func(t *testing.T) {
			t.Parallel()
			f, _ := mustFunction(t, test.role, nil)
			for range 2 { // the second starts a new one, which fails alike
				result := mustInvoke(t, f, order{Do: "echo"})
				var got functionError
				if err := json.Unmarshal(result.Payload, &got); err != nil || result.FunctionError != "Unhandled" {
					t.Fatalf("%q %s: %v", result.FunctionError, result.Payload, err)
				}
				if got.ErrorType != test.kind || !strings.HasSuffix(got.ErrorMessage, test.message) {
					t.Errorf("got %+v, want %s: …%s", got, test.kind, test.message)
				}
			}
		})
	}
}

func TestNoProgram(t *testing.T) {
	t.Parallel()
	f, _ := mustFunction(t, "library", func(c *lambda.Config) { c.Binary = filepath.Join(t.TempDir(), "none") })
	if _, err := f.Invoke(t.Context(), []byte("{}")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "start Conform") {
		t.Errorf("got %v", err)
	}
}

func TestPayloadLimits(t *testing.T) {
	t.Parallel()
	f, _ := mustFunction(t, "library", nil)
	result := mustInvoke(t, f, order{Do: "fill", Count: lambda.PayloadLimit})
	if result.FunctionError != "" || len(result.Payload) != lambda.PayloadLimit {
		t.Errorf("an answer of the largest size: %q, %d bytes", result.FunctionError, len(result.Payload))
	}
	empty := len(`{"do":"echo","text":""}`)
	largest := mustInvoke(t, f, order{Do: "echo", Text: strings.Repeat("x", lambda.PayloadLimit-empty)})
	if largest.FunctionError != "" {
		t.Errorf("an event of the largest size: %s", largest.FunctionError)
	}
	if _, err := f.Invoke(t.Context(), bytes.Repeat([]byte(" "), lambda.PayloadLimit+1)); !errors.Is(err, lambda.ErrTooLarge) {
		t.Errorf("an event of one byte more: %v", err)
	}
}

func TestRuntimeAPIRefusals(t *testing.T) {
	t.Parallel()
	f, written := mustFunction(t, "raw", nil)
	want := []string{
		"403 InvalidStateTransition", // next, before the answer
		"400 InvalidRequestID",
		"400 InvalidRequestID",
		"405",
		"404",
	}
	for range 2 { // the second shows that the environment lived on
		if got := decode[[]string](t, mustInvoke(t, f, order{})); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q; log: %s", got, want, written)
		}
	}
}

// TestConcurrency has functions visit a server that lets them go one by one.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	const limit, invocations = 3, 10
	arrived, leave := make(chan string), make(chan struct{})
	var mu sync.Mutex
	present, most := 0, 0
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		present++
		most = max(most, present)
		mu.Unlock()
		arrived <- r.URL.Query().Get("pid")
		<-leave
		mu.Lock()
		present--
		mu.Unlock()
	}))
	defer server.Close()
	f, _ := mustFunction(t, "library", func(c *lambda.Config) { c.Concurrency = limit })
	results := make(chan error, invocations)
	for range invocations {
		go func() {
			result, err := f.Invoke(t.Context(), fmt.Appendf(nil, `{"do":"visit","url":%q}`, server.URL))
			if err == nil && result.FunctionError != "" {
				err = errors.New(string(result.Payload))
			}
			results <- err
		}()
	}
	processes := map[string]bool{}
	for range limit { // as many come at once as may
		processes[<-arrived] = true
	}
	for range invocations - limit {
		leave <- struct{}{}
		processes[<-arrived] = true
	}
	close(leave)
	for range invocations {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if most != limit || len(processes) != limit {
		t.Errorf("%d at once in %d processes, want %d of both", most, len(processes), limit)
	}
}
