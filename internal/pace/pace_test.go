package pace_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"clientflow/internal/systeme"
)

// All who call the account, each in an environment of its own and as impatient as it
// is, keep one rate together: of any calls, the last comes no sooner after the first
// than their number demands. And none of the rate is left unused.
func TestAllTogetherKeepOneRate(t *testing.T) {
	t.Parallel()
	callers := map[string]time.Duration{
		"sync": 48 * time.Second, "another sync": 48 * time.Second, "contacts": 4 * time.Second, "admin": 3 * time.Second,
		"reconcile": 4 * time.Minute,
	}
	for _, rate := range []float64{0.3, 1, 200} {
		inBubble(t, func(t *testing.T, w *world) {
			const calls = 400
			lasting := time.Duration(calls / rate * float64(time.Second))
			var running sync.WaitGroup
			started := time.Now()
			for _, patience := range callers {
				limiter := w.environment(rate)
				running.Go(func() {
					for time.Since(started) < lasting {
						err := w.call(limiter, patience)
						if err != nil && !errors.Is(err, systeme.RateLimited) {
							t.Error(err)
						}
						time.Sleep(max(systeme.RetryAfter(err), rand.N(time.Duration(float64(time.Second)/rate))))
						limiter.Observe(t.Context(), silent())
					}
				})
			}
			running.Wait()
			w.wantRate(rate)
			if len(w.calls) < calls*95/100 {
				t.Errorf("at %v a second: %d calls, want some %d", rate, len(w.calls), calls)
			}
		})
	}
}

// wantRate fails when some calls came closer together than the rate has it.
func (w *world) wantRate(rate float64) {
	w.tb.Helper()
	for first := range w.calls {
		for last := first + 1; last < len(w.calls); last++ {
			least := time.Duration(float64(last-first) / rate * float64(time.Second))
			if within := w.calls[last].Sub(w.calls[first]); within < least {
				w.tb.Fatalf("at %v a second: %d calls within %v", rate, last-first+1, within)
			}
		}
	}
}

// A turn is one write for who finds nobody there, for who comes again, and for who
// goes in line with another; who waits long asks once more.
func TestWhatATurnCosts(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		first, second := w.environment(10), w.environment(10)
		if took := w.took(1, first); took > 0 || w.count() != 1 {
			t.Errorf("the first call waited %v", took)
		}
		if w.took(20, first); w.count() != 20 {
			t.Error("one after another costs more than a write each")
		}
		time.Sleep(time.Hour)
		if took := w.took(1, first); took > 0 || w.count() != 1 {
			t.Errorf("after an hour a call waited %v", took)
		}
		w.took(1, second)
		w.count()
		var running sync.WaitGroup
		for range 2 {
			running.Go(func() { w.took(50, first) })
			running.Go(func() { w.took(50, second) })
		}
		if running.Wait(); w.count() > 210 {
			t.Error("200 calls in line cost more than a write each")
		}
		slow := w.environment(1)
		time.Sleep(time.Minute)
		if w.took(11, slow); w.count() != 1+10*2 {
			t.Error("calls that wait long do not cost two writes each")
		}
	})
}

// Who would have to wait too long is refused at once, told when to come, and has
// booked nothing: the next turn is the same for all others.
func TestNobodyOutwaitsTheDeadline(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		w.took(1, w.environment(0.1))
		started := time.Now()
		for range 3 {
			wantRefused(t, w.call(w.environment(0.1), 9*time.Second), 10*time.Second)
		}
		if waited := time.Since(started); waited > 0 {
			t.Errorf("was refused after %v", waited)
		}
		if took := w.took(1, w.environment(0.1)); took != 10*time.Second {
			t.Errorf("the next turn came after %v", took)
		}
	})
}

// Nobody books more than a minute ahead, even who has all the time of the world.
func TestNobodyBooksFarAhead(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		limiter := w.environment(0.01)
		w.took(1, limiter)
		wantRefused(t, limiter.Wait(t.Context()), 100*time.Second)
		time.Sleep(40 * time.Second)
		if took := w.took(1, limiter); took != time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

// An environment that ends while it waits has booked one turn in vain, and no more.
func TestATurnInVain(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		w.took(1, w.environment(1))
		ctx, end := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, end)
		if err := w.environment(1).Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if took := w.took(2, w.environment(1)); took != 2500*time.Millisecond {
			t.Errorf("the next calls took %v", took)
		}
	})
}

// A rate that is changed holds from the next turn on.
func TestAnotherRate(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		w.took(5, w.environment(0.1))
		time.Sleep(10 * time.Second)
		if took := w.took(11, w.environment(2)); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// What an environment with a wrong clock has written holds up nobody.
func TestAWrongClock(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		w.set(map[string]string{
			"nextTurn":    stamp(time.Now().Add(24 * time.Hour)),
			"pausedUntil": stamp(time.Now().Add(24 * time.Hour)),
		})
		if took := w.took(3, w.environment(1)); took != 2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// Without the table no call is made, and it is not taken for a refusal of Systeme.io.
func TestWithoutTheTable(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		limiter := w.environment(1)
		w.breakNetwork(true)
		if err := limiter.Wait(t.Context()); !errors.Is(err, errBroken) || errors.Is(err, systeme.RateLimited) {
			t.Errorf("got %v", err)
		}
		w.breakNetwork(false)
		w.took(1, limiter)
		time.AfterFunc(500*time.Millisecond, func() { w.breakNetwork(true) })
		if err := limiter.Wait(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("who waits when it breaks got %v", err)
		}
	})
}
