package lead

import (
	"context"
	"crypto/rand"
	"fmt"

	"clientflow/internal/tenantdb"
)

// aliasLen makes an alias of 65 bits, which need only tell apart one tenant's leads
// of one millisecond.
const aliasLen = 13

// newAlias returns a name for a lead that says nothing of it, and that nobody can
// find from what they know of it.
func newAlias() string { return rand.Text()[:aliasLen] }

// WithAlias returns the id of the lead that was captured at that time and has that
// alias, or ErrNotFound when it is gone.
func (l Leads) WithAlias(ctx context.Context, capturedAt Timestamp, alias string) (leadID string, err error) {
	page, err := l.items.Query(ctx, tenantdb.Query{
		Index:  newestFirst,
		Sort:   "createdAt = :captured",
		Filter: "alias = :alias",
		Values: tenantdb.Item{":captured": text(capturedAt), ":alias": text(alias)},
	})
	if err != nil {
		return "", fmt.Errorf("find a lead by its alias: %w", err)
	}
	if len(page.Items) == 0 {
		return "", ErrNotFound
	}
	found, err := read(page.Items[0])
	return found.ID, err
}
