package admin

import (
	"context"
	"net/http"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/workflow"
)

// workflows answers with the workflows to set up for an IB, and whether they were.
func (d desk) workflows(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	id, err := named(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	ib, err := d.users.Get(ctx, id)
	if err != nil {
		return httpapi.Response{}, err
	}
	all, err := workflow.For(ib)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, struct {
		Configured bool                `json:"configured"`
		Workflows  []workflow.Workflow `json:"workflows"`
	}{ib.WorkflowsConfigured, all})
}

// configure notes whether an IB's workflows were set up.
func (d desk) configure(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	id, err := named(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	object, err := r.JSON()
	if err != nil {
		return httpapi.Response{}, err
	}
	var fields problem.Fields
	configured := object.Bool("configured", &fields)
	if !object.Has("configured") {
		fields.Add("configured", "is required")
	}
	if err := fields.Err(); err != nil {
		return httpapi.Response{}, err
	}
	if err := d.users.SetWorkflowsConfigured(ctx, id, configured); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
