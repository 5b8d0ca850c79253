// Command health is the function that says that the API answers.
package main

import (
	"log/slog"

	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/health"
)

func main() { function.Start("health", build) }

// build makes the handler; there is nothing to set.
func build(_ *env.Reader, log *slog.Logger) (any, error) {
	return health.Routes().Serve(log), nil
}
