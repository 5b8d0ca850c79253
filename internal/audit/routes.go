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
		limit, after, err := wanted(r)
		if err != nil {
			return httpapi.Response{}, err
		}
		entries, more, err := trail.list(ctx, caller.Tenant, limit, after)
		if err != nil {
			return httpapi.Response{}, err
		}
		own, err := leads.Of(caller.Tenant)
		if err != nil {
			return httpapi.Response{}, err
		}
		known, err := ids(ctx, own, entries)
		if err != nil {
			return httpapi.Response{}, err
		}
		return httpapi.JSON(http.StatusOK, answer(entries, known, more))
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

func answer(entries []Entry, known map[name]string, more bool) page {
	p := page{Entries: make([]document, len(entries))}
	for i, e := range entries {
		p.Entries[i] = document{
			At: e.At, Actor: e.Actor, Action: e.Action, RequestID: e.RequestID,
			Changed: append([]string{}, e.Changed...), // never null
			LeadID:  given(known[name{e.CapturedAt, e.Alias}]), StatusBefore: given(e.StatusBefore), StatusAfter: given(e.StatusAfter),
		}
	}
	if more {
		last := entries[len(entries)-1]
		next := place{last.At, last.Sequence}.cursor()
		p.NextCursor = &next
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
// parameter. An empty parameter counts as absent.
func wanted(r *httpapi.Request) (limit int, after *place, err error) {
	query, err := r.Query()
	if err != nil {
		return 0, nil, err
	}
	var fields problem.Fields
	limit = defaultLimit
	if text := single(query, "limit", &fields); text != "" {
		var bad error
		if limit, bad = strconv.Atoi(text); bad != nil || limit < 1 || limit > maxLimit {
			fields.Add("limit", "must be a number from 1 to 100")
		}
	}
	if text := single(query, "cursor", &fields); text != "" {
		p, bad := parseCursor(text)
		if bad != nil {
			fields.Add("cursor", "is not a nextCursor of this list")
		}
		after = &p
	}
	return limit, after, fields.Err()
}

func single(query url.Values, parameter string, fields *problem.Fields) string {
	if len(query[parameter]) > 1 {
		fields.Add(parameter, "is given more than once")
		return ""
	}
	return query.Get(parameter)
}
