// Command health is the function that says that the API answers, and to browsers which
// pages may call it.
package main

import (
	"log/slog"

	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/health"
	"clientflow/internal/httpapi"
)

func main() { function.Start("health", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	return health.Routes(httpapi.ReadDashboards(settings)).ServeDashboards(settings, log), nil
}
