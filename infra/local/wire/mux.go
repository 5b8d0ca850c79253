package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"clientflow/infra/local/iam"
)

// maxBody is the size of the largest request that any AWS operation takes:
// BatchWriteItem with 16 MB.
const maxBody = 16 << 20

// Mux serves all services of the local AWS at one address.
type Mux struct {
	keys     *iam.Keys
	services map[string]Service
	queries  map[string]query
	plain    *http.ServeMux
}

type query struct {
	version string
	op      Operation
}

// NewMux returns a Mux for these services, whose callers are found in keys.
func NewMux(keys *iam.Keys, services ...Service) *Mux {
	m := &Mux{keys: keys, services: map[string]Service{}, queries: map[string]query{}, plain: http.NewServeMux()}
	for _, s := range services {
		m.services[s.Target] = s
	}
	return m
}

// HandleQuery adds an operation of the query protocol. Its Call's body is the
// form; what it answers becomes the XML element <action>Result. It must not be
// called while the Mux serves.
func (m *Mux) HandleQuery(action, version string, op Operation) {
	m.queries[action] = query{version: version, op: op}
}

// Handle adds a path beside the AWS protocols, such as the keys of a user pool.
// It must not be called while the Mux serves.
func (m *Mux) Handle(pattern string, h http.Handler) { m.plain.Handle(pattern, h) }

// ServeHTTP answers one request of any of the protocols.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		m.serveJSON(w, r, target)
	case r.Method == http.MethodPost && r.URL.Path == "/" && isForm(r):
		m.serveQuery(w, r)
	default:
		m.servePlain(w, r)
	}
}

// servePlain serves a path. One that a client of AWS asks for, and nothing is at, is an
// operation that is not played.
func (m *Mux) servePlain(w http.ResponseWriter, r *http.Request) {
	_, pattern := m.plain.Handler(r)
	if _, signed := accessKeyID(r.Header.Get("Authorization")); pattern == "" && signed {
		_, err := m.call(r, unknown(r.Method+" "+r.URL.Path))
		writeRESTError(w, asError(err))
		return
	}
	m.plain.ServeHTTP(w, r)
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (m *Mux) serveJSON(w http.ResponseWriter, r *http.Request, target string) {
	name, operation, _ := strings.Cut(target, ".")
	service, known := m.services[name]
	op := service.Operations[operation]
	if op == nil {
		op = unknown(target)
	}
	if !known {
		service = Service{Target: name, JSONVersion: "1.0"}
	}
	value, err := m.call(r, op)
	if err != nil {
		service.writeError(w, asError(err))
		return
	}
	service.write(w, value)
}

func (m *Mux) serveQuery(w http.ResponseWriter, r *http.Request) {
	var action string
	value, err := m.call(r, func(ctx context.Context, call Call) (any, error) {
		form, err := url.ParseQuery(string(call.Body))
		if err != nil {
			return nil, Errorf("MalformedQueryString", "The query string contains a syntax error: %v", err)
		}
		action = form.Get("Action")
		q := m.queries[action]
		if q.op == nil || q.version != form.Get("Version") {
			return unknown(action+" of version "+form.Get("Version"))(ctx, call)
		}
		return q.op(ctx, call)
	})
	if err != nil {
		writeQueryError(w, asError(err))
		return
	}
	writeQuery(w, action, value)
}

// call reads the request, finds its caller and runs the operation.
func (m *Mux) call(r *http.Request, op Operation) (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, &Error{Type: "RequestEntityTooLargeException", Message: err.Error(), Status: http.StatusRequestEntityTooLarge}
	}
	caller, err := m.caller(r)
	if err != nil {
		return nil, err
	}
	value, err := op(r.Context(), Call{Caller: caller, Body: body, Host: r.Host, Path: r.PathValue})
	var refusal *iam.Denied
	if caller.Anonymous() && errors.As(err, &refusal) {
		return nil, Errorf("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	return value, err
}

func unknown(operation string) Operation {
	return func(context.Context, Call) (any, error) {
		return nil, Errorf("UnknownOperationException", "The local AWS does not have the operation %s", operation)
	}
}

// asError gives every error of an operation the form of an AWS error.
func asError(err error) *Error {
	var known *Error
	var refusal *iam.Denied
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		return Errorf("AccessDeniedException", "%s", refusal.Error())
	default:
		return &Error{Type: "InternalServerError", Message: err.Error(), Status: http.StatusInternalServerError}
	}
}
