package lead

import (
	"context"
	"errors"
	"time"

	"clientflow/internal/tenantdb"
	"clientflow/internal/trace"
)

// resyncAfter is how long a lead may wait for its sync before another may be
// asked for: a sync that was lost on its way is asked for again, and a long
// queue is not made longer by impatience.
const resyncAfter = 10 * time.Minute

// resync asks for the lead to be brought to Systeme.io again. It changes nothing
// of a lead that has been waiting for that for less than resyncAfter.
func (l Leads) resync(ctx context.Context, leadID string) error {
	now := l.now()
	_, err := l.update(ctx, leadID, tenantdb.Change{
		Expression: "SET syncState = :pending, updatedAt = :now, trace = :trace REMOVE syncError, syncBlocks ADD syncRequests :one",
		Condition:  exists + " AND (syncState <> :pending OR updatedAt <= :before)",
		Values: tenantdb.Item{
			":pending": text(Pending), ":one": number(1),
			":now": text(Stamp(now)), ":before": text(Stamp(now.Add(-resyncAfter))),
			":trace": text(trace.Of(ctx).String()),
		},
	})
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	// The condition was false: it waits already, or there is none.
	_, err = l.Get(ctx, leadID)
	return err
}
