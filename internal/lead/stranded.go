package lead

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clientflow/internal/tenantdb"
)

// strandedRead is how many leads are read at a time in search of stranded ones.
const strandedRead = 500

// Stranded returns the ids of leads that have waited for their sync since before
// that time, among strandedRead leads from behind the place after; "" for the
// beginning. Next is where to go on; "" at the end. A lead that was put back into
// the queue since then is not stranded.
func (l Leads) Stranded(ctx context.Context, before time.Time, after string) (ids []string, next string, err error) {
	query := tenantdb.Query{
		Index:      newestFirst,
		Filter:     waiting,
		Values:     since(before),
		Descending: true,
		Limit:      strandedRead,
	}
	if after != "" {
		from, err := parseCursor(after)
		if err != nil {
			return nil, "", err
		}
		query.After = from.start()
	}
	page, err := l.items.Query(ctx, query)
	if err != nil {
		return nil, "", fmt.Errorf("look for stranded leads: %w", err)
	}
	for _, item := range page.Items {
		found, err := read(item)
		if err != nil {
			return nil, "", err
		}
		ids = append(ids, found.ID)
	}
	if page.Next == nil {
		return ids, "", nil
	}
	stopped, err := positionOf(page.Next)
	if err != nil {
		return nil, "", fmt.Errorf("look for stranded leads: %w", err)
	}
	return ids, stopped.cursor(), nil
}

// waiting tells of a lead that it has waited for its sync since :before, and was not
// put back into the queue since. An older version's lead that does not say waits too.
const waiting = "(attribute_not_exists(syncState) OR syncState = :pending) AND " +
	"(attribute_not_exists(updatedAt) OR updatedAt <= :before) AND (attribute_not_exists(requeuedAt) OR requeuedAt <= :before)"

func since(before time.Time) tenantdb.Item {
	return tenantdb.Item{":pending": text(Pending), ":before": text(Stamp(before))}
}

// Requeue has a stranded lead published again, as a resync does, but shows nothing
// of it to the IB. It changes nothing of a lead that is not stranded any more.
func (l Leads) Requeue(ctx context.Context, leadID string, before time.Time) error {
	change := tenantdb.Change{
		Expression: "SET requeuedAt = :now ADD syncRequests :one",
		Condition:  exists + " AND " + waiting,
		Values:     since(before),
	}
	change.Values[":now"], change.Values[":one"] = text(Stamp(l.now())), number(1)
	_, err := l.update(ctx, leadID, change)
	if errors.Is(err, ErrNotFound) { // or not stranded
		return nil
	}
	return err
}

// RequeueErasures has the erasures published again that were asked for before that time,
// and whose messages have not been heard of since, and returns how many. The message of
// an erasure begins its tries anew for ever, so one more is for a message that was lost.
func (l Leads) RequeueErasures(ctx context.Context, before time.Time) (count int, err error) {
	for after := ""; ; {
		page, err := l.erasures(ctx, after)
		if err != nil {
			return count, err
		}
		for _, e := range page.Erasures {
			if e.State == ErasureDone || e.RequestedAt > Stamp(before) {
				continue
			}
			again, err := l.updateErasure(ctx, e.LeadID, tenantdb.Change{
				Expression: "SET messageAt = :now ADD syncRequests :one",
				Condition:  "requestedAt <= :before AND (attribute_not_exists(messageAt) OR messageAt <= :before)",
				Values:     tenantdb.Item{":now": text(Stamp(l.now())), ":one": number(1), ":before": text(Stamp(before))},
			})
			if err != nil {
				return count, err
			}
			if again {
				count++
			}
		}
		if page.NextCursor == nil {
			return count, nil
		}
		after = *page.NextCursor
	}
}
