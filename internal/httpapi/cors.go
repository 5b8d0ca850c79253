package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"clientflow/internal/env"
)

const (
	// preflightSeconds is how long a browser may remember what a preflight answered.
	preflightSeconds = "3600"
	// The methods of all routes that dashboards call, and the headers that these read.
	dashboardMethods = "GET, POST, PUT, PATCH, DELETE"
	dashboardHeaders = "authorization, content-type"
	// exposedHeaders are those of our answers that browsers would hide from a page of
	// another origin.
	exposedHeaders = "content-disposition, link, x-request-id"
)

// LetRead lets a browser show the answer to pages of an origin.
func (r Response) LetRead(origin string) {
	r.Headers["access-control-allow-origin"] = origin
}

// LetSend answers a preflight: pages that may read the answer may send requests of
// these methods, with these headers.
func (r Response) LetSend(methods, headers string) {
	r.Headers["access-control-allow-methods"] = methods
	r.Headers["access-control-allow-headers"] = headers
	r.Headers["access-control-max-age"] = preflightSeconds
}

// Dashboards are the origins other than the API's own whose pages may call it with
// the token of who is signed in there. A browser sends no cookie along, so none of
// them can use a session that another page has. The zero Dashboards are none.
type Dashboards struct{ origins []string }

// ReadDashboards reads them from a function's settings.
func ReadDashboards(settings *env.Reader) Dashboards {
	listed := strings.Split(settings.Optional("DASHBOARD_ORIGINS"), ",")
	return Dashboards{slices.DeleteFunc(listed, func(origin string) bool { return origin == "" })}
}

// ServeDashboards is Serve, and lets the dashboards of the settings read all that is
// answered, refusals included.
func (routes Routes) ServeDashboards(settings *env.Reader, log *slog.Logger) func(context.Context, *Request) (Response, error) {
	serve, dashboards := routes.Serve(log), ReadDashboards(settings)
	if len(dashboards.origins) == 0 {
		return serve
	}
	return func(ctx context.Context, r *Request) (Response, error) {
		response, err := serve(ctx, r)
		if err != nil {
			return Response{}, err
		}
		response.vary("Origin")
		if origin := r.Header("origin"); dashboards.include(origin) {
			response.LetRead(origin)
			response.Headers["access-control-expose-headers"] = exposedHeaders
		}
		return response, nil
	}
}

// Preflight answers what a browser asks before it lets a page of another origin call
// any route; ServeDashboards adds that a dashboard may. For others there is no such
// route.
func (d Dashboards) Preflight(_ context.Context, r *Request) (Response, error) {
	if !d.include(r.Header("origin")) {
		return Response{}, errNoRoute
	}
	response := Empty(http.StatusNoContent)
	response.LetSend(dashboardMethods, dashboardHeaders)
	return response, nil
}

func (d Dashboards) include(origin string) bool { return slices.Contains(d.origins, origin) }

// vary tells caches that the answer depends on a header of the request too.
func (r Response) vary(header string) {
	if others := r.Headers["vary"]; others != "" {
		header = others + ", " + header
	}
	r.Headers["vary"] = header
}
