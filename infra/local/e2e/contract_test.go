package e2e_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// contract holds the API against its OpenAPI document: each answer must be
// documented, and each request that is taken must be one that the document allows.
type contract struct {
	document *openapi3.T
	// routers find a request's route, the first that knows it, as the gateway does:
	// whole paths before greedy ones.
	routers []routers.Router

	mu   sync.Mutex
	seen map[string]bool // operations with a status, such as "GET /leads 200"
}

func loadContract() (*contract, error) {
	document, err := loadDocument()
	if err != nil {
		return nil, err
	}
	ordered := []*openapi3.Paths{openapi3.NewPaths()}
	items := document.Paths.Map()
	for _, path := range slices.Sorted(maps.Keys(items)) { // {, and so the greediest, comes last
		routed := greedily(path, items[path], ":.*") // as the router has it
		if routed == path {
			ordered[0].Set(path, items[path])
		} else {
			ordered = append(ordered, openapi3.NewPaths(openapi3.WithPath(routed, items[path])))
		}
	}
	c := &contract{document: document, seen: map[string]bool{}}
	for _, paths := range ordered {
		routed := *document
		routed.Servers = nil // wherever it runs
		routed.Paths = paths
		router, err := gorillamux.NewRouter(&routed)
		if err != nil {
			return nil, err
		}
		c.routers = append(c.routers, router)
	}
	return c, nil
}

// find returns the route of a request; nil when the document has none.
func (c *contract) find(r *http.Request) (*routers.Route, map[string]string) {
	for _, router := range c.routers {
		if route, parameters, err := router.FindRoute(r); err == nil {
			return route, parameters
		}
	}
	return nil, nil
}

// check tells what about an answer, or about a request that was taken, is not as
// documented. The gateway names each of its answers; what has no such name is not
// of the API.
func (c *contract) check(r *http.Request, sent string, got answer) error {
	if got.header.Get("apigw-requestid") == "" {
		return nil
	}
	asked := r.Clone(r.Context())
	asked.Body = io.NopCloser(strings.NewReader(sent))
	route, parameters := c.find(asked)
	if route == nil {
		return undocumented(r, got)
	}
	c.saw(route, got.status)
	input := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
			RejectWhenRequestBodyNotSpecified: true,
		},
	}
	if got.status < 400 {
		if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
			return fmt.Errorf("%s was taken, and the document refuses it: %w", sent, err)
		}
	}
	return checkAnswer(r.Context(), input, got)
}

// undocumented is for requests of no route, which the gateway must refuse.
func undocumented(r *http.Request, got answer) error {
	if got.status != http.StatusNotFound || got.header.Get("content-type") != "application/json" {
		return fmt.Errorf("%s is not in the document, and answers %d %s", r.URL.Path, got.status, got.body)
	}
	return nil
}

func checkAnswer(ctx context.Context, input *openapi3filter.RequestValidationInput, got answer) error {
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.status, Header: got.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	response.SetBodyBytes([]byte(got.body))
	if err := openapi3filter.ValidateResponse(ctx, response); err != nil {
		return fmt.Errorf("%d %s is not as documented: %w", got.status, got.body, err)
	}
	documented := input.Route.Operation.Responses.Status(got.status)
	if len(documented.Value.Content) == 0 && got.body != "" {
		return fmt.Errorf("%d is documented without a body, and has %s", got.status, got.body)
	}
	return nil
}

func (c *contract) saw(route *routers.Route, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	path := strings.Replace(route.Path, ":.*}", "+}", 1)
	c.seen[fmt.Sprint(route.Method, " ", path, " ", status)] = true
}

// notAsked are answers that a run of these tests need not see, each with what shows
// them.
func notAsked() map[string]string {
	return map[string]string{
		"POST /webhooks/systeme 204": "the simulator delivers; internal/webhook tests it",
	}
}

// inspect returns the answers to good requests that are documented and that nothing
// in the run was given.
func (c *contract) inspect() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var complaints []string
	excused := notAsked()
	for route, operation := range operations(c.document) {
		for status := range operation.Responses.Map() {
			key := route + " " + status
			if status < "400" && !c.seen[key] && excused[key] == "" {
				complaints = append(complaints, "documented, and nothing was answered so: "+key)
			}
		}
	}
	slices.Sort(complaints)
	return complaints
}

func TestContractFindsWhatItIsFor(t *testing.T) {
	t.Parallel()
	own, err := loadContract() // what is seen here counts for nothing
	if err != nil {
		t.Fatal(err)
	}
	const jsonType, problemType = "application/json", "application/problem+json"
	for name, tt := range map[string]struct {
		method, path, sent string
		status             int
		mediaType, body    string
		good               bool
	}{
		"as documented":            {"GET", "/health", "", 200, jsonType, `{"status":"ok"}`, true},
		"an undocumented status":   {"GET", "/health", "", 201, jsonType, `{"status":"ok"}`, false},
		"a stray member":           {"GET", "/health", "", 200, jsonType, `{"status":"ok","tables":"up"}`, false},
		"a missing member":         {"GET", "/health", "", 200, jsonType, `{}`, false},
		"another media type":       {"GET", "/health", "", 200, "text/plain", `{"status":"ok"}`, false},
		"a route of nobody's":      {"GET", "/nothing", "", 404, jsonType, `{"message":"Not Found"}`, true},
		"a preflight of a route":   {"OPTIONS", "/leads", "", 404, problemType, `{"type":"about:blank","title":"T","status":404,"detail":"D"}`, true},
		"one with another answer":  {"OPTIONS", "/leads/export", "", 200, jsonType, `{}`, false},
		"a route without a word":   {"GET", "/nothing", "", 200, jsonType, `{}`, false},
		"a body where none is":     {"POST", "/signup/resend", `{"email":"a@bc.de"}`, 202, jsonType, `{}`, false},
		"a bad request refused":    {"POST", "/signup/resend", `{}`, 415, problemType, `{"type":"about:blank","title":"T","status":415,"detail":"D"}`, true},
		"a bad request taken":      {"POST", "/signup/resend", `{}`, 202, "", "", false},
		"a refusal of no field":    {"POST", "/signup/resend", `{}`, 422, problemType, `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"D"}`, false},
		"the inside told in a 500": {"GET", "/health", "", 500, problemType, `{"type":"about:blank","title":"T","status":500,"detail":"D","stack":"S"}`, false},
	} {
		r, err := http.NewRequest(tt.method, "http://127.0.0.1"+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", jsonType)
		header := http.Header{"Apigw-Requestid": {"r"}, "X-Request-Id": {"r"}, "Content-Type": {tt.mediaType}}
		if err := own.check(r, tt.sent, answer{tt.status, header, tt.body}); (err == nil) != tt.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}
