package reconcile

import (
	"context"
	"time"

	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

// tooLong is how long a lead, or an IB's tags, may wait for their way to Systeme.io
// before they are put back into the queue, and how long until they are again. It is
// longer than all tries of the sync last: what waits for that long and is still in
// the queue has a thousand others before it, or a fault that all share.
const tooLong = 6 * time.Hour

// silent is how long nothing may be heard of an erasure before it is put back: all its
// tries last half a day at most, and then it says that it is there.
const silent = 24 * time.Hour

// requeue puts back what has waited too long, and returns how much that was.
func (r *Reconciler) requeue(ctx context.Context) (count int, err error) {
	const round = "waiting"
	at, err := r.places.load(ctx, round)
	if err != nil {
		return 0, err
	}
	err = r.round(ctx, round, at, stepsPerRound, func(ctx context.Context, owner tenant.ID, at string) (string, error) {
		before := r.now().Add(-tooLong)
		leads, err := r.leads.Of(owner)
		if err != nil {
			return "", err
		}
		if at == "" {
			if err := r.requestTags(ctx, owner); err != nil {
				return "", err
			}
			erasures, err := leads.RequeueErasures(ctx, r.now().Add(-silent))
			if err != nil {
				return "", err
			}
			count += erasures
		}
		ids, next, err := leads.Stranded(ctx, before, at)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if err := leads.Requeue(ctx, id, before); err != nil {
				return "", err
			}
			count++
		}
		return next, nil
	})
	return count, err
}

// requestTags asks again for the tags of an IB that should have them by now.
func (r *Reconciler) requestTags(ctx context.Context, owner tenant.ID) error {
	ib, err := r.users.Get(ctx, owner)
	if err != nil {
		return unlessGone(err)
	}
	now := r.now()
	if ib.TagsMade != "" || ib.TagsRequested == "" || !ib.TagsRequested.Before(now.Add(-tooLong)) {
		return nil
	}
	return r.users.RequestTags(ctx, owner, ib.TagsRequested, now)
}

// unlessGone is nil for an IB whose record is gone: the directory is a moment behind.
func unlessGone(err error) error {
	if problem.Of(err).Kind == problem.NotFound {
		return nil
	}
	return err
}
