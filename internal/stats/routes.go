package stats

import (
	"context"
	"net/http"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Routes returns the route by which an IB sees its counters: those in the table
// that holds its leads, in the time zone of its record.
func Routes(verifier tenant.Verifier, leads tenantdb.Table, users account.Users, now func() time.Time) httpapi.Routes {
	counters := tally.New(leads)
	serve := func(ctx context.Context, _ *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
		ib, err := users.Get(ctx, caller.Tenant)
		if err != nil {
			return httpapi.Response{}, err
		}
		local, err := inZone(now(), ib.TimeZone)
		if err != nil {
			return httpapi.Response{}, err
		}
		s, err := read(ctx, counters, caller.Tenant, local)
		if err != nil {
			return httpapi.Response{}, err
		}
		return httpapi.JSON(http.StatusOK, s)
	}
	return httpapi.Routes{"GET /stats": httpapi.ForTenant(verifier, serve)}
}
