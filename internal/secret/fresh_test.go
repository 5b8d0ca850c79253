package secret

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// What was thrown out of the store is known for a Lifetime at most, although nobody
// refuses it.
func TestASecretThatWasThrownOutIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "old"}
		p := loaded(t.Context(), store)
		store.put("new", nil)
		for range 59 {
			time.Sleep(time.Second)
			if got := p.Fresh(t.Context()); got != "old" {
				t.Fatalf("got %q", got)
			}
		}
		time.Sleep(time.Second)
		if got := p.Fresh(t.Context()); got != "new" || store.reads != 2 {
			t.Errorf("got %q after %d reads", got, store.reads)
		}
	})
}

// An hour in which a secret is asked for ten times a second costs a read a minute.
func TestFreshnessCostsFewReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "secret"}
		p := loaded(t.Context(), store)
		for range 36_000 {
			p.Fresh(t.Context())
			time.Sleep(100 * time.Millisecond)
		}
		if store.reads < 59 || store.reads > 61 {
			t.Errorf("%d reads", store.reads)
		}
	})
}

// A store that is down takes nothing from who has a secret, and is not asked again at
// every turn. Who is refused meanwhile is told that it is down, not that nothing changed.
func TestWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		errDown := errors.New("the store is down")
		store := &shelf{value: "secret"}
		p := loaded(t.Context(), store)
		store.put("other", errDown)
		time.Sleep(Lifetime)
		for range 50 {
			if got := p.Fresh(t.Context()); got != "secret" {
				t.Errorf("got %q", got)
			}
			if _, err := p.Renew(t.Context(), "secret"); !errors.Is(err, errDown) {
				t.Errorf("error %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if store.reads != 2 {
			t.Errorf("%d reads", store.reads)
		}
		store.put("other", nil)
		time.Sleep(Pause)
		if got := p.Fresh(t.Context()); got != "other" {
			t.Errorf("got %q once it was back", got)
		}
		if got, err := p.Renew(t.Context(), "other"); got != "other" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// Where no secret is known yet and the store is slow, whoever has the time waits for it.
func TestASlowStoreIsWaitedForWithoutASecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "secret", err: errors.New("not yet")}
		p := loaded(t.Context(), store)
		store.put("secret", nil)
		store.slow = 4 * patience
		for range 2 {
			known := p.Fresh(t.Context())
			if got, err := p.Renew(t.Context(), known); got != "secret" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		}
		if got := p.Fresh(t.Context()); got != "secret" {
			t.Errorf("got %q", got)
		}
	})
}

// With a secret nobody waits longer than the patience for a store that is slow.
func TestASlowStoreKeepsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "secret"}
		p := loaded(t.Context(), store)
		store.slow = 4 * patience
		time.Sleep(Lifetime)
		began := time.Now()
		if got := p.Fresh(t.Context()); got != "secret" || time.Since(began) != patience {
			t.Errorf("got %q after %s", got, time.Since(began))
		}
	})
}
