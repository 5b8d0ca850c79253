package systeme_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// specificationVariable names the environment variable that holds the path of
// Systeme.io's own OpenAPI document, which is not part of this repository.
const specificationVariable = "SYSTEME_OPENAPI"

// The document of 2025 is wrong or silent in these places; everything else is
// validated as it stands, and more strictly than it asks (see tighten).
//
//   - Statuses. It has no 401, 403, 409, 415 or 5xx anywhere, and no 404 for the tags
//     of a contact, and no 422 for a list. 401 was seen live, 422 for a list's limit
//     and email by other clients; 409 is what some expect of a duplicate, and the
//     others are what a Symfony API answers.
//   - fields[].value of an answer is a string in it; a field that was cleared is null.
//   - subscriptions of a webhook are plain strings in it. The document of 2026 calls
//     that form deprecated and has {"event","schemaVersion"}, which is what we send.
//   - Its 422 has a schema with contacts and tags only. The same one is applied to
//     contact fields, webhooks and the tags of a contact.
func undocumented(method, path string, status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden ||
		status == http.StatusConflict || status == http.StatusUnsupportedMediaType || status >= 500 ||
		status == http.StatusNotFound && path == "/api/contacts/{id}/tags" ||
		status == http.StatusUnprocessableEntity && method == http.MethodGet
}

// specification validates calls against the document, and remembers which
// operations and statuses it saw.
type specification struct {
	router routers.Router

	mu   sync.Mutex
	seen map[string]bool
}

// loadSpecification reads the document; nil where there is none.
func loadSpecification() (*specification, error) {
	path := os.Getenv(specificationVariable)
	if path == "" {
		return nil, nil
	}
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return nil, nil
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // any host: the document's one is the real API
	violations := doc.Paths.Value("/api/tags").Post.Responses.Status(http.StatusUnprocessableEntity).Value.Content
	for path, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			mend(path, operation, violations)
		}
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	return &specification{router: router, seen: map[string]bool{}}, nil
}

// mend applies the exceptions above and closes the schemas of an operation.
func mend(path string, operation *openapi3.Operation, violations openapi3.Content) {
	if operation.RequestBody != nil {
		for _, media := range operation.RequestBody.Value.Content {
			if subscriptions := media.Schema.Value.Properties["subscriptions"]; subscriptions != nil {
				subscriptions.Value.Items = subscriptionSchema(subscriptions.Value.Items).NewRef()
			}
			tighten(media.Schema.Value, false)
		}
	}
	for status, response := range operation.Responses.Map() {
		if status == "422" && len(response.Value.Content) == 0 {
			response.Value.Content = violations
		}
		for _, media := range response.Value.Content {
			tighten(media.Schema.Value, true)
		}
	}
}

func subscriptionSchema(event *openapi3.SchemaRef) *openapi3.Schema {
	return openapi3.NewObjectSchema().
		WithPropertyRef("event", event).
		WithProperty("schemaVersion", openapi3.NewIntegerSchema().WithEnum(1, 2)).
		WithRequired([]string{"event", "schemaVersion"})
}

// tighten makes a schema refuse members that it does not name, and for an answer
// demand those that it does: the document leaves both open, and a misspelt member
// would pass.
func tighten(schema *openapi3.Schema, isAnswer bool) {
	if schema.Items != nil {
		tighten(schema.Items.Value, isAnswer)
	}
	if len(schema.Properties) == 0 {
		return
	}
	if isAnswer && schema.Properties["disabledReason"] != nil && schema.Properties["schemaVersion"] == nil {
		schema.WithProperty("schemaVersion", openapi3.NewIntegerSchema())
	}
	if isAnswer && schema.Properties["value"] != nil {
		schema.Properties["value"].Value.Nullable = true
	}
	closed := false
	schema.AdditionalProperties = openapi3.BoolSchema{Has: &closed}
	for name, property := range schema.Properties {
		tighten(property.Value, isAnswer)
		if isAnswer && !slices.Contains(schema.Required, name) {
			schema.Required = append(schema.Required, name)
		}
	}
}

// validating is an http.RoundTripper that validates each call that passes.
type validating struct {
	*specification
	next   http.RoundTripper
	report func(format string, args ...any)
}

func (v validating) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	input, err := v.request(r, sent)
	if err != nil {
		v.report("%s %s is not in the specification: %v", r.Method, r.URL.Path, err)
	}
	response, failure := v.next.RoundTrip(r)
	if failure != nil || err != nil {
		return response, failure
	}
	body, failure := io.ReadAll(response.Body)
	if failure != nil {
		return nil, failure
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if err := v.response(input, response, body); err != nil {
		v.report("%s %s answered %d: %v\n%s", r.Method, r.URL.Path, response.StatusCode, err, body)
	}
	return response, nil
}

func (v validating) request(r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	route, parameters, err := v.router.FindRoute(copied)
	if err != nil {
		return nil, err
	}
	for name := range r.URL.Query() {
		if route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return nil, fmt.Errorf("the query parameter %q is unknown", name)
		}
	}
	input := &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:                demandKey,
			RejectWhenRequestBodyNotSpecified: true,
			SchemaValidationOptions:           formats(),
		},
	}
	return input, openapi3filter.ValidateRequest(r.Context(), input)
}

// formats adds the check of URLs to those that the library has.
func formats() []openapi3.SchemaValidationOption {
	return []openapi3.SchemaValidationOption{
		openapi3.WithStringFormatValidator("uri", openapi3.NewCallbackValidator(func(text string) error {
			_, err := url.ParseRequestURI(text)
			return err
		})),
	}
}

func demandKey(_ context.Context, input *openapi3filter.AuthenticationInput) error {
	if input.RequestValidationInput.Request.Header.Get(input.SecurityScheme.Name) == "" {
		return fmt.Errorf("the header %s is missing", input.SecurityScheme.Name)
	}
	return nil
}

func (v validating) response(input *openapi3filter.RequestValidationInput, r *http.Response, body []byte) error {
	v.mu.Lock()
	v.seen[fmt.Sprintf("%s %s %d", input.Request.Method, input.Route.Path, r.StatusCode)] = true
	v.mu.Unlock()
	if undocumented(input.Request.Method, input.Route.Path, r.StatusCode) {
		return nil
	}
	if r.StatusCode == http.StatusNoContent && len(body) > 0 {
		return fmt.Errorf("a 204 with a body of %d bytes", len(body))
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: r.StatusCode, Header: r.Header,
		Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus:   true,
			SchemaValidationOptions: formats(),
		},
	})
}
