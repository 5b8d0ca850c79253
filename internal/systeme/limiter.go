package systeme

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter holds back calls, since all keys of an account share one quota.
type Limiter interface {
	// Wait returns when one call may be made. It returns an *Error of the kind
	// RateLimited when that is too long to wait for, or the context's error. Of any
	// other error the call is Unpaced.
	Wait(ctx context.Context) error
	// Observe is given what each answer says of the quota.
	Observe(context.Context, Quota)
}

// Pacer is a Limiter with a steady ceiling, for who has the account to itself. It
// slows down when an answer says that little is left, and while Systeme.io asks to
// stay away it refuses at once instead of waiting: who is refused can hand the work
// back to its queue for that time, where waiting costs nothing.
type Pacer struct {
	ceiling rate.Limit
	limiter *rate.Limiter

	mu          sync.Mutex
	pausedUntil time.Time
}

// NewPacer makes a Pacer that lets perSecond calls out in a second, evenly spaced.
// A rate that is not positive becomes 1, which has been reported to be safe.
func NewPacer(perSecond float64) *Pacer {
	if !(perSecond > 0) {
		perSecond = 1
	}
	ceiling := rate.Limit(perSecond)
	return &Pacer{ceiling: ceiling, limiter: rate.NewLimiter(ceiling, 1)}
}

// Wait waits for its turn, and refuses with RateLimited when the turn is after the
// context's deadline or a pause is on.
func (p *Pacer) Wait(ctx context.Context) error {
	if err := p.pause(); err != nil {
		return err
	}
	turn := p.limiter.Reserve()
	delay := turn.Delay()
	if deadline, bound := ctx.Deadline(); bound && delay > time.Until(deadline) {
		turn.Cancel()
		return &Error{Kind: RateLimited, RetryAfter: max(delay, time.Second)}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		turn.Cancel()
		return ctx.Err()
	case <-timer.C:
		return p.pause()
	}
}

// pause returns an error that says how long the pause still lasts; nil outside one.
func (p *Pacer) pause() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := time.Until(p.pausedUntil); left > 0 {
		return &Error{Kind: RateLimited, RetryAfter: max(left, time.Second)}
	}
	return nil
}

// Observe pauses for as long as the answer asks, and sets the speed by what is left.
func (p *Pacer) Observe(_ context.Context, quota Quota) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(quota.RetryAfter); quota.RetryAfter > 0 && until.After(p.pausedUntil) {
		p.pausedUntil = until
	}
	part, told := quota.Speed()
	if speed := p.ceiling * rate.Limit(part); told && speed != p.limiter.Limit() {
		p.limiter.SetLimit(speed)
	}
}
