package tagsync

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/metric"
	"clientflow/internal/systeme"
)

// outcome is how the work on a lead ended, as the log has it.
type outcome string

const (
	synced    outcome = "synced"    // all its tags are on its contact
	made      outcome = "made"      // all the IB's tags are in Systeme.io
	unchanged outcome = "unchanged" // they were already
	finished  outcome = "erased"    // nothing of it is left in Systeme.io
	gone      outcome = "gone"      // there is nothing to do for the lead any more
	refused   outcome = "refused"   // Systeme.io does not take it: marked failed
	postponed outcome = "postponed" // a copy of the message comes later
	throttled outcome = "throttled" // the message comes again when Systeme.io lets it
	retried   outcome = "retried"   // the message comes again
	failed    outcome = "failed"    // marked failed; the message becomes a dead letter, or an erasure begins anew
)

func (o outcome) level() slog.Level {
	switch o {
	case failed:
		return slog.LevelError
	case retried, refused:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// end is how a delivery ended.
type end struct {
	outcome outcome
	// again tells that its messages are to be received again.
	again bool
	err   error
	// latency is how long the lead took from its capture; 0 when that is not known.
	latency time.Duration
	// recorded tells, of what failed, that all is recorded that was done for the lead.
	recorded bool
}

const (
	// faultDelay is how long a lead is put off for a fault of the account: short
	// enough to go on soon after it is mended, long enough for a queue full of
	// leads not to keep the function busy until then.
	faultDelay = 5 * time.Minute
	// unpacedDelay is how long a lead is put off when nobody could tell when its next
	// call may be made.
	unpacedDelay = time.Minute
	// firstRetry is the wait after the first failure, each further one being
	// retryGrowth times as long: a broken connection is mended in seconds, and
	// eight tries outlast an hour in which Systeme.io is down.
	firstRetry   = 2 * time.Second
	retryGrowth  = 4
	longestRetry = time.Hour
)

// narrowFault is a fault of the account that is no lead's, but that other leads
// may well not meet.
type narrowFault struct{ cause error }

func (f *narrowFault) Error() string { return "not the lead's fault: " + f.cause.Error() }

// refusal is Systeme.io's word that it does not take what was entered for a lead.
type refusal struct{ cause error }

func (r *refusal) Error() string { return "the lead is refused: " + r.cause.Error() }

// errInterrupted says that every try was cut off before it could fail.
var errInterrupted = errors.New("every try was interrupted")

// settle decides what becomes of a lead that could not be synced.
func (h *Handler) settle(ctx context.Context, d delivery, err error) end {
	_, lasting := errors.AsType[*refusal](err)
	early, isEarly := errors.AsType[*tooEarly](err)
	switch {
	case isEarly:
		return h.postpone(ctx, d, early.wait, err)
	case errors.Is(err, lead.ErrNotFound):
		return end{outcome: gone}
	case lasting:
		return h.refuse(ctx, d, err)
	case h.accountFault(ctx, err):
		return h.postpone(ctx, d, faultDelay, err)
	case errors.Is(err, errTurnOver):
		return h.postpone(ctx, d, 0, err)
	case systeme.TooMany(err):
		return h.stayAway(ctx, d, err)
	case errors.Is(err, systeme.RateLimited):
		return h.postpone(ctx, d, systeme.RetryAfter(err), err)
	case errors.Is(err, systeme.Unpaced):
		return h.postpone(ctx, d, unpacedDelay, err)
	case d.receives() >= h.maxReceives:
		return h.giveUp(ctx, d, err)
	}
	return h.retry(ctx, d, err)
}

// accountFault tells whether a failure is the account's. One that all leads would
// meet closes the gate. A fault that is news is written to the log in the line
// that the alarm looks for.
func (h *Handler) accountFault(ctx context.Context, err error) bool {
	_, narrow := errors.AsType[*narrowFault](err)
	wide := !narrow && systeme.AccountFault(err)
	if narrow || wide && h.gate.close(err) {
		h.log.LogAttrs(ctx, slog.LevelError, "account fault", requestID(ctx), eventlog.Error(err),
			metric.Count(metric.AccountFaults, 1))
	}
	return narrow || wide
}

// postpone sends a copy of the message for later and lets go of the original, so
// that waiting uses up none of the receives after which a message is dead. The
// copy is sent first: a crash in between leaves two messages, never none.
func (h *Handler) postpone(ctx context.Context, d delivery, delay time.Duration, cause error) end {
	if err := h.queue.send(ctx, d, spread(delay)); err != nil {
		return h.retry(ctx, d, errors.Join(cause, err))
	}
	return end{outcome: postponed, err: cause}
}

// stayAway hides the messages for as long as Systeme.io asks. That uses up a receive, and
// makes the wait after a failure longer, so it is done with the first receive alone; later
// a copy comes instead, which has all of them again.
func (h *Handler) stayAway(ctx context.Context, d delivery, cause error) end {
	wait := systeme.RetryAfter(cause)
	if d.receives() > 1 {
		return h.postpone(ctx, d, wait, cause)
	}
	return end{outcome: throttled, again: true, err: h.hide(ctx, d, spread(wait), cause)}
}

// retry lets the messages come again after a wait that grows with their receives.
func (h *Handler) retry(ctx context.Context, d delivery, cause error) end {
	wait := max(spread(backoff(d.receives())), systeme.RetryAfter(cause))
	return end{outcome: retried, again: true, err: h.hide(ctx, d, wait, cause)}
}

// refuse marks the lead failed with what Systeme.io says of its data. Trying
// again would change nothing.
func (h *Handler) refuse(ctx context.Context, d delivery, cause error) end {
	marked, err := h.markFailed(ctx, d.name, cause)
	switch {
	case err != nil:
		return h.retry(ctx, d, errors.Join(cause, err))
	case !marked:
		return end{outcome: gone}
	}
	return end{outcome: refused, err: cause}
}

// giveUp marks the lead failed after its last try and leaves its messages to
// become dead letters, from where the admin can bring them back.
func (h *Handler) giveUp(ctx context.Context, d delivery, cause error) end {
	erasing, err := h.markErasureFailed(ctx, d.name)
	switch {
	case err != nil:
		return h.retry(ctx, d, errors.Join(cause, err))
	case erasing:
		return h.persist(ctx, d, cause)
	}
	marked, err := h.markFailed(ctx, d.name, cause)
	switch {
	case err != nil:
		return h.retry(ctx, d, errors.Join(cause, err))
	case !marked:
		return end{outcome: gone}
	}
	return end{outcome: failed, again: true, err: h.hide(ctx, d, 0, cause)}
}

// hide sets how long the messages stay away. When that fails they stay away for
// the queue's own time-out, which is worth a word and no more.
func (h *Handler) hide(ctx context.Context, d delivery, wait time.Duration, cause error) error {
	for _, r := range d.records {
		if err := h.queue.hide(ctx, r, wait); err != nil {
			cause = errors.Join(cause, err)
		}
	}
	return cause
}

// markFailed marks a lead failed; false when there is nothing to mark, because
// the lead is gone, or synced by way of another message. An IB whose tags failed
// needs no mark: it has none that says that they are made.
func (h *Handler) markFailed(ctx context.Context, n name, cause error) (bool, error) {
	if n.leadID == "" {
		return true, nil
	}
	leads, err := h.leads.Of(n.owner)
	if err != nil {
		return false, err
	}
	l, err := leads.Get(ctx, n.leadID)
	if err == nil && l.SyncState == lead.Synced {
		return false, nil
	}
	if err == nil && (l.SyncState != lead.Failed || !errors.Is(cause, errInterrupted)) {
		err = leads.RecordFailed(ctx, n.leadID, reason(cause))
	}
	if errors.Is(err, lead.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// backoff is the wait after so many receives.
func backoff(receives int) time.Duration {
	wait := firstRetry
	for range receives - 1 {
		if wait *= retryGrowth; wait >= longestRetry {
			return longestRetry
		}
	}
	return wait
}

// spread lengthens a wait by up to a quarter at random, so that what was put off
// together does not come back together.
func spread(wait time.Duration) time.Duration {
	return wait + rand.N(wait/4+1)
}
