package tagsync

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	var outlasted time.Duration
	for i, want := range []time.Duration{
		2 * time.Second, 8 * time.Second, 32 * time.Second, 128 * time.Second, 512 * time.Second, 2048 * time.Second, time.Hour, time.Hour,
	} {
		if got := backoff(i + 1); got != want {
			t.Errorf("after %d receives: %v, want %v", i+1, got, want)
		}
		if i+1 < maxReceives {
			outlasted += want
		}
	}
	if outlasted < time.Hour {
		t.Errorf("all tries are over after %v", outlasted)
	}
	if got := backoff(1_000_000); got != time.Hour {
		t.Errorf("after a million receives: %v", got)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for range 100 {
		got := spread(faultDelay)
		if got < faultDelay || got > faultDelay+faultDelay/4 {
			t.Errorf("%v became %v", faultDelay, got)
		}
		seen[got] = true
	}
	if len(seen) < 50 {
		t.Errorf("%d different waits of 100", len(seen))
	}
	if got := spread(0); got != 0 {
		t.Errorf("no wait became %v", got)
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int32{0: 0, 1: 1, time.Second: 1, 1500 * time.Millisecond: 2, maxDelay: 900} {
		if got := seconds(wait); got != want {
			t.Errorf("%v is %d s, want %d", wait, got, want)
		}
	}
}
