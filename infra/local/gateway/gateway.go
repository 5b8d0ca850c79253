// Package gateway plays an API Gateway HTTP API whose routes are Lambda
// functions behind payload format 2.0: it picks the route, checks the JSON web
// token, makes the event, and turns the function's answer into HTTP.
//
// Its bodies, headers and limits are those of AWS, so that a function meets here
// what it meets there. What a route is comes from outside; it serves nothing of
// its own.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"clientflow/infra/local/lambda"

	"golang.org/x/time/rate"
)

// The limits of HTTP APIs, in bytes.
const (
	maxBody   = 10 << 20
	maxHeader = 10240 // request line and headers together
)

// Function answers events.
type Function interface {
	Invoke(ctx context.Context, event []byte) (lambda.Result, error)
}

// Route is one route of the API.
type Route struct {
	// Method is one of HTTP's, or "ANY".
	Method string
	// Path is one such as /leads/{leadId} or /{proxy+}, or "$default" for
	// requests that no other route takes, whatever their method.
	Path string
	// Function is what answers.
	Function Function
	// Authorizer checks the token; nil for a public route.
	Authorizer *Authorizer
	// Scopes are those of which a token needs one; none when any token will do.
	Scopes []string
	// Timeout is how long the function may take.
	Timeout time.Duration
}

// key is what AWS calls the route's key.
func (r Route) key() string {
	if r.Path == defaultPath {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Config is what an API is made of.
type Config struct {
	// APIID and AccountID are what events say of them.
	APIID, AccountID string
	Routes           []Route
	// Rate and Burst limit each route: so many requests a second, after so many
	// at once. A Rate of 0 is no limit.
	Rate  float64
	Burst int
	// Clock tells the time.
	Clock func() time.Time
	// Log is told why a request was answered with a 500 that is not the
	// function's own error.
	Log *slog.Logger
}

// Gateway is the API. It may serve many requests at once.
type Gateway struct {
	config Config
	routes router
}

// New returns the API of the configuration. A path that is malformed and a route
// that is there twice are errors.
func New(config Config) (*Gateway, error) {
	g := &Gateway{config: config, routes: newRouter()}
	limit := rate.Limit(config.Rate)
	if config.Rate == 0 {
		limit = rate.Inf
	}
	for _, route := range config.Routes {
		if err := g.routes.add(&target{Route: route, bucket: rate.NewLimiter(limit, config.Burst)}); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := newRequestID()
	w.Header().Set("Apigw-Requestid", requestID)
	if err := g.serve(w, r, requestID); err != nil {
		if refused := (*refusal)(nil); !errors.As(err, &refused) && r.Context().Err() == nil {
			g.config.Log.Error("request", "requestId", requestID, "error", err.Error())
		}
		writeError(w, err)
	}
}

// serve answers with what the function says, or returns a *refusal.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request, requestID string) error {
	if headerSize(r) > maxHeader {
		return refuse(http.StatusRequestHeaderFieldsTooLarge)
	}
	found, ok := g.routes.match(r.Method, r.URL.EscapedPath())
	if !ok {
		return refuse(http.StatusNotFound)
	}
	if !found.target.bucket.AllowN(g.config.Clock(), 1) {
		return refuse(http.StatusTooManyRequests)
	}
	var token *token
	if authorizer := found.target.Authorizer; authorizer != nil {
		var err error
		if token, err = authorizer.authorize(r, found.target.Scopes); err != nil {
			return err
		}
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	event, err := json.Marshal(g.event(r, body, found, token, requestID))
	if err != nil {
		return err
	}
	return g.invoke(w, r, found.target, event)
}

func (g *Gateway) invoke(w http.ResponseWriter, r *http.Request, to *target, event []byte) error {
	ctx, cancel := context.WithTimeout(r.Context(), to.Timeout)
	defer cancel()
	result, err := to.Function.Invoke(ctx, event)
	switch {
	case errors.Is(err, lambda.ErrTooLarge):
		return refuse(http.StatusRequestEntityTooLarge)
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusServiceUnavailable)
	case err != nil:
		return err
	case result.FunctionError != "":
		return refuse(http.StatusInternalServerError)
	}
	answer, err := parseAnswer(result.Payload)
	if err != nil {
		return err
	}
	answer.write(w)
	return nil
}

// readBody reads the body up to the limit.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, refuse(http.StatusBadRequest)
	}
	if len(body) > maxBody {
		return nil, refuse(http.StatusRequestEntityTooLarge)
	}
	return body, nil
}

// headerSize is the size of the request line and the headers.
func headerSize(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("host") + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	return size
}
