package httpapi_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"clientflow/internal/env"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

const dashboard = "https://dashboard.example.com"

// dashboards are the settings of a function that admits these origins.
func dashboards(origins string) *env.Reader {
	return &env.Reader{Lookup: func(name string) (string, bool) { return origins, name == "DASHBOARD_ORIGINS" }}
}

// called is what a function that admits these origins answers to a page of one of them.
func called(t *testing.T, origins, route, origin string) httpapi.Response {
	t.Helper()
	settings := dashboards(origins)
	routes := httpapi.Routes{
		"OPTIONS /{path+}": httpapi.ReadDashboards(settings).Preflight,
		"GET /ok": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.Empty(204), nil
		},
		"GET /packed": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			response := httpapi.Text(200, "text/csv", "")
			response.Headers["vary"] = "accept-encoding"
			return response, nil
		},
		"GET /refused": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.Response{}, problem.New(problem.Unauthorized, "No.")
		},
		"GET /broken": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.Response{}, errors.New("down")
		},
	}
	r := &httpapi.Request{RouteKey: route, Headers: map[string]string{}}
	if origin != "" {
		r.Headers["origin"] = origin
	}
	response, err := routes.ServeDashboards(settings, slog.New(slog.DiscardHandler))(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestDashboards(t *testing.T) {
	t.Parallel()
	const preflight = "OPTIONS /{path+}"
	for origin, admitted := range map[string]bool{
		dashboard: true, "http://localhost:5173": true,
		"": false, "null": false, "*": false, "https://evil.example": false, "http://dashboard.example.com": false,
		dashboard + ":8443": false, dashboard + ".evil.example": false, "https://evil.dashboard.example.com": false,
		"https://DASHBOARD.example.com": false, dashboard + "/": false, dashboard + ",http://localhost:5173": false,
	} {
		for route, status := range map[string]int{
			preflight: 204, "GET /ok": 204, "GET /packed": 200, "GET /refused": 401, "GET /broken": 500, "GET /none": 404,
		} {
			if route == preflight && !admitted {
				status = 404
			}
			got := called(t, dashboard+",http://localhost:5173,", route, origin)
			vary := "Origin"
			if route == "GET /packed" {
				vary = "accept-encoding, Origin"
			}
			want := map[string]string{"vary": vary}
			if admitted {
				want["access-control-allow-origin"] = origin
				want["access-control-expose-headers"] = "content-disposition, link, x-request-id"
			}
			if admitted && route == preflight {
				want["access-control-allow-methods"] = "GET, POST, PUT, PATCH, DELETE"
				want["access-control-allow-headers"] = "authorization, content-type"
				want["access-control-max-age"] = "3600"
			}
			wantShared(t, origin+" "+route, got, status, want)
		}
	}
}

// Without an origin that is allowed, answers are those of a function that knows of none.
func TestWithoutDashboards(t *testing.T) {
	t.Parallel()
	for _, origins := range []string{"", ","} {
		for _, origin := range []string{"", "null", "*", dashboard} {
			for route, status := range map[string]int{
				"OPTIONS /{path+}": 404, "GET /ok": 204, "GET /refused": 401, "GET /broken": 500,
			} {
				wantShared(t, origins+origin+" "+route, called(t, origins, route, origin), status, nil)
			}
		}
	}
}

// wantShared checks an answer's status, and that what it tells browsers of other origins
// is this and no more.
func wantShared(t *testing.T, name string, got httpapi.Response, status int, want map[string]string) {
	t.Helper()
	if got.Status != status {
		t.Errorf("%s: %d, want %d", name, got.Status, status)
	}
	for _, header := range []string{
		"vary", "access-control-allow-origin", "access-control-expose-headers", "access-control-allow-methods",
		"access-control-allow-headers", "access-control-max-age", "access-control-allow-credentials",
	} {
		value, has := got.Headers[header]
		if expected, wanted := want[header]; has != wanted || value != expected {
			t.Errorf("%s: %s is %q, want %q", name, header, value, expected)
		}
	}
}
