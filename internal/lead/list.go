package lead

import (
	"context"
	"errors"
	"fmt"

	"clientflow/internal/search"
	"clientflow/internal/tenantdb"
)

const (
	// newestFirst is the index that lists are read from.
	newestFirst = "byCreatedAt"
	// maxReads bounds the queries of one request.
	maxReads = 5
	// filteredRead is how many leads one query reads when not all are wanted, so
	// that a request reads 500 at most.
	filteredRead = 100
)

// filter says which leads are wanted. All its conditions must hold.
type filter struct {
	// status is the status wanted; "" for any.
	status Status
	// from and to bound CreatedAt, both inclusive.
	from, to Timestamp
	// search is the beginning of a word of the name or the address, in any case;
	// "" for any.
	search string
	// email is the one address wanted, normalised; "" for any.
	email string
}

// page is a part of a list.
type page struct {
	// Leads are the newest first, and never nil.
	Leads []Lead `json:"leads"`
	// NextCursor is where the list goes on; nil when it is at its end.
	NextCursor *string `json:"nextCursor"`
}

// list returns up to limit of the leads wanted, the newest first, from behind
// the position after; nil for the beginning. It reads a bounded number of leads,
// so a page of a filtered list may be short, or empty, and still have a
// NextCursor.
func (l Leads) list(ctx context.Context, f filter, limit int, after *position) (page, error) {
	if f.email != "" {
		return l.one(ctx, f)
	}
	found := make([]Lead, 0, limit+1)
	query := f.query(limit + 1) // one more tells whether the list goes on
	if after != nil {
		query.After = after.start()
	}
	for range maxReads {
		read, err := l.items.Query(ctx, query)
		if err != nil {
			return page{}, fmt.Errorf("list the leads: %w", err)
		}
		if found, err = f.take(found, read.Items, limit+1); err != nil {
			return page{}, err
		}
		if len(found) > limit {
			last := found[limit-1]
			return upTo(found[:limit], position{last.CreatedAt, keyPrefix + last.ID}), nil
		}
		if read.Next == nil {
			return page{Leads: found}, nil
		}
		query.After = read.Next
	}
	stopped, err := positionOf(query.After)
	if err != nil {
		return page{}, fmt.Errorf("list the leads: %w", err)
	}
	return upTo(found, stopped), nil
}

func upTo(leads []Lead, last position) page {
	cursor := last.cursor()
	return page{leads, &cursor}
}

// one reads the one lead that an address can be.
func (l Leads) one(ctx context.Context, f filter) (page, error) {
	found, err := l.Get(ctx, ID(l.items.Tenant(), f.email))
	switch {
	case errors.Is(err, ErrNotFound):
		return page{Leads: []Lead{}}, nil
	case err != nil:
		return page{}, err
	}
	if f.status != "" && found.Status != f.status || found.CreatedAt < f.from || found.CreatedAt > f.to {
		return page{Leads: []Lead{}}, nil
	}
	return page{Leads: []Lead{found}}, nil
}

// query is the filter as far as DynamoDB applies it.
func (f filter) query(limit int) tenantdb.Query {
	q := tenantdb.Query{
		Index:      newestFirst,
		Sort:       "createdAt BETWEEN :from AND :to",
		Values:     tenantdb.Item{":from": text(f.from), ":to": text(f.to)},
		Descending: true,
		Limit:      int32(limit),
	}
	if f.status != "" {
		q.Filter = "#status = :status"
		if f.status == New {
			q.Filter += " OR attribute_not_exists(#status)"
		}
		q.Names = map[string]string{"#status": "status"}
		q.Values[":status"] = text(f.status)
	}
	if f.status != "" || f.search != "" {
		q.Limit = filteredRead
	}
	return q
}

// take adds the leads among items that are wanted, until there are limit.
func (f filter) take(found []Lead, items []tenantdb.Item, limit int) ([]Lead, error) {
	for _, item := range items {
		lead, err := read(item)
		if err != nil {
			return nil, err
		}
		if f.search == "" || search.Begins(lead.Name, f.search) || search.Begins(lead.Email, f.search) {
			found = append(found, lead)
		}
		if len(found) == limit {
			break
		}
	}
	return found, nil
}
