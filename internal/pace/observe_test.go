package pace_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"clientflow/internal/systeme"
)

func stamp(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

// What one is told to stay away is for all: those who come, and those who wait in
// line. It costs those who know of it no write.
func TestAPauseIsForAll(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		met, waiting, known, unknown := w.environment(1), w.environment(1), w.environment(1), w.environment(1)
		w.took(1, known)
		w.took(1, met)
		var running sync.WaitGroup
		running.Go(func() { wantRefused(t, w.call(waiting, time.Minute), 29*time.Second) })
		time.Sleep(time.Millisecond)
		met.Observe(t.Context(), stay(30*time.Second-time.Millisecond))
		running.Wait()
		met.Observe(t.Context(), stay(5*time.Second)) // shortens nothing
		calls, started := len(w.calls), time.Now()
		wantRefused(t, w.call(unknown, time.Minute), 29*time.Second)
		wantRefused(t, w.call(known, time.Minute), 29*time.Second)
		w.count()
		for range 3 {
			wantRefused(t, w.call(unknown, time.Minute), 29*time.Second)
			wantRefused(t, w.call(met, time.Minute), 29*time.Second)
		}
		if len(w.calls) != calls || time.Since(started) > 0 || w.count() > 0 {
			t.Errorf("%d calls were made after %v", len(w.calls)-calls, time.Since(started))
		}
		time.Sleep(29*time.Second + time.Millisecond)
		if took := w.took(3, unknown); took > 2*time.Second {
			t.Errorf("after the pause 3 calls took %v", took)
		}
	})
}

// A pause that could not be told is told before the next call is made here.
func TestAPauseThatCouldNotBeTold(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		met, other := w.environment(1), w.environment(1)
		w.took(1, met)
		w.breakNetwork(true)
		met.Observe(t.Context(), stay(time.Minute))
		if err := met.Wait(t.Context()); err == nil {
			t.Error("a call is made without telling the others")
		}
		w.breakNetwork(false)
		w.took(1, other)
		wantRefused(t, met.Wait(t.Context()), 59*time.Second)
		wantRefused(t, other.Wait(t.Context()), 59*time.Second)
	})
}

// What one is told to slow down is for all, and so is that it is over. An answer that
// says nothing changes nothing, until what was said is old.
func TestSlowingDownIsForAll(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		told, other := w.environment(10), w.environment(10)
		w.took(1, other)
		for _, step := range []struct {
			quota systeme.Quota
			want  time.Duration // for ten turns
		}{
			{systeme.Quota{Limit: 100, Remaining: 100}, time.Second},
			{systeme.Quota{Limit: 100, Remaining: 20}, time.Second},
			{systeme.Quota{Limit: 100, Remaining: 10}, 2 * time.Second},
			{systeme.Quota{Limit: 100, Remaining: 0}, 10 * time.Second},
			{silent(), 10 * time.Second},
			{systeme.Quota{Limit: 100, Remaining: 50}, time.Second},
			{systeme.Quota{Limit: 100, Remaining: 0}, 10 * time.Second},
		} {
			told.Observe(t.Context(), step.quota)
			w.took(2, other) // the first shows it the speed
			if took := w.took(10, other).Round(time.Millisecond); took != step.want {
				t.Errorf("after %+v ten turns take %v, want %v", step.quota, took, step.want)
			}
		}
		time.Sleep(5 * time.Minute)
		if took := w.took(11, other).Round(time.Millisecond); took != time.Second {
			t.Errorf("long after ten turns take %v", took)
		}
	})
}

// An answer that asks for nothing is told to nobody.
func TestNoNews(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) {
		limiter := w.environment(1)
		for _, quota := range []systeme.Quota{{}, silent(), {Limit: 100, Remaining: 60}, {Limit: 100, Remaining: -1}} {
			limiter.Observe(t.Context(), quota)
		}
		if n := w.count(); n > 0 {
			t.Errorf("%d writes", n)
		}
	})
}
