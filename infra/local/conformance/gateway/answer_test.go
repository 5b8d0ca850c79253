package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/gateway"
	"clientflow/infra/local/lambda"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, payload string
		status                int
		header                http.Header // those that must be there
		body                  string
	}{
		{"whole", "GET", `{"statusCode":201,"headers":{"Location":"/x","Cache-Control":"a, b"},"cookies":["a=1; HttpOnly","b=2"],"body":"made"}`, 201,
			http.Header{"Location": {"/x"}, "Cache-Control": {"a, b"}, "Set-Cookie": {"a=1; HttpOnly", "b=2"}, "Content-Type": {"text/plain;charset=UTF-8"}, "Content-Length": {"4"}}, "made"},
		{"without a status", "GET", `{"a":[1]}`, 200, http.Header{"Content-Type": {"application/json"}}, `{"a":[1]}`},
		{"base64", "GET", `{"statusCode":200,"headers":{"content-type":"image/png"},"isBase64Encoded":true,"body":"iVBORw=="}`, 200, http.Header{"Content-Type": {"image/png"}}, "\x89PNG"},
		{"no content", "GET", `{"statusCode":204}`, 204, http.Header{"Content-Length": nil, "Content-Type": nil}, ""},
		{"redirection", "GET", `{"statusCode":303,"headers":{"location":"https://a.test/"}}`, 303, http.Header{"Location": {"https://a.test/"}, "Content-Length": {"0"}}, ""},
		{"HEAD", "HEAD", `{"statusCode":200,"body":"hello"}`, 200, http.Header{"Content-Length": {"5"}}, ""},
		{"OPTIONS", "OPTIONS", `{"statusCode":204,"headers":{"access-control-allow-origin":"*"}}`, 204, http.Header{"Access-Control-Allow-Origin": {"*"}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "ANY", Path: "/", Function: saying(test.payload)}}})
			response, body := request(t, test.method, server.URL, "", nil)
			if response.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %q, want %d %q", response.StatusCode, body, test.status, test.body)
			}
			for name, want := range test.header {
				if got := response.Header.Values(name); !slices.Equal(got, want) {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if response.Header.Get("Apigw-Requestid") == "" {
				t.Error("there is no apigw-requestid")
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	failing := func(result lambda.Result, err error) *function {
		return &function{answer: func(context.Context, []byte) (lambda.Result, error) { return result, err }}
	}
	slow := &function{answer: func(ctx context.Context, _ []byte) (lambda.Result, error) {
		<-ctx.Done()
		return lambda.Result{}, ctx.Err()
	}}
	routes := []gateway.Route{
		{Method: "GET", Path: "/ok", Function: &function{}},
		{Method: "GET", Path: "/failed", Function: failing(lambda.Result{FunctionError: "Unhandled", Payload: []byte(`{"errorMessage":"secret"}`)}, nil)},
		{Method: "GET", Path: "/closed", Function: failing(lambda.Result{}, lambda.ErrClosed)},
		{Method: "GET", Path: "/malformed", Function: saying(`{"statusCode":"ok"}`)},
		{Method: "GET", Path: "/slow", Function: slow, Timeout: time.Millisecond},
		{Method: "POST", Path: "/large", Function: failing(lambda.Result{}, errors.Join(lambda.ErrTooLarge))},
	}
	server := mustServe(t, gateway.Config{Routes: routes})
	tests := []struct {
		name, method, path string
		body               string
		header             http.Header
		status             int
		message            string
	}{
		{"an unknown path", "GET", "/nothing", "", nil, 404, "Not Found"},
		{"an unknown method", "POST", "/ok", "", nil, 404, "Not Found"},
		{"HEAD of a GET", "HEAD", "/ok", "", nil, 404, ""},
		{"a slash too many", "GET", "/ok/", "", nil, 404, "Not Found"},
		{"a function that fails", "GET", "/failed", "", nil, 500, "Internal Server Error"},
		{"functions that are gone", "GET", "/closed", "", nil, 500, "Internal Server Error"},
		{"a malformed answer", "GET", "/malformed", "", nil, 500, "Internal Server Error"},
		{"a slow function", "GET", "/slow", "", nil, 503, "Service Unavailable"},
		{"an event too large", "POST", "/large", "x", nil, 413, "Request Entity Too Large"},
		{"a body too large", "POST", "/large", strings.Repeat("x", 10<<20+1), nil, 413, "Request Entity Too Large"},
		{"headers too large", "GET", "/ok", "", http.Header{"X-A": {strings.Repeat("x", 10240)}}, 431, "Request Header Fields Too Large"},
		{"a query too large", "GET", "/ok?" + strings.Repeat("x", 10240), "", nil, 431, "Request Header Fields Too Large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			response, body := request(t, test.method, server.URL+test.path, test.body, test.header)
			if test.method == "HEAD" {
				if response.StatusCode != test.status {
					t.Errorf("got %d, want %d", response.StatusCode, test.status)
				}
				return
			}
			wantRefusal(t, response, body, test.status, test.message)
		})
	}
}

func TestLargestBodyReachesTheFunction(t *testing.T) {
	t.Parallel()
	f := &function{}
	server := mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "POST", Path: "/", Function: f}}})
	body := strings.Repeat("x", 10<<20)
	response, _ := request(t, "POST", server.URL, body, http.Header{"Content-Type": {"text/plain"}})
	if got, ok := f.event(t); !ok || got["body"] != body {
		t.Errorf("got status %d, and not the whole body", response.StatusCode)
	}
}

func TestThrottling(t *testing.T) {
	t.Parallel()
	at := now()
	server := mustServe(t, gateway.Config{
		Rate: 2, Burst: 3, Clock: func() time.Time { return at },
		Routes: []gateway.Route{{Method: "GET", Path: "/a", Function: &function{}}, {Method: "GET", Path: "/b", Function: &function{}}},
	})
	for i := range 3 {
		if response, _ := request(t, "GET", server.URL+"/a", "", nil); response.StatusCode != 200 {
			t.Fatalf("request %d of the burst got %d", i+1, response.StatusCode)
		}
	}
	response, body := request(t, "GET", server.URL+"/a", "", nil)
	wantRefusal(t, response, body, 429, "Too Many Requests")
	if response, _ := request(t, "GET", server.URL+"/b", "", nil); response.StatusCode != 200 {
		t.Errorf("another route got %d", response.StatusCode)
	}
	at = at.Add(500 * time.Millisecond)
	if response, _ := request(t, "GET", server.URL+"/a", "", nil); response.StatusCode != 200 {
		t.Errorf("half a second later: %d", response.StatusCode)
	}
	response, body = request(t, "GET", server.URL+"/a", "", nil)
	wantRefusal(t, response, body, 429, "Too Many Requests")
}

// A function that another route shadows is never asked.
func TestTheMostSpecificRouteAnswers(t *testing.T) {
	t.Parallel()
	server := mustServe(t, gateway.Config{Routes: []gateway.Route{
		{Method: "GET", Path: "/leads/{id}", Function: saying(`"one"`)},
		{Method: "GET", Path: "/leads/export", Function: saying(`"export"`)},
		{Method: "ANY", Path: "$default", Function: saying(`"rest"`)},
	}})
	for path, want := range map[string]string{"/leads/export": `"export"`, "/leads/exports": `"one"`, "/": `"rest"`, "/leads/a/b": `"rest"`} {
		if _, body := request(t, "GET", server.URL+path, "", nil); body != want {
			t.Errorf("%s: got %s, want %s", path, body, want)
		}
	}
}
