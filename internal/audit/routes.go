package audit

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

const (
	defaultLimit = 25
	maxLimit     = 100
)

// document is an entry as the IB sees it.
type document struct {
	At     lead.Timestamp `json:"at"`
	Actor  origin.Actor   `json:"actor"`
	Action Action         `json:"action"`
	// LeadID is nil when the lead is gone.
	LeadID    *string  `json:"leadId"`
	RequestID string   `json:"requestId"`
	Changed   []string `json:"changed"`
	// StatusBefore and StatusAfter are nil when the status did not change; a new lead
	// had none before.
	StatusBefore *lead.Status `json:"statusBefore"`
	StatusAfter  *lead.Status `json:"statusAfter"`
}

// Routes returns the route by which an IB sees what was done to its leads.
func Routes(verifier tenant.Verifier, trail Store, leads lead.Store) httpapi.Routes {
	serve := func(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
		own, err := leads.Of(caller.Tenant)
		if err != nil {
			return httpapi.Response{}, err
		}
		w, err := wanted(ctx, r, own)
		if err != nil {
			return httpapi.Response{}, err
		}
		entries, next, err := trail.list(ctx, caller.Tenant, w)
		if err != nil {
			return httpapi.Response{}, err
		}
		known, err := ids(ctx, own, entries)
		if err != nil {
			return httpapi.Response{}, err
		}
		return httpapi.JSON(http.StatusOK, answer(entries, known, next))
	}
	return httpapi.Routes{"GET /audit": httpapi.ForTenant(verifier, serve)}
}

// page is a part of a trail.
type page struct {
	// Entries are the newest first, and never nil.
	Entries []document `json:"entries"`
	// NextCursor is where the trail goes on; nil at its end.
	NextCursor *string `json:"nextCursor"`
}

func answer(entries []Entry, known map[name]string, next *place) page {
	p := page{Entries: make([]document, len(entries))}
	for i, e := range entries {
		p.Entries[i] = document{
			At: e.At, Actor: e.Actor, Action: e.Action, RequestID: e.RequestID,
			Changed: append([]string{}, e.Changed...), // never null
			LeadID:  given(known[name{e.CapturedAt, e.Alias}]), StatusBefore: given(e.StatusBefore), StatusAfter: given(e.StatusAfter),
		}
	}
	if next != nil {
		cursor := next.cursor()
		p.NextCursor = &cursor
	}
	return p
}

func given[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}

// wanted reads the query, or returns an Invalid problem that names every bad
// parameter. An empty parameter counts as absent. For a lead that the tenant does not
// have, or not any more, it returns lead.ErrNotFound.
func wanted(ctx context.Context, r *httpapi.Request, leads lead.Leads) (selection, error) {
	query, err := r.Query()
	if err != nil {
		return selection{}, err
	}
	var fields problem.Fields
	w := selection{limit: defaultLimit}
	if text := single(query, "limit", &fields); text != "" {
		var bad error
		if w.limit, bad = strconv.Atoi(text); bad != nil || w.limit < 1 || w.limit > maxLimit {
			fields.Add("limit", "must be a number from 1 to 100")
		}
	}
	if text := single(query, "cursor", &fields); text != "" {
		p, bad := parseCursor(text)
		if bad != nil {
			fields.Add("cursor", "is not a nextCursor of this list")
		}
		w.after = &p
	}
	leadID := single(query, "leadId", &fields)
	if err := fields.Err(); err != nil || leadID == "" {
		return w, err
	}
	about, err := leads.Get(ctx, leadID)
	if err != nil {
		return selection{}, err
	}
	w.of = &name{about.CreatedAt, about.Alias}
	return w, nil
}

func single(query url.Values, parameter string, fields *problem.Fields) string {
	if len(query[parameter]) > 1 {
		fields.Add(parameter, "is given more than once")
		return ""
	}
	return query.Get(parameter)
}
