package iam

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	clock := newClock()
	store := NewKeys(clock.Now, nil)
	issued := store.Issue(Principal{ARN: "tenant", Tags: map[string]string{"userId": "john"}}, time.Hour)
	if want := clock.Now().Add(time.Hour); !issued.Expires.Equal(want) {
		t.Errorf("expires %v, want %v", issued.Expires, want)
	}
	if len(issued.AccessKeyID) != 20 || len(issued.SecretAccessKey) != 40 {
		t.Errorf("key %q and secret %q have not AWS's lengths", issued.AccessKeyID, issued.SecretAccessKey)
	}

	tests := map[string]struct {
		id, token string
		want      string
		err       error
	}{
		"issued":              {issued.AccessKeyID, issued.SessionToken, "tenant", nil},
		"without its token":   {issued.AccessKeyID, "", "", ErrWrongToken},
		"with another token":  {issued.AccessKeyID, "x", "", ErrWrongToken},
		"made up":             {"test", "", RootARN, nil},
		"made up with token":  {"ASIAIOSFODNN7EXAMPLE", "x", RootARN, nil},
		"of an earlier store": {NewKeys(clock.Now, nil).Issue(Principal{}, time.Hour).AccessKeyID, "x", "", ErrExpired},
	}
	for name, tt := range tests {
		p, err := store.Principal(tt.id, tt.token)
		if p.ARN != tt.want || !errors.Is(err, tt.err) || p.Root != (tt.want == RootARN) {
			t.Errorf("%s: principal %q (root %t), error %v; want %q, %v", name, p.ARN, p.Root, err, tt.want, tt.err)
		}
	}

	clock.Advance(time.Hour)
	if p, err := store.Principal(issued.AccessKeyID, issued.SessionToken); !errors.Is(err, ErrExpired) {
		t.Errorf("after its time: principal %q, error %v; want ErrExpired", p.ARN, err)
	}
}

func TestForgottenKeyIsNotMadeUp(t *testing.T) {
	t.Parallel()
	clock := newClock()
	store := NewKeys(clock.Now, nil)
	first := store.Issue(Principal{ARN: "tenant"}, time.Minute)
	clock.Advance(time.Hour)
	for range 2000 {
		store.Issue(Principal{ARN: "tenant"}, time.Minute)
	}
	if _, kept := store.issued[first.AccessKeyID]; kept {
		t.Error("an expired key is kept for ever")
	}
	if p, err := store.Principal(first.AccessKeyID, first.SessionToken); !errors.Is(err, ErrExpired) {
		t.Errorf("a forgotten key is %q, error %v; want ErrExpired", p.ARN, err)
	}
}

func TestKeysFromManyGoroutines(t *testing.T) {
	t.Parallel()
	store := NewKeys(time.Now, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				c := store.Issue(Principal{ARN: "tenant"}, time.Hour)
				if _, err := store.Principal(c.AccessKeyID, c.SessionToken); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestKeysHandOutTheRecorder(t *testing.T) {
	t.Parallel()
	var seen []string
	store := NewKeys(time.Now, func(d Decision) { seen = append(seen, d.Principal) })
	issued := store.Issue(Principal{ARN: "tenant"}, time.Hour)
	for _, id := range []string{issued.AccessKeyID, "made up"} {
		p, err := store.Principal(id, issued.SessionToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Authorize(Request{Action: "s:A"}); (err == nil) != p.Root {
			t.Errorf("%s: %v", p.ARN, err)
		}
	}
	if len(seen) != 2 || seen[0] != "tenant" || seen[1] != RootARN {
		t.Errorf("recorded %v", seen)
	}
}
