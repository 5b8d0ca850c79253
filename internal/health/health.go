// Package health answers whether the API answers. It asks nothing of tables or
// of other services: it must not fail when they do.
package health

import (
	"context"
	"net/http"

	"clientflow/internal/httpapi"
)

// Routes returns GET /health, which answers 200 {"status":"ok"}.
func Routes() httpapi.Routes {
	return httpapi.Routes{"GET /health": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
		return httpapi.JSON(http.StatusOK, map[string]string{"status": "ok"})
	}}
}
