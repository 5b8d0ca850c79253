package health_test

import (
	"log/slog"
	"testing"

	"clientflow/internal/health"
	"clientflow/internal/httpapi"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	serve := health.Routes(httpapi.Dashboards{}).Serve(slog.New(slog.DiscardHandler))
	response, err := serve(t.Context(), &httpapi.Request{RouteKey: "GET /health"})
	if err != nil || response.Status != 200 || response.Body != `{"status":"ok"}` {
		t.Errorf("got %+v, %v", response, err)
	}
	if got := response.Headers["content-type"]; got != "application/json" {
		t.Errorf("content type is %q", got)
	}
}
