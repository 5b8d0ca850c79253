// Command pages is the function that serves what is seen in a browser.
package main

import (
	"log/slog"

	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/page"
)

func main() { function.Start("pages", build) }

// build makes the handler; there is nothing to set.
func build(_ *env.Reader, log *slog.Logger) (any, error) {
	site, err := page.Load()
	if err != nil {
		return nil, err
	}
	return site.Routes().Serve(log), nil
}
