package admin

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/search"
	"clientflow/internal/tenant"
)

const (
	// pageSize bounds the IBs of one answer, each of which takes two small reads.
	pageSize = 25
	// searchSize bounds the IBs that one search looks at, each of which takes one.
	searchSize = 200
	// maxSought is an address's length.
	maxSought = 254
)

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

// list answers with the IBs that have confirmed their address, the newest first. A
// search answers with those that it finds among the next searchSize, which may be
// none, and goes on behind them.
func (d desk) list(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	l, err := parseListing(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	page, err := d.directory.Page(ctx, l.after, l.size)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := d.read(ctx, page.IBs, l.sought)
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

// listing is what a caller of GET /admin/ibs asked for.
type listing struct {
	// sought begins a word of the name, the address, the prefix or the userId; "" for
	// all IBs.
	sought string
	// after is where the list is to go on; nil at its beginning.
	after *account.Place
	size  int
}

// parseListing reads the query, or returns an Invalid problem that names every bad
// parameter. An empty one counts as absent.
func parseListing(r *httpapi.Request) (listing, error) {
	query, err := r.Query()
	if err != nil {
		return listing{}, err
	}
	var fields problem.Fields
	l := listing{sought: strings.TrimSpace(query.Get("q")), size: pageSize}
	if len(query["q"]) > 1 || len(l.sought) > maxSought {
		fields.Add("q", "must be one text of 254 bytes at most")
	}
	if l.sought != "" {
		l.size = searchSize
	}
	if text := query.Get("cursor"); text != "" {
		place, err := account.ParsePlace(text)
		if err != nil || len(query["cursor"]) > 1 {
			fields.Add("cursor", "is not a nextCursor of this list")
		}
		l.after = &place
	}
	return l, fields.Err()
}

// read reads IBs side by side, and leaves out those whose record is gone and those
// that are not sought.
func (d desk) read(ctx context.Context, ids []tenant.ID, sought string) ([]document, error) {
	documents, errs := make([]*document, len(ids)), make([]error, len(ids))
	var reads sync.WaitGroup
	for i, id := range ids {
		reads.Go(func() { documents[i], errs[i] = d.find(ctx, id, sought) })
	}
	reads.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	found := []document{} // never null
	for _, document := range documents {
		if document != nil {
			found = append(found, *document)
		}
	}
	return found, nil
}

// find reads one IB; nil when there is none, or it is not sought.
func (d desk) find(ctx context.Context, id tenant.ID, sought string) (*document, error) {
	ib, err := d.users.Get(ctx, id)
	switch {
	case err != nil && problem.Of(err).Kind == problem.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case sought != "" && !isSought(ib, sought):
		return nil, nil
	}
	found, err := d.describe(ctx, ib)
	return &found, err
}

func isSought(ib account.IB, sought string) bool {
	texts := []string{ib.Name, ib.Email, ib.Prefix.String(), ib.Tenant.String()}
	return slices.ContainsFunc(texts, func(text string) bool { return search.Begins(text, sought) })
}

// ib reads one IB: a NotFound problem when there is none.
func (d desk) ib(ctx context.Context, id tenant.ID) (document, error) {
	ib, err := d.users.Get(ctx, id)
	if err != nil {
		return document{}, err
	}
	return d.describe(ctx, ib)
}

// describe adds to an IB's record how many leads it has.
func (d desk) describe(ctx context.Context, ib account.IB) (document, error) {
	leads, err := d.counters.Leads(ctx, ib.Tenant)
	if err != nil {
		return document{}, err
	}
	return document{
		UserID:                     ib.Tenant.String(),
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
