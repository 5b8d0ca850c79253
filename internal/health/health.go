// Package health answers whether the API answers, and browsers that ask whether a page
// may call it. It asks nothing of tables or of other services: it must not fail when
// they do.
package health

import (
	"context"
	"net/http"

	"clientflow/internal/httpapi"
)

// Routes returns GET /health, which answers 200 {"status":"ok"}, and the preflight of
// every route that has none of its own.
func Routes(dashboards httpapi.Dashboards) httpapi.Routes {
	return httpapi.Routes{
		"GET /health": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
			return httpapi.JSON(http.StatusOK, map[string]string{"status": "ok"})
		},
		"OPTIONS /{path+}": dashboards.Preflight,
	}
}
