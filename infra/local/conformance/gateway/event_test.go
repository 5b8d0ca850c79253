package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"clientflow/infra/local/gateway"
)

func TestEventOfARequest(t *testing.T) {
	t.Parallel()
	f := &function{}
	server := mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "POST", Path: "/leads/{leadId}/notes", Function: f}}})
	response, _ := raw(t, server, `POST /leads/a%2Fb%20c/notes?tag=one&tag=two&q=a%40b.c&empty=&%C3%BC=1 HTTP/1.1
Host: api.example.test:8080
User-Agent: conformance/1.0
Accept: text/html
ACCEPT: application/json
Cookie: a=1; b=2
Cookie: c=3
Connection: close
X-Forwarded-For: 203.0.113.9
X-Amzn-Trace-Id: Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e
Content-Type: application/json; charset=utf-8
Content-Length: 9

{"a":"b"}`)
	got, ok := f.event(t)
	if !ok {
		t.Fatalf("the function was not asked: %d", response.StatusCode)
	}
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	want := decode(t, fmt.Sprintf(`{
		"version": "2.0",
		"routeKey": "POST /leads/{leadId}/notes",
		"rawPath": "/leads/a/b c/notes",
		"rawQueryString": "tag=one&tag=two&q=a%%40b.c&empty=&%%C3%%BC=1",
		"cookies": ["a=1", "b=2", "c=3"],
		"headers": {
			"accept": "text/html,application/json",
			"content-length": "9",
			"content-type": "application/json; charset=utf-8",
			"host": "api.example.test:8080",
			"user-agent": "conformance/1.0",
			"x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
			"x-forwarded-for": "203.0.113.9, 127.0.0.1",
			"x-forwarded-port": %q,
			"x-forwarded-proto": "http"
		},
		"queryStringParameters": {"tag": "one,two", "q": "a@b.c", "empty": "", "ü": "1"},
		"requestContext": {
			"accountId": "000000000000",
			"apiId": "api1234567",
			"domainName": "api.example.test:8080",
			"domainPrefix": "api",
			"http": {"method": "POST", "path": "/leads/a/b c/notes", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "conformance/1.0"},
			"requestId": %q,
			"routeKey": "POST /leads/{leadId}/notes",
			"stage": "$default",
			"time": "12/Mar/2026:19:03:58 +0000",
			"timeEpoch": 1773342238123
		},
		"pathParameters": {"leadId": "a/b c"},
		"body": "{\"a\":\"b\"}",
		"isBase64Encoded": false
	}`, port, response.Header.Get("Apigw-Requestid")))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func decode(t *testing.T, document string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestEventOfABareRequest(t *testing.T) {
	t.Parallel()
	f := &function{}
	server := mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "GET", Path: "/", Function: f}}})
	response, _ := raw(t, server, "GET / HTTP/1.1\nHost: h\n\n")
	got, _ := f.event(t)
	for _, absent := range []string{"cookies", "queryStringParameters", "pathParameters", "body"} {
		if value, ok := got[absent]; ok {
			t.Errorf("%s is %v, want none", absent, value)
		}
	}
	if got["rawQueryString"] != "" || got["isBase64Encoded"] != false {
		t.Errorf("got %v", got)
	}
	headers := got["headers"].(map[string]any)
	if headers["content-length"] != "0" || headers["x-forwarded-for"] != "127.0.0.1" {
		t.Errorf("headers are %v", headers)
	}
	if trace := headers["x-amzn-trace-id"].(string); !regexp.MustCompile(`^Root=1-69b30e1e-[0-9a-f]{24}$`).MatchString(trace) {
		t.Errorf("trace is %q", trace)
	}
	if id := response.Header.Get("Apigw-Requestid"); !regexp.MustCompile(`^[\w-]{15}=$`).MatchString(id) {
		t.Errorf("request id is %q", id)
	}
	if _, ok := got["requestContext"].(map[string]any)["authorizer"]; ok {
		t.Error("a public route has an authorizer")
	}
}

// Which types HTTP APIs take for text was seen on AWS; forms are not among them.
func TestBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		contentType, body, want string
		base64                  bool
	}{
		{"application/json", `{"a":1}`, `{"a":1}`, false},
		{"Application/JSON; charset=UTF-8", `{}`, `{}`, false},
		{"text/plain", "ü", "ü", false},
		{"text/csv; header=present", "a,b", "a,b", false},
		{"application/xml", "<a/>", "<a/>", false},
		{"application/javascript", "a()", "a()", false},
		{"application/x-www-form-urlencoded", "a=b", "YT1i", true},
		{"application/problem+json", "{}", "e30=", true},
		{"application/octet-stream", "\x00\xff", "AP8=", true},
		{"multipart/form-data; boundary=x", "x", "eA==", true},
		{"", "x", "eA==", true},
		{"no type", "x", "eA==", true},
		{"application/octet-stream", "", "", false},
	}
	for _, test := range tests {
		t.Run(test.contentType+" "+test.want, func(t *testing.T) {
			t.Parallel()
			f := &function{}
			server := mustServe(t, gateway.Config{Routes: []gateway.Route{{Method: "POST", Path: "/", Function: f}}})
			header := http.Header{}
			if test.contentType != "" {
				header.Set("Content-Type", test.contentType)
			}
			request(t, "POST", server.URL, test.body, header)
			got, _ := f.event(t)
			body, _ := got["body"].(string)
			if body != test.want || got["isBase64Encoded"] != test.base64 {
				t.Errorf("got %q, base64 %v, want %q, %v", body, got["isBase64Encoded"], test.want, test.base64)
			}
		})
	}
}
