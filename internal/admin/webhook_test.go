package admin

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/internal/systeme"
)

// hooks is an account with these webhooks.
type hooks []systeme.Webhook

func (h hooks) Webhooks(context.Context) ([]systeme.Webhook, error) { return h, nil }

func TestStateOfTheWebhook(t *testing.T) {
	t.Parallel()
	const address = "https://api.example.com/webhooks/systeme"
	both := []systeme.Subscription{{Event: systeme.TagAdded}, {Event: systeme.TagRemoved}}
	cut := []systeme.Subscription{{Event: systeme.TagAdded, DisabledReason: "BAD_SUCCESS_RATE"}, {Event: systeme.TagRemoved}}
	hook := func(name, url string, active bool, subscriptions []systeme.Subscription) systeme.Webhook {
		return systeme.Webhook{Name: name, URL: url, Active: active, Subscriptions: subscriptions}
	}
	other := hook("clientflow-prod", "https://prod.example.com/webhooks/systeme", true, both)
	for name, tt := range map[string]struct {
		hooks hooks
		want  string
	}{
		"none":                      {nil, missing},
		"another stage's":           {hooks{other}, missing},
		"ours":                      {hooks{other, hook("clientflow-dev", address, true, both)}, working},
		"ours by another domain":    {hooks{hook("clientflow-dev", "https://own.example.com/webhooks/systeme", true, both)}, working},
		"ours by another name":      {hooks{hook("leads", address, true, both)}, working},
		"switched off":              {hooks{hook("clientflow-dev", address, false, both), other}, disabled},
		"switched off for failures": {hooks{hook("clientflow-dev", address, true, cut)}, disabled},
		"not told of removals":      {hooks{hook("clientflow-dev", address, true, both[:1])}, disabled},
		"an old one and a good one": {hooks{hook("leads", address, false, nil), hook("clientflow-dev", address, true, both)}, working},
		"a good one and an old one": {hooks{hook("clientflow-dev", address, true, both), hook("leads", address, false, nil)}, working},
	} {
		got, err := (&webhook{account: tt.hooks, name: "clientflow-dev"}).health(t.Context(), address)
		if err != nil || got.State != tt.want || got.Detail == "" {
			t.Errorf("%s: %+v, %v, want %s", name, got, err, tt.want)
		}
	}
}

// silence is a Systeme.io that never answers.
type silence struct{}

func (silence) Webhooks(ctx context.Context) ([]systeme.Webhook, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// counting is an account without webhooks that counts how often it is asked, and does
// not answer the first time.
type counting struct{ asked int }

func (c *counting) Webhooks(context.Context) ([]systeme.Webhook, error) {
	c.asked++
	if c.asked == 1 {
		return nil, errors.New("no answer")
	}
	return nil, nil
}

func TestWatchingTheSyncLeavesTheRateToIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		account := &counting{}
		w := &webhook{account: account, name: "clientflow-dev"}
		for i, want := range []struct {
			state string
			asked int
		}{{unknown, 1}, {missing, 2}, {missing, 2}, {missing, 3}} {
			got, _ := w.health(t.Context(), "")
			if got.State != want.state || account.asked != want.asked {
				t.Errorf("look %d: %s, asked %d times, want %+v", i, got.State, account.asked, want)
			}
			time.Sleep(keptFor/2 + time.Second)
		}
	})
}

func TestNobodyWaitsForSystemeForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		got, err := (&webhook{account: silence{}, name: "clientflow-dev"}).health(t.Context(), "")
		if got.State != unknown || !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != patience {
			t.Errorf("%+v, %v after %v", got, err, time.Since(begun))
		}
	})
}
