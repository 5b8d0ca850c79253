package tagsync

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// gateAt returns the gate of an environment of its own.
func (w *world) gateAt(perSecond float64) *gate {
	e := w.start(&life{})
	w.paced(e, perSecond)
	return e.gate
}

func TestGateKeepsThePace(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		g := w.gateAt(2)
		started := time.Now()
		for range 5 {
			if err := g.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(started); took != 2*time.Second {
			t.Errorf("5 calls at 2 a second took %v", took)
		}
	})
}

// No call begins in the end of an invocation, nor is one waited for that would.
func TestGateKeepsTheReserve(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		g := w.gateAt(0.1)
		ctx, cancel := context.WithTimeout(t.Context(), reserve+25*time.Second)
		defer cancel()
		started := time.Now()
		calls := 0
		var err error
		for ; err == nil; calls++ {
			err = g.Wait(ctx)
		}
		if calls-1 != 3 || time.Since(started) != 20*time.Second {
			t.Errorf("%d calls in %v, want those after 0, 10 and 20 s", calls-1, time.Since(started))
		}
		if !errors.Is(err, systeme.RateLimited) || systeme.RetryAfter(err) != 10*time.Second {
			t.Errorf("got %v", err)
		}
		short, cancel := context.WithTimeout(t.Context(), reserve-time.Second)
		defer cancel()
		time.Sleep(10 * time.Second)
		if err := g.Wait(short); !errors.Is(err, systeme.RateLimited) {
			t.Errorf("in the reserve: %v", err)
		}
	})
}

// latePace waits until the context is over, as a turn on its very end may.
type latePace struct{ systeme.Limiter }

func (latePace) Wait(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

// Who runs into the reserve while waiting is put off; that is no failure.
func TestGatePutsOffWhoWaitsIntoTheReserve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), reserve+time.Second)
		defer cancel()
		if err := newGate(latePace{}, time.Now).Wait(ctx); !errors.Is(err, systeme.RateLimited) {
			t.Errorf("got %v", err)
		}
		if left := time.Until(must(ctx.Deadline())); left != reserve {
			t.Errorf("%v are left, want %v", left, reserve)
		}
	})
}

func must[T any](value T, ok bool) T {
	if !ok {
		panic("no value")
	}
	return value
}

func TestGateClosesForAFault(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		g := w.gateAt(1000)
		fault := &systeme.Error{Kind: systeme.Unauthorized}
		if !g.close(fault) || g.close(fault) {
			t.Error("a fault is news once")
		}
		time.Sleep(faultPause - time.Nanosecond)
		if err := g.Wait(t.Context()); !errors.Is(err, systeme.Unauthorized) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Nanosecond)
		if err := g.Wait(t.Context()); err != nil {
			t.Errorf("still closed: %v", err)
		}
		if !g.close(fault) {
			t.Error("a fault is news again later")
		}
	})
}

// A closed gate refuses at once, and whoever waits for a turn when it closes.
func TestGateClosesForThoseWhoWait(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		g := w.gateAt(0.1)
		if err := g.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { g.close(&systeme.Error{Kind: systeme.Forbidden}) })
		if err := g.Wait(t.Context()); !errors.Is(err, systeme.Forbidden) {
			t.Errorf("who waited got %v", err)
		}
		closed := time.Now()
		if err := g.Wait(t.Context()); !errors.Is(err, systeme.Forbidden) || time.Since(closed) > 0 {
			t.Errorf("got %v after %v", err, time.Since(closed))
		}
	})
}

// While the table does not tell when calls may be made, none is; no lead is failed for
// that, and none of its receives is used up.
func TestNobodyKnowsThePace(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		n := w.capture(w.addIB(1), jane())
		e := w.start(&life{})
		w.paced(e, 1)
		w.broken = func(_, body string) bool { return strings.Contains(body, "RATE#systeme") }
		w.drainFor(e, 6*time.Hour)
		w.wantPending(n)
		if calls := w.wire.take(); len(calls) > 0 || len(w.queue.hides) > 0 || w.queue.dead() > 0 {
			t.Errorf("calls %v, hidden %v, %d dead letters", calls, w.queue.hides, w.queue.dead())
		}
		w.broken = nil
		w.drainFor(e, 5*time.Minute)
		if l := w.lead(n); l.SyncState != lead.Synced {
			t.Errorf("lead is %s", l.SyncState)
		}
	})
}

// At a pace that a batch cannot be done at in one invocation, leads are put off
// and finished later, and none of their receives is used up.
func TestSlowPace(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		var leads []name
		for i := range 4 {
			s := jane()
			s.Email = fmt.Sprintf("jane%d@acme.test", i)
			leads = append(leads, w.capture(john, s))
		}
		e := w.start(&life{})
		w.paced(e, 0.05)
		started := time.Now()
		w.drain(e)
		for _, n := range leads {
			w.wantSynced(n, tagsOf(john))
		}
		calls := len(w.wire.take())
		if took := time.Since(started); took < time.Duration(calls-1)*20*time.Second || took > 2*time.Duration(calls)*20*time.Second {
			t.Errorf("%d calls took %v", calls, took)
		}
		if len(w.queue.hides) > 0 || strings.Contains(w.log.String(), "fault") {
			t.Errorf("receives were used up: %v", w.queue.hides)
		}
	})
}
