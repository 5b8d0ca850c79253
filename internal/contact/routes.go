package contact

import (
	"context"
	"fmt"
	"net/http"

	"clientflow/internal/httpapi"
	"clientflow/internal/metric"
	"clientflow/internal/problem"
	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
)

// Routes returns the route by which an IB sees its contacts.
func Routes(verifier tenant.Verifier, directory Directory) httpapi.Routes {
	return httpapi.Routes{"GET /contacts": httpapi.ForTenant(verifier, directory.serve)}
}

func (d Directory) serve(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
	after, err := d.after(r, caller.Tenant)
	if err != nil {
		return httpapi.Response{}, err
	}
	page, err := d.page(ctx, caller.Tenant, after)
	if systeme.TooMany(err) {
		httpapi.NoteMetric(ctx, metric.Count(metric.RateLimited, 1))
	}
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, page)
}

// after reads the cursor; 0 when there is none.
func (d Directory) after(r *httpapi.Request, owner tenant.ID) (int64, error) {
	query, err := r.Query()
	if err != nil {
		return 0, err
	}
	var fields problem.Fields
	given := query["cursor"]
	switch {
	case len(given) > 1:
		fields.Add("cursor", "is given more than once")
	case len(given) == 1 && given[0] != "":
		after, ok := d.cursors.open(owner, given[0])
		if ok {
			return after, nil
		}
		fields.Add("cursor", "is not a nextCursor of this list")
	}
	return 0, fields.Err()
}

// unavailable is what an IB is told when Systeme.io does not give its contacts. The
// cause is for the log.
func unavailable(cause error) error {
	detail := "Systeme.io does not answer at the moment. Please try again in a minute."
	switch {
	case systeme.RetryAfter(cause) > 0:
		detail = "Systeme.io is busy at the moment. Please try again in a minute."
	case systeme.AccountFault(cause):
		detail = "Systeme.io refuses ClientFlow's key. Please tell your administrator."
	}
	return fmt.Errorf("%w: %w", problem.New(problem.Unavailable, detail), cause)
}
