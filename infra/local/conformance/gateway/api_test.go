package gateway_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"clientflow/infra/local/gateway"
	"clientflow/infra/local/lambda"
)

// now is the time in every test.
func now() time.Time { return time.Date(2026, 3, 12, 19, 3, 58, 123e6, time.UTC) }

// function answers as a test wants, and keeps the last event.
type function struct {
	answer func(ctx context.Context, event []byte) (lambda.Result, error)

	mu   sync.Mutex
	last []byte
}

func (f *function) Invoke(ctx context.Context, event []byte) (lambda.Result, error) {
	f.mu.Lock()
	f.last = event
	f.mu.Unlock()
	if f.answer == nil {
		return lambda.Result{Payload: []byte(`{"statusCode":200,"body":"ok"}`)}, nil
	}
	return f.answer(ctx, event)
}

// event returns the last event, and whether there was one.
func (f *function) event(t *testing.T) (map[string]any, bool) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil {
		return nil, false
	}
	var event map[string]any
	if err := json.Unmarshal(f.last, &event); err != nil {
		t.Fatal(err)
	}
	return event, true
}

// saying returns a function that always gives this payload.
func saying(payload string) *function {
	return &function{answer: func(context.Context, []byte) (lambda.Result, error) {
		return lambda.Result{Payload: []byte(payload)}, nil
	}}
}

func mustServe(t *testing.T, config gateway.Config) *httptest.Server {
	t.Helper()
	config.APIID, config.AccountID = "api1234567", "000000000000"
	config.Log = slog.New(slog.DiscardHandler)
	if config.Clock == nil {
		config.Clock = now
	}
	for i := range config.Routes {
		if config.Routes[i].Timeout == 0 {
			config.Routes[i].Timeout = 30 * time.Second
		}
	}
	api, err := gateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return server
}

// raw sends a request as it is written and returns the answer with its body.
func raw(t *testing.T, server *httptest.Server, request string) (*http.Response, string) {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, strings.ReplaceAll(request, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// request sends a request and returns the answer with its body.
func request(t *testing.T, method, url, body string, header http.Header) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(content)
}

// wantRefusal checks an answer that the API gave without the function.
func wantRefusal(t *testing.T, response *http.Response, body string, status int, message string) {
	t.Helper()
	if response.StatusCode != status || body != `{"message":"`+message+`"}` {
		t.Errorf("got %d %s, want %d with %q", response.StatusCode, body, status, message)
	}
	if got := response.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type is %q", got)
	}
	if response.Header.Get("Apigw-Requestid") == "" {
		t.Error("there is no apigw-requestid")
	}
}
