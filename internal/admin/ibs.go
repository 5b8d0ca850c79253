package admin

import (
	"context"
	"net/http"
	"sync"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

// pageSize bounds the IBs of one answer, each of which takes two small reads.
const pageSize = 25

// document is an IB as the admin sees it.
type document struct {
	UserID                     string            `json:"userId"`
	Email                      string            `json:"email"`
	Name                       string            `json:"name"`
	SystemeTagPrefix           string            `json:"systemeTagPrefix"`
	SystemeWorkflowsConfigured bool              `json:"systemeWorkflowsConfigured"`
	FormKey                    string            `json:"formKey"`
	CreatedAt                  account.Timestamp `json:"createdAt"`
	LeadCount                  int               `json:"leadCount"`
	Disabled                   bool              `json:"disabled"`
}

// list answers with the IBs that have confirmed their address, the newest first.
func (d desk) list(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	after, err := cursor(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	page, err := d.directory.Page(ctx, after, pageSize)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := d.read(ctx, page.IBs)
	if err != nil {
		return httpapi.Response{}, err
	}
	answer := struct {
		IBs        []document `json:"ibs"`
		NextCursor *string    `json:"nextCursor"`
	}{IBs: found}
	if page.Next != nil {
		next := page.Next.String()
		answer.NextCursor = &next
	}
	return httpapi.JSON(http.StatusOK, answer)
}

// cursor returns where the list is to go on; nil at its beginning.
func cursor(r *httpapi.Request) (*account.Place, error) {
	query, err := r.Query()
	if err != nil {
		return nil, err
	}
	text := query.Get("cursor")
	if text == "" {
		return nil, nil
	}
	place, err := account.ParsePlace(text)
	if err != nil || len(query["cursor"]) > 1 {
		var fields problem.Fields
		fields.Add("cursor", "is not a nextCursor of this list")
		return nil, fields.Err()
	}
	return &place, nil
}

// read reads IBs side by side, and leaves out those whose record is gone.
func (d desk) read(ctx context.Context, ids []tenant.ID) ([]document, error) {
	documents, errs := make([]document, len(ids)), make([]error, len(ids))
	var reads sync.WaitGroup
	for i, id := range ids {
		reads.Go(func() { documents[i], errs[i] = d.ib(ctx, id) })
	}
	reads.Wait()
	found := []document{} // never null
	for i, err := range errs {
		switch {
		case err == nil:
			found = append(found, documents[i])
		case problem.Of(err).Kind != problem.NotFound:
			return nil, err
		}
	}
	return found, nil
}

// ib reads one IB: a NotFound problem when there is none.
func (d desk) ib(ctx context.Context, id tenant.ID) (document, error) {
	ib, err := d.users.Get(ctx, id)
	if err != nil {
		return document{}, err
	}
	leads, err := d.counters.Leads(ctx, id)
	if err != nil {
		return document{}, err
	}
	return document{
		UserID:                     id.String(),
		Email:                      ib.Email,
		Name:                       ib.Name,
		SystemeTagPrefix:           ib.Prefix.String(),
		SystemeWorkflowsConfigured: ib.WorkflowsConfigured,
		FormKey:                    ib.FormKey,
		CreatedAt:                  ib.CreatedAt,
		LeadCount:                  leads,
		Disabled:                   ib.DisabledAt != "",
	}, nil
}

// show answers with one IB.
func (d desk) show(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	id, err := named(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := d.ib(ctx, id)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, found)
}

// named returns the IB that the path names. It is for requests of admins alone,
// which desk.routes sees to: a NotFound problem for what is no userId.
func named(r *httpapi.Request) (tenant.ID, error) {
	id, err := tenant.Stored(r.Path("userId"))
	if err != nil {
		return tenant.ID{}, problem.New(problem.NotFound, "There is no such account.")
	}
	return id, nil
}
