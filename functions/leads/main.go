// Command leads is the function that serves an IB its leads.
package main

import (
	"log/slog"
	"time"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
	"clientflow/internal/tenantfunction"
)

func main() { function.Start("leads", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	tenants := tenantfunction.ReadSettings(settings)
	rule := ownership.Read(settings, settings.Text("REGISTRY_TABLE", "the table that tells whose an address is"))
	if err := settings.Err(); err != nil {
		return nil, err
	}
	f := tenants.Open(awsclient.Connect(tenantfunction.Services()...))
	leads := lead.NewStore(f.Leads, time.Now).Under(rule)
	return f.Guard(lead.Routes(f.Verifier, leads)).ServeDashboards(settings, log), nil
}
