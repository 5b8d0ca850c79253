// Package pace keeps all functions together at one rate of calls of Systeme.io,
// which counts what the account does, whoever does it.
//
// They share an item of the Registry table, which holds when the next turn is free.
// A turn is booked by moving that on by the time between two calls, in one
// conditional write: turns never lie closer together than the rate has it, so there
// is no burst. Who has booked sleeps until the turn comes. The item also holds until
// when Systeme.io asked all to stay away, and how much its answers say to slow down.
//
// An environment that dies has booked one turn in vain, and nothing else. Clocks that
// differ let a call come nearer to the one before it by as much as they do; what no
// right clock can have written is not believed, so one that is wrong by hours holds
// up nobody.
//
// A caller waits behind those who booked before it, and each of them has one call
// under way at a time: the two environments of the sync, a run of the reconciler, and
// people who look at a page. So the line is as short as they are few, and a caller
// for whom it is too long is refused without having booked.
//
// The package knows of no lead and no tenant, and must not: functions that serve
// single IBs use it too.
package pace

import (
	"context"
	"fmt"
	"sync"
	"time"

	"clientflow/internal/systeme"
)

const (
	// longestWait bounds how far ahead a turn is booked, whatever the caller's own
	// deadline.
	longestWait = time.Minute
	// longWait is a wait after which it is asked again whether a pause has begun: it
	// reaches everyone within this time, and costs a second write only who waits.
	longWait = 500 * time.Millisecond
	// margin is what a caller must have left when its turn comes.
	margin = 100 * time.Millisecond
	// maxTries bounds how often a booking is tried again because others were faster.
	maxTries = 10
)

// Shared is a systeme.Limiter that all environments of all functions share.
type Shared struct {
	item     item
	interval time.Duration

	mu sync.Mutex
	// seen is the line as this environment last saw it.
	seen line
	// untold tells that the others do not know of its pause or speed yet.
	untold bool
}

// New returns a limiter at a rate for all who use the table, and makes no call. A rate
// that is not positive becomes 1, which has been reported to be safe.
func New(db API, table string, perSecond float64) *Shared {
	if !(perSecond > 0) {
		perSecond = 1
	}
	return &Shared{
		item:     item{db, table},
		interval: wholeMicroseconds(float64(time.Second) / perSecond),
	}
}

// Wait books a turn and returns when it has come. It refuses at once with
// systeme.RateLimited when the turn is after the context's deadline, or more than a
// minute away, and while a pause is on. When the table does not answer it returns
// that error: a call is not made without a turn.
func (s *Shared) Wait(ctx context.Context) error {
	if err := s.tell(ctx); err != nil {
		return err
	}
	turn, err := s.book(ctx)
	if err != nil {
		return err
	}
	delay := time.Until(turn)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	if delay > longWait {
		now, err := s.item.look(ctx)
		if err != nil {
			return fmt.Errorf("ask for a pause: %w", err)
		}
		s.see(now)
	}
	end := time.Now()
	return s.known(end).pause(end)
}

// State is how the rate is used.
type State struct {
	// Turns is how many turns were ever booked, from which two looks tell the rate
	// between them.
	Turns int64
	// Speed is the part of the rate that may be used now, up to 1.
	Speed float64
	// PausedFor is for how long nobody may call; 0 outside a pause.
	PausedFor time.Duration
}

// State looks at how the rate is used, which costs one write.
func (s *Shared) State(ctx context.Context) (State, error) {
	found, err := s.item.look(ctx)
	if err != nil {
		return State{}, fmt.Errorf("look at the rate: %w", err)
	}
	now := time.Now()
	found = found.believed(now, s.furthest())
	return State{
		Turns:     found.turns,
		Speed:     float64(s.interval) / float64(found.interval(s.interval, now)),
		PausedFor: max(0, found.pausedUntil.Sub(now)),
	}, nil
}

// book books the first turn that is free, and returns when it is.
func (s *Shared) book(ctx context.Context) (time.Time, error) {
	for range maxTries {
		now := time.Now()
		latest := now.Add(longestWait)
		if deadline, bound := ctx.Deadline(); bound && deadline.Add(-margin).Before(latest) {
			latest = deadline.Add(-margin)
		}
		known := s.known(now)
		if err := known.refusal(now, latest); err != nil {
			return time.Time{}, err
		}
		interval := known.interval(s.interval, now)
		booked, ok, err := s.item.book(ctx, booking{
			behind: !known.next.Before(now), now: now, latest: latest, furthest: now.Add(s.furthest()), interval: interval,
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("book a turn: %w", err)
		}
		s.see(booked)
		if ok {
			return booked.next.Add(-interval), nil
		}
	}
	return time.Time{}, refused(time.Second)
}

// furthest is how far ahead the next free turn can be: behind one that was booked as
// far ahead as may be, at the slowest. Clocks may differ by as much again.
func (s *Shared) furthest() time.Duration {
	return 2 * (longestWait + time.Duration(float64(s.interval)/systeme.Slowest))
}

// known returns the line as it was last seen.
func (s *Shared) known(now time.Time) line {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.believed(now, s.furthest())
}

// see remembers the line as it is, but for what the others do not know yet.
func (s *Shared) see(now line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.untold {
		now.pausedUntil, now.speed, now.slowUntil = s.seen.pausedUntil, s.seen.speed, s.seen.slowUntil
	}
	s.seen = now
}
