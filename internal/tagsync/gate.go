package tagsync

import (
	"context"
	"errors"
	"sync"
	"time"

	"clientflow/internal/systeme"
)

const (
	// callTimeout bounds each call of Systeme.io.
	callTimeout = 8 * time.Second
	// reserve is the end of an invocation in which no call is begun: enough for
	// one that is under way to be answered and recorded, and for messages to be
	// given back. The function's time-out must be longer.
	reserve = callTimeout + 4*time.Second
	// faultPause is how long nothing is tried after a fault of the account.
	faultPause = time.Minute
)

// gate is the limiter of a sync's client. Beyond keeping the pace it lets no call
// begin that could not be finished in the invocation's time, and none soon after
// a fault that is the whole account's: the leads behind it would all meet the
// same. It knows of the account alone, of no tenant, and is kept by the
// environment from one event to the next.
type gate struct {
	pace systeme.Limiter
	now  func() time.Time

	mu    sync.Mutex
	fault error
	until time.Time
}

// newGate returns an open gate that lets calls through at that pace.
func newGate(pace systeme.Limiter, now func() time.Time) *gate {
	return &gate{pace: pace, now: now}
}

// Wait returns when a call may begin. What it refuses is RateLimited when the
// call would come too late, or the fault for which the gate is closed.
func (g *gate) Wait(ctx context.Context) error {
	if err := g.closed(); err != nil {
		return err
	}
	if err := g.turn(ctx); err != nil {
		return err
	}
	// The call before this one may have closed the gate.
	return g.closed()
}

// turn waits at the pace, but not into the reserve.
func (g *gate) turn(ctx context.Context) error {
	waiting := ctx
	if deadline, bound := ctx.Deadline(); bound {
		var cancel context.CancelFunc
		waiting, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	err := g.pace.Wait(waiting)
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return &systeme.Error{Kind: systeme.RateLimited, RetryAfter: time.Second}
	}
	return err
}

// Observe passes on what an answer says of the account's quota.
func (g *gate) Observe(ctx context.Context, quota systeme.Quota) { g.pace.Observe(ctx, quota) }

// close shuts the gate for faultPause, and tells whether it was open: then the
// fault is news.
func (g *gate) close(fault error) (wasOpen bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if now.Before(g.until) {
		return false
	}
	g.fault, g.until = fault, now.Add(faultPause)
	return true
}

// closed returns the fault for which the gate is closed; nil when it is open.
func (g *gate) closed() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now().Before(g.until) {
		return g.fault
	}
	return nil
}
