package httpapi_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

func mustRequest(tb testing.TB, event string) *httpapi.Request {
	tb.Helper()
	var r httpapi.Request
	if err := json.Unmarshal([]byte(event), &r); err != nil {
		tb.Fatal(err)
	}
	return &r
}

func TestRequestReadsAnEvent(t *testing.T) {
	t.Parallel()
	r := mustRequest(t, `{
		"version": "2.0", "routeKey": "GET /leads/{leadId}", "rawPath": "/leads/a b",
		"rawQueryString": "limit=5&q=jane%40acme.com&q=two",
		"headers": {"content-type": "Application/JSON; charset=utf-8", "x-forwarded-proto": "https"},
		"pathParameters": {"leadId": "a b"},
		"requestContext": {"requestId": "r1", "domainName": "api.example.com",
			"authorizer": {"jwt": {"claims": {"sub": "s"}, "scopes": null}}},
		"isBase64Encoded": false}`)
	query, err := r.Query()
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]string{
		"route":   {r.RouteKey, "GET /leads/{leadId}"},
		"path":    {r.Path("leadId"), "a b"},
		"no path": {r.Path("other"), ""},
		"query":   {query.Get("q"), "jane@acme.com"},
		"header":  {r.Header("Content-Type"), "Application/JSON; charset=utf-8"},
		"media":   {r.MediaType(), "application/json"},
		"base":    {r.BaseURL(), "https://api.example.com"},
		"claim":   {r.Context.Authorizer.JWT.Claims["sub"], "s"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %q, want %q", name, pair[0], pair[1])
		}
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", httpapi.MaxBody)
	tests := []struct {
		name   string
		body   string
		base64 bool
		want   string
		kind   problem.Kind
	}{
		{"text", "hello", false, "hello", 0},
		{"base64", base64.StdEncoding.EncodeToString([]byte("h\x00i")), true, "h\x00i", 0},
		{"not base64", "%%%", true, "", problem.Invalid},
		{"at the limit", full, false, full, 0},
		{"over the limit", full + "x", false, "", problem.TooLarge},
		{"over the limit in base64", base64.StdEncoding.EncodeToString([]byte(full + "x")), true, "", problem.TooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &httpapi.Request{EncodedBody: tt.body, IsBase64Encoded: tt.base64}
			body, err := r.Body()
			if tt.kind != 0 {
				if got := problem.Of(err).Kind; err == nil || got != tt.kind {
					t.Fatalf("got %v, want kind %v", err, tt.kind)
				}
				return
			}
			if err != nil || string(body) != tt.want {
				t.Errorf("got %d bytes, %v", len(body), err)
			}
		})
	}
}

func TestJSONTakesOneMediaType(t *testing.T) {
	t.Parallel()
	for mediaType, want := range map[string]problem.Kind{
		"application/json":                  0,
		"application/json; charset=UTF-8":   0,
		"":                                  problem.UnsupportedMedia,
		"text/plain":                        problem.UnsupportedMedia,
		"application/x-www-form-urlencoded": problem.UnsupportedMedia,
		"application/json;;":                problem.UnsupportedMedia,
	} {
		r := &httpapi.Request{Headers: map[string]string{"content-type": mediaType}, EncodedBody: "{}"}
		_, err := r.JSON()
		if want == 0 && err != nil || want != 0 && (err == nil || problem.Of(err).Kind != want) {
			t.Errorf("content type %q: %v", mediaType, err)
		}
	}
}

func TestObject(t *testing.T) {
	t.Parallel()
	object, err := httpapi.ParseObject([]byte(` {"name":"Jané","n":5,"none":null,"list":["a"],"yes":true,"userId":"x"} `))
	if err != nil {
		t.Fatal(err)
	}
	var fields problem.Fields
	if got := object.Text("name", &fields); got != "Jané" {
		t.Errorf("name %q", got)
	}
	if got := object.Text("none", &fields); got != "" || object.Has("none") || !object.Given("none") || object.Given("absent") {
		t.Errorf("null read as %q", got)
	}
	if got := object.Texts("list", &fields); len(got) != 1 || got[0] != "a" {
		t.Errorf("list %q", got)
	}
	if !object.Bool("yes", &fields) {
		t.Error("yes is false")
	}
	if err := fields.Err(); err != nil {
		t.Fatalf("good members complained of: %v", err)
	}
	object.Text("n", &fields)
	object.Texts("name", &fields)
	object.Bool("list", &fields)
	if got := len(problem.Of(fields.Err()).Fields); got != 3 {
		t.Errorf("%d bad members named, want 3", got)
	}
}

func TestParseObjectRefuses(t *testing.T) {
	t.Parallel()
	for body, field := range map[string]string{
		"":                          "body",
		"null":                      "body",
		"[]":                        "body",
		`"text"`:                    "body",
		"{":                         "body",
		`{"a":1`:                    "body",
		`{"a":}`:                    "body",
		`{"a":1} x`:                 "body",
		`{"a":1}{}`:                 "body",
		"{\"a\":\"\xff\"}":          "body",
		`{"email":"a","email":"b"}`: "email",
	} {
		_, err := httpapi.ParseObject([]byte(body))
		p := problem.Of(err)
		if err == nil || p.Kind != problem.Invalid || p.Fields[0].Field != field {
			t.Errorf("ParseObject(%q): %v, want a complaint of %s", body, err, field)
		}
	}
}

func FuzzParseObject(f *testing.F) {
	f.Add([]byte(`{"email":"jane@acme.com","n":[1,{"a":null}]}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		object, err := httpapi.ParseObject(body)
		if err != nil {
			if problem.Of(err).Kind != problem.Invalid {
				t.Errorf("ParseObject(%q): %v", body, err)
			}
			return
		}
		var whole map[string]any
		if err := json.Unmarshal(body, &whole); err != nil {
			t.Errorf("%q was taken for an object: %v", body, err)
		}
		for name, value := range whole {
			if object.Has(name) != (value != nil) {
				t.Errorf("%q: member %q", body, name)
			}
		}
	})
}
