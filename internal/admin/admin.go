// Package admin serves those who run ClientFlow: which IBs there are, what is to be
// set up for each in Systeme.io, and how the sync is doing.
//
// Its callers are the members of the Cognito group admins. They are shown IBs and
// numbers, and no lead: the function's role can count leads, and cannot read one.
// Membership is written in the access token, so one that is taken away ends when the
// token does, within the hour. An admin has an IB's record, as everyone who signs in, and
// is out at once when that is disabled, or when it signs out everywhere.
package admin

import (
	"context"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
)

// desk answers the admin's routes.
type desk struct {
	directory account.Directory
	users     account.Users
	counters  tally.Counters
	sync      queues
	webhook   *webhook
	rate      rate
	now       func() time.Time
}

func (d desk) routes(verifier tenant.Verifier) httpapi.Routes {
	routes := httpapi.Routes{
		"GET /admin/ibs":                    d.list,
		"GET /admin/ibs/{userId}":           d.show,
		"GET /admin/ibs/{userId}/workflows": d.workflows,
		"PUT /admin/ibs/{userId}/workflows": d.configure,
		"PUT /admin/ibs/{userId}/disabled":  d.disable,
		"GET /admin/sync":                   d.health,
		"POST /admin/sync/redrive":          d.redrive,
	}
	for route, handle := range d.users.Guard(verifier, routes) {
		routes[route] = forAdmins(verifier, handle)
	}
	return routes
}

// forAdmins closes a handler to all but admins. Nothing of the request but its token
// is looked at before, so whoever is refused learns nothing from how.
func forAdmins(verifier tenant.Verifier, handle httpapi.Handler) httpapi.Handler {
	return httpapi.ForTenant(verifier,
		func(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
			if !caller.Admin {
				return httpapi.Response{}, problem.New(problem.Forbidden, "This is for administrators.")
			}
			return handle(ctx, r)
		})
}
