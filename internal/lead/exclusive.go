package lead

import (
	"context"
	"errors"
	"fmt"

	"clientflow/internal/ownership"
	"clientflow/internal/tenantdb"
)

// captureOwned stores a submission together with the tenant's claim of the address,
// or returns ownership.ErrTaken.
func (l Leads) captureOwned(ctx context.Context, first Lead, change tenantdb.Change) error {
	err := l.items.Transact(ctx,
		l.rule.Claim(l.items.Tenant(), first.Email, l.now()),
		tenantdb.Updated{Sort: keyPrefix + first.ID, Change: change})
	if _, refused := errors.AsType[*tenantdb.Unmet](err); refused {
		return ownership.ErrTaken
	}
	if err != nil {
		return fmt.Errorf("capture a lead: %w", err)
	}
	return nil
}

// add is Capture for the tenant itself, which is always told whether the address
// is new.
func (l Leads) add(ctx context.Context, s Submission) (leadID string, created bool, err error) {
	if !l.rule.Exclusive() {
		return l.Capture(ctx, s, FromDashboard)
	}
	_, err = l.Get(ctx, ID(l.items.Tenant(), s.Email))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", false, err
	}
	created = err != nil
	leadID, _, err = l.Capture(ctx, s, FromDashboard)
	return leadID, created, err
}
