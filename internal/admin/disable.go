package admin

import (
	"context"
	"net/http"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

// disable disables an IB, or lets it in again.
func (d desk) disable(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	id, err := named(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	object, err := r.JSON()
	if err != nil {
		return httpapi.Response{}, err
	}
	var fields problem.Fields
	disabled := object.Bool("disabled", &fields)
	if !object.Has("disabled") {
		fields.Add("disabled", "is required")
	}
	if err := fields.Err(); err != nil {
		return httpapi.Response{}, err
	}
	if err := d.users.SetDisabled(ctx, id, disabled, d.now()); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
