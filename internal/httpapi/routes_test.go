package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/metric"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

const john = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

func verifier() tenant.Verifier {
	return tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}
}

func signedIn() *httpapi.Request {
	r := &httpapi.Request{}
	r.Context.Authorizer.JWT.Claims = map[string]string{
		"sub": john, "iss": "iss", "client_id": "client", "token_use": "access",
		"exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10),
	}
	return r
}

// serve lets routes answer one request and returns the answer with its log line.
func serve(t *testing.T, routes httpapi.Routes, r *httpapi.Request) (httpapi.Response, map[string]any) {
	t.Helper()
	var out bytes.Buffer
	response, err := routes.Serve(eventlog.New(&out, "test"))(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("log %q: %v", out.Bytes(), err)
	}
	return response, line
}

func TestServe(t *testing.T) {
	t.Parallel()
	routes := httpapi.Routes{
		"GET /ok": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.JSON(http.StatusOK, map[string]bool{"ok": true})
		},
		"GET /refused": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.Response{}, problem.New(problem.Conflict, "Taken.")
		},
		"GET /broken": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.Response{}, errors.New("secret inside for jane@acme.com")
		},
		"GET /panic": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			panic("secret inside")
		},
	}
	for route, want := range map[string]struct {
		status  int
		outcome string
	}{
		"GET /ok":      {200, "ok"},
		"GET /refused": {409, "refused"},
		"GET /broken":  {500, "failed"},
		"GET /panic":   {500, "failed"},
		"GET /none":    {404, "refused"},
	} {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			r := &httpapi.Request{RouteKey: route}
			r.Context.RequestID = "r1"
			response, line := serve(t, routes, r)
			if response.Status != want.status || response.Headers["x-request-id"] != "r1" {
				t.Errorf("answer %+v", response)
			}
			if strings.Contains(response.Body, "secret") {
				t.Errorf("the inside is shown: %s", response.Body)
			}
			if want.status >= 400 && response.Headers["content-type"] != problem.ContentType {
				t.Errorf("not a problem document: %v", response.Headers)
			}
			if line["outcome"] != want.outcome || line["requestId"] != "r1" || line["route"] != route ||
				line["status"] != float64(want.status) {
				t.Errorf("log line %v", line)
			}
			if strings.Contains(line["msg"].(string)+stringOf(line["error"]), "acme") {
				t.Errorf("personal data in the log: %v", line)
			}
		})
	}
}

// A handler that tells of an error in its own way is believed, and the log has the error
// all the same.
func TestAHandlersOwnRefusal(t *testing.T) {
	t.Parallel()
	routes := httpapi.Routes{}
	for route, err := range map[string]error{"GET /gone": problem.New(problem.NotFound, "Gone."), "GET /broken": errors.New("down")} {
		routes[route] = func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.HTML(int(problem.Of(err).Kind), "sorry"), err
		}
	}
	for route, want := range map[string]struct {
		status  int
		outcome string
		text    any
	}{
		"GET /gone":   {404, "refused", nil},
		"GET /broken": {500, "failed", "down"},
	} {
		response, line := serve(t, routes, &httpapi.Request{RouteKey: route})
		if response.Status != want.status || response.Body != "sorry" || line["outcome"] != want.outcome || line["error"] != want.text {
			t.Errorf("%s: answer %+v, log %v", route, response, line)
		}
	}
}

// A failure that is noted shows in the log, as a warning beside the answer that was
// given anyway, and gives way to one that decided the answer.
func TestNoteFailure(t *testing.T) {
	t.Parallel()
	noting := func(answer error) httpapi.Handler {
		return func(ctx context.Context, _ *httpapi.Request) (httpapi.Response, error) {
			httpapi.NoteFailure(ctx, errors.New("not welcomed: jane@acme.com"))
			return httpapi.Empty(http.StatusNoContent), answer
		}
	}
	routes := httpapi.Routes{"GET /done": noting(nil), "GET /broken": noting(errors.New("down"))}
	for route, want := range map[string]struct {
		status               int
		level, outcome, text string
	}{
		"GET /done":   {204, "WARN", "ok", "not welcomed: [removed]"},
		"GET /broken": {500, "ERROR", "failed", "down"},
	} {
		response, line := serve(t, routes, &httpapi.Request{RouteKey: route})
		if response.Status != want.status || line["level"] != want.level || line["outcome"] != want.outcome || line["error"] != want.text {
			t.Errorf("%s: answer %+v, log %v", route, response, line)
		}
	}
}

// Numbers are in the event's line, those of callers who are refused among them.
func TestNoteMetric(t *testing.T) {
	t.Parallel()
	answering := func(err error) httpapi.Handler {
		return func(ctx context.Context, _ *httpapi.Request) (httpapi.Response, error) {
			httpapi.NoteMetric(ctx, metric.Count(metric.Captures, 1))
			return httpapi.Empty(http.StatusNoContent), err
		}
	}
	for name, tt := range map[string]struct {
		err  error
		want any
	}{
		"done":         {nil, nil},
		"unauthorized": {problem.New(problem.Unauthorized, "No."), 1.0},
		"forbidden":    {problem.New(problem.Forbidden, "No."), 1.0},
		"not found":    {problem.New(problem.NotFound, "No."), nil},
		"broken":       {errors.New("down"), nil},
	} {
		_, line := serve(t, httpapi.Routes{"GET /": answering(tt.err)}, &httpapi.Request{RouteKey: "GET /"})
		if got := line[string(metric.AuthFailures)]; got != tt.want || line[string(metric.Captures)] != 1.0 {
			t.Errorf("%s: %v, want %v failures: %v", name, got, tt.want, line)
		}
	}
}

func stringOf(value any) string {
	text, _ := value.(string)
	return text
}

func TestForTenantGivesTheVerifiedTenant(t *testing.T) {
	t.Parallel()
	routes := httpapi.Routes{"GET /me": httpapi.ForTenant(verifier(),
		func(_ context.Context, _ *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
			return httpapi.JSON(http.StatusOK, caller.Tenant.String())
		})}
	r := signedIn()
	r.RouteKey = "GET /me"
	response, line := serve(t, routes, r)
	if response.Body != strconv.Quote(john) || line["tenantId"] != john {
		t.Errorf("answer %+v, log %v", response, line)
	}
}

func TestForTenantRefusesWhatIsNotVerified(t *testing.T) {
	t.Parallel()
	routes := httpapi.Routes{"GET /me": httpapi.ForTenant(verifier(),
		func(context.Context, *httpapi.Request, tenant.Caller) (httpapi.Response, error) {
			t.Error("the handler was called")
			return httpapi.Response{}, nil
		})}
	idToken := signedIn()
	idToken.Context.Authorizer.JWT.Claims["token_use"] = "id"
	for name, r := range map[string]*httpapi.Request{"no claims": {}, "an ID token": idToken} {
		r.RouteKey = "GET /me"
		if response, _ := serve(t, routes, r); response.Status != http.StatusUnauthorized {
			t.Errorf("%s: %+v", name, response)
		}
	}
}
