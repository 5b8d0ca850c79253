package lead

import (
	"context"
	"net/http"

	"clientflow/internal/httpapi"
	"clientflow/internal/metric"
	"clientflow/internal/tenant"
)

// Routes returns the routes by which an IB sees and changes its own leads.
func Routes(verifier tenant.Verifier, store Store) httpapi.Routes {
	own := func(handle func(context.Context, *httpapi.Request, Leads) (httpapi.Response, error)) httpapi.Handler {
		return httpapi.ForTenant(verifier,
			func(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
				leads, err := store.Of(caller.Tenant)
				if err != nil {
					return httpapi.Response{}, err
				}
				return handle(ctx, r, leads)
			})
	}
	return httpapi.Routes{
		"GET /leads":                  own(serveList),
		"POST /leads":                 own(serveAdd),
		"GET /leads/{leadId}":         own(serveGet),
		"PATCH /leads/{leadId}":       own(serveChange),
		"DELETE /leads/{leadId}":      own(serveErase),
		"POST /leads/{leadId}/resync": own(serveResync),
		"GET /leads/export":           own(serveExport),
		"GET /erasures":               own(serveErasures),
	}
}

func serveList(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	query, err := r.Query()
	if err != nil {
		return httpapi.Response{}, err
	}
	l, err := parseListing(query)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := leads.list(ctx, l.filter, l.limit, l.after)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, found)
}

// serveAdd tells the IB whether the lead is new: the address is one of its own.
func serveAdd(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	object, err := r.JSON()
	if err != nil {
		return httpapi.Response{}, err
	}
	submission, err := FromJSON(object)
	if err != nil {
		return httpapi.Response{}, err
	}
	leadID, created, err := leads.add(ctx, submission)
	if err != nil {
		return httpapi.Response{}, err
	}
	httpapi.NoteMetric(ctx, metric.Count(metric.Captures, 1))
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return httpapi.JSON(status, struct {
		Success bool   `json:"success"`
		LeadID  string `json:"leadId"`
	}{true, leadID})
}

func serveGet(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	found, err := leads.Get(ctx, r.Path("leadId"))
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, found)
}

func serveChange(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	object, err := r.JSON()
	if err != nil {
		return httpapi.Response{}, err
	}
	c, err := parseChange(object)
	if err != nil {
		return httpapi.Response{}, err
	}
	changed, err := leads.change(ctx, r.Path("leadId"), c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, changed)
}

func serveResync(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	if err := leads.resync(ctx, r.Path("leadId")); err != nil {
		return httpapi.Response{}, err
	}
	httpapi.NoteMetric(ctx, metric.Count(metric.Resyncs, 1))
	return httpapi.Empty(http.StatusAccepted), nil
}
