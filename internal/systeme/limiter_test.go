package systeme_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

// paced measures how long n turns of a Pacer take, the first being free.
func paced(t *testing.T, pacer *systeme.Pacer, n int) time.Duration {
	t.Helper()
	start := time.Now()
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			if err := pacer.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	return time.Since(start).Round(time.Millisecond)
}

func TestPacerKeepsTheCeiling(t *testing.T) {
	t.Parallel()
	for rate, want := range map[float64]time.Duration{2: 5 * time.Second, 0.5: 20 * time.Second, 0: 10 * time.Second, -1: 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			if got := paced(t, systeme.NewPacer(rate), 11); got != want {
				t.Errorf("%v a second: 11 turns took %s, want %s", rate, got, want)
			}
		})
	}
}

func TestPacerSlowsWhenLittleIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pacer := systeme.NewPacer(10)
		for _, test := range []struct {
			quota systeme.Quota
			want  time.Duration // for ten turns after the last
		}{
			{systeme.Quota{Limit: 100, Remaining: 100}, time.Second},
			{systeme.Quota{Limit: 100, Remaining: 20}, time.Second},
			{systeme.Quota{Limit: 100, Remaining: 10}, 2 * time.Second},
			{systeme.Quota{Limit: 100, Remaining: 0}, 10 * time.Second},
			{systeme.Quota{Remaining: -1}, 10 * time.Second}, // silence changes nothing
			{systeme.Quota{Limit: 100, Remaining: -1}, 10 * time.Second},
			{systeme.Quota{Limit: 100, Remaining: 50}, time.Second},
		} {
			pacer.Observe(t.Context(), test.quota)
			paced(t, pacer, 1)
			if got := paced(t, pacer, 10); got != test.want {
				t.Errorf("%+v: took %s, want %s", test.quota, got, test.want)
			}
		}
	})
}

func TestPacerPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pacer := systeme.NewPacer(10)
		pacer.Observe(t.Context(), systeme.Quota{Remaining: -1, RetryAfter: 30 * time.Second})
		pacer.Observe(t.Context(), systeme.Quota{Remaining: -1, RetryAfter: 5 * time.Second}) // shortens nothing
		time.Sleep(20 * time.Second)
		err := pacer.Wait(t.Context())
		if !errors.Is(err, systeme.RateLimited) || systeme.RetryAfter(err) != 10*time.Second {
			t.Errorf("error %v", err)
		}
		time.Sleep(9*time.Second + 900*time.Millisecond)
		if err := pacer.Wait(t.Context()); systeme.RetryAfter(err) != time.Second {
			t.Errorf("error %v, want at least a second", err)
		}
		time.Sleep(100 * time.Millisecond)
		if err := pacer.Wait(t.Context()); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func TestPauseReachesThoseWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pacer := systeme.NewPacer(1)
		paced(t, pacer, 1)
		waited := make(chan error)
		go func() { waited <- pacer.Wait(t.Context()) }()
		synctest.Wait()
		pacer.Observe(t.Context(), systeme.Quota{Remaining: -1, RetryAfter: time.Minute})
		if err := <-waited; !errors.Is(err, systeme.RateLimited) {
			t.Errorf("error %v", err)
		}
	})
}

func TestPacerDoesNotOutwaitItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pacer := systeme.NewPacer(0.1)
		paced(t, pacer, 1)

		soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		if err := pacer.Wait(soon); !errors.Is(err, systeme.RateLimited) || systeme.RetryAfter(err) != 10*time.Second || time.Since(start) != 0 {
			t.Errorf("error %v after %s, want it at once", err, time.Since(start))
		}

		given, giveUp := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, giveUp)
		if err := pacer.Wait(given); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		// The turns given up are free again: the next is due when the first of them was.
		if got := paced(t, pacer, 1); got != 9*time.Second {
			t.Errorf("the next turn took %s", got)
		}
	})
}

// recorder is a Limiter that lets everything pass and remembers.
type recorder struct {
	quotas  []systeme.Quota
	refusal error
}

func (r *recorder) Wait(context.Context) error { return r.refusal }
func (r *recorder) Observe(_ context.Context, quota systeme.Quota) {
	r.quotas = append(r.quotas, quota)
}

func TestClientObservesEveryAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		account := simulator.New(simulator.Options{RateLimit: 2, RatePeriod: time.Minute})
		defer account.Close()
		limiter := &recorder{}
		client, err := systeme.New(systeme.Config{
			BaseURL: "http://systeme.test", Key: systeme.Fixed("local"), Limiter: limiter, HTTP: &http.Client{Transport: inMemory{account.Handler()}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, err = client.TagByName(t.Context(), "x")
		}
		if !errors.Is(err, systeme.RateLimited) || systeme.RetryAfter(err) != 30*time.Second {
			t.Errorf("error %v", err)
		}
		want := []systeme.Quota{
			{Limit: 2, Remaining: 1, Refill: "30"}, {Limit: 2, Remaining: 0, Refill: "30"},
			{Limit: 2, Remaining: 0, Refill: "30", RetryAfter: 30 * time.Second},
		}
		for i := range want {
			if limiter.quotas[i] != want[i] {
				t.Errorf("observed %+v, want %+v", limiter.quotas[i], want[i])
			}
		}

		limiter.refusal = &systeme.Error{Kind: systeme.RateLimited, RetryAfter: time.Minute}
		_, err = client.TagByName(t.Context(), "x")
		if err == nil || err.Error() != "systeme: find tag: rate limited, retry after 1m0s" || len(account.Requests()) != 3 {
			t.Errorf("error %v after %d calls", err, len(account.Requests()))
		}
		limiter.refusal = context.Canceled
		if _, err = client.TagByName(t.Context(), "x"); !errors.Is(err, systeme.Temporary) || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestPacedClientMeetsNo429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// The ceiling is twice what the account allows: the headers alone hold it back.
		account := simulator.New(simulator.Options{RateLimit: 20, RatePeriod: 20 * time.Second})
		defer account.Close()
		client, err := systeme.New(systeme.Config{
			BaseURL: "http://systeme.test", Key: systeme.Fixed("local"), Limiter: systeme.NewPacer(2), HTTP: &http.Client{Transport: inMemory{account.Handler()}},
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for range 100 {
			if _, err := client.TagByName(t.Context(), "x"); !errors.Is(err, systeme.NotFound) {
				t.Fatalf("error %v", err)
			}
		}
		if took := time.Since(start); took > 2*time.Minute {
			t.Errorf("took %s: slower than the account asks", took)
		}
	})
}
