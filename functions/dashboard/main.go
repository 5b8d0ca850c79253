// Command dashboard is the function that shows an IB its own record, counters and audit trail.
package main

import (
	"log/slog"
	"maps"
	"time"
	_ "time/tzdata" // Lambda's provided.al2023 has no time zones of its own

	"clientflow/internal/account/profile"
	"clientflow/internal/audit"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/stats"
	"clientflow/internal/tenantfunction"
)

func main() { function.Start("dashboard", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	tenants := tenantfunction.ReadSettings(settings)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	f := tenants.Open(awsclient.Connect(tenantfunction.Services()...))
	routes := profile.Routes(f.Verifier, f.Users)
	maps.Copy(routes, stats.Routes(f.Verifier, f.Leads, f.Users, time.Now))
	maps.Copy(routes, audit.Routes(f.Verifier, audit.NewStore(f.Leads), lead.NewStore(f.Leads, time.Now)))
	return f.Guard(routes).ServeDashboards(settings, log), nil
}
