package systeme

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetriesKeepTheMessageID(t *testing.T) {
	options := Options{RetryDelay: time.Second, Attempts: 4}
	bubble(t, options, func(t *testing.T, c caller, e *endpoint) {
		e.answer = func(number int) (int, error) {
			switch number {
			case 1:
				return 500, nil
			case 2:
				return 0, errors.New("connection refused")
			case 3:
				return 302, nil
			default:
				return 200, nil
			}
		}
		c.assign(c.newContact("jane@acme.test"), c.newTag("vip"))
		time.Sleep(time.Hour)
		deliveries := e.all()
		if len(deliveries) != 4 {
			t.Fatalf("%d attempts", len(deliveries))
		}
		attemptIDs := map[string]bool{}
		for i, wantAfter := range []time.Duration{0, time.Second, 5 * time.Second, 21 * time.Second} {
			got := deliveries[i]
			if got.after != wantAfter {
				t.Errorf("attempt %d came after %s, want %s", i, got.after, wantAfter)
			}
			if got.body != deliveries[0].body || got.header.Get("X-Webhook-Message-Id") != deliveries[0].header.Get("X-Webhook-Message-Id") {
				t.Errorf("attempt %d is another message", i)
			}
			attemptIDs[got.header.Get("X-Webhook-Delivery-Attempt-Id")] = true
		}
		if len(attemptIDs) != 4 {
			t.Errorf("%d attempt ids", len(attemptIDs))
		}
		if c.Webhooks()[0].Subscriptions[0].DisabledAt != nil {
			t.Error("disabled although the last attempt succeeded")
		}
	})
}

func TestAttemptsEnd(t *testing.T) {
	bubble(t, Options{Attempts: 3, DisableAfter: -1}, func(t *testing.T, c caller, e *endpoint) {
		e.answer = func(int) (int, error) { return 503, nil }
		c.assign(c.newContact("jane@acme.test"), c.newTag("vip"))
		time.Sleep(24 * time.Hour)
		if got := e.all(); len(got) != 3 {
			t.Errorf("%d attempts", len(got))
		}
		if c.Webhooks()[0].Subscriptions[0].DisabledAt != nil {
			t.Error("disabled although that is switched off")
		}
	})
}

func TestBadSuccessRateDisables(t *testing.T) {
	bubble(t, Options{DisableAfter: 5}, func(t *testing.T, c caller, e *endpoint) {
		e.answer = func(number int) (int, error) {
			if number == 4 { // one success begins the count anew
				return 200, nil
			}
			return 500, nil
		}
		for i := range 12 {
			c.assign(c.newContact(fmt.Sprintf("lead%d@acme.test", i)), c.newTag(fmt.Sprintf("tag%d", i)))
			synctest.Wait()
		}
		time.Sleep(time.Hour)
		if got := e.all(); len(got) != 9 {
			t.Errorf("%d attempts, want 4 and then 5 failures", len(got))
		}
		hook := c.Webhooks()[0]
		if s := hook.Subscriptions[0]; s.DisabledAt == nil || *s.DisabledReason != "BAD_SUCCESS_RATE" {
			t.Errorf("subscription %+v", s)
		}
		if s := hook.Subscriptions[1]; s.DisabledAt != nil {
			t.Errorf("the other subscription was disabled too: %+v", s)
		}

		e.answer = nil
		c.must(200, "PATCH", "/api/webhooks/"+hook.ID, `{"active":true}`)
		c.assign(c.newContact("late@acme.test"), c.newTag("late"))
		if got := events(e.all()); got[len(got)-1] != "+late" {
			t.Errorf("events %q", got)
		}
	})
}

func TestNoDeliveryWithoutSubscription(t *testing.T) {
	for name, spoil := range map[string]func(c caller, path string){
		"inactive": func(c caller, path string) { c.must(200, "PATCH", path, `{"active":false}`) },
		"deleted":  func(c caller, path string) { c.must(204, "DELETE", path, "") },
		"disabled": func(c caller, _ string) { c.DisableWebhooks() },
		"dropped":  func(c caller, path string) { c.must(200, "PATCH", path, `{"subscriptions":["SALE_NEW"]}`) },
		"after the event, while it waits for its retry": nil,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{}, func(t *testing.T, c caller, e *endpoint) {
				e.answer = func(int) (int, error) { return 500, nil }
				path := "/api/webhooks/" + c.Webhooks()[0].ID
				contact, tag := c.newContact("jane@acme.test"), c.newTag("vip")
				want := 0
				if spoil != nil {
					spoil(c, path)
					c.assign(contact, tag)
				} else {
					c.assign(contact, tag)
					synctest.Wait()
					c.must(204, "DELETE", path, "")
					want = 1
				}
				time.Sleep(time.Hour)
				if got := e.all(); len(got) != want {
					t.Errorf("%d deliveries, want %d", len(got), want)
				}
			})
		})
	}
}

func TestEventsOfAnInactiveWebhookAreNotKept(t *testing.T) {
	bubble(t, Options{Quirks: Quirks{Reorder: time.Minute}}, func(t *testing.T, c caller, e *endpoint) {
		path := "/api/webhooks/" + c.Webhooks()[0].ID
		c.must(200, "PATCH", path, `{"active":false}`)
		c.Tag(c.newContact("jane@acme.test"), "vip")
		c.must(200, "PATCH", path, `{"active":true}`)
		time.Sleep(time.Hour)
		if got := e.all(); len(got) != 0 {
			t.Errorf("%d deliveries", len(got))
		}
	})
}
