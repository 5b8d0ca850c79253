package main

import (
	"context"
	"strings"

	"clientflow/internal/audit"
	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// present is what the table itself has of a tenant.
type present struct {
	record bool
	// keys are the sort keys of its items.
	keys map[string]bool
	// erased and done are the aliases of the leads that the trail says were erased,
	// and whose traces were gone too.
	erased, done map[string]bool
}

// present reads what the table has of the tenant of an item. A scan comes to the items
// of one tenant one behind the other, so that of the last one alone is kept.
func (r *restoring) present(ctx context.Context, id tenant.ID) (*present, error) {
	if known := r.tenants[id.String()]; known != nil {
		return known, nil
	}
	record, err := r.record(ctx, id)
	if err != nil {
		return nil, err
	}
	p := &present{record != nil, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	err = r.eachItem(ctx, id, func(item tenantdb.Item) error {
		p.keys[textIn(item, lead.SortKey)] = true
		switch alias := textIn(item, "alias"); audit.Action(textIn(item, "action")) {
		case audit.Erased:
			p.erased[alias] = true
		case audit.ErasureDone:
			p.erased[alias], p.done[alias] = true, true
		}
		return nil
	})
	clear(r.tenants)
	r.tenants[id.String()] = p
	return p, err
}

// leadItem puts back an item of the table of leads, if it is to come back.
func (r *restoring) leadItem(ctx context.Context, item tenantdb.Item) (fate, error) {
	id, err := tenant.Stored(textIn(item, "userId"))
	if err != nil {
		return "", err
	}
	p, err := r.present(ctx, id)
	if err != nil {
		return "", err
	}
	sort, alias := textIn(item, lead.SortKey), textIn(item, "alias")
	begins, name, _ := strings.Cut(sort, "#")
	switch {
	case !p.record:
		return unowned, nil
	case p.keys[sort]:
		return there, nil
	}
	key := tenantdb.Item{"userId": item["userId"], lead.SortKey: item[lead.SortKey]}
	switch begins + "#" {
	case "AUDIT#":
		return r.put(ctx, r.leadsTable, key, item)
	case erasureKey:
		if p.done[alias] || textIn(item, "erasureState") == string(lead.ErasureDone) {
			return erased, nil
		}
		return r.put(ctx, r.leadsTable, key, item)
	case leadKey:
		if p.keys[erasureKey+name] || alias != "" && p.erased[alias] {
			return erased, nil
		}
		// Whoever changed it last does not bring it back.
		item["changedBy"], item["changedIn"] = str(origin.System), str("")
		return r.put(ctx, r.leadsTable, key, item, r.claim(id, item)...)
	}
	return derived, nil
}
