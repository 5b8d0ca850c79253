package systeme

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const newHook = `{"name":"clientflow","secret":"s3cret","url":"https://hook.test/systeme","subscriptions":[
	{"event":"CONTACT_TAG_ADDED","schemaVersion":1},{"event":"CONTACT_TAG_REMOVED","schemaVersion":1}]}`

// hook reads the webhook of an answer.
func (r reply) hook(t *testing.T) Webhook {
	t.Helper()
	var shown struct {
		ID, Name, URL string
		Active        bool
		Subscriptions []struct {
			ID, Event      string
			SchemaVersion  int
			DisabledReason *string
		}
	}
	if err := json.Unmarshal([]byte(r.raw), &shown); err != nil {
		t.Fatalf("no webhook: %s", r.raw)
	}
	hook := Webhook{ID: shown.ID, Name: shown.Name, URL: shown.URL, Active: shown.Active}
	for _, s := range shown.Subscriptions {
		hook.Subscriptions = append(hook.Subscriptions,
			Subscription{ID: s.ID, Event: s.Event, SchemaVersion: s.SchemaVersion, DisabledReason: s.DisabledReason})
	}
	return hook
}

func TestWebhookLife(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	created := c.must(201, "POST", "/api/webhooks", newHook)
	hook := created.hook(t)
	if !hook.Active || len(hook.Subscriptions) != 2 || hook.Subscriptions[0].SchemaVersion != 1 || len(hook.ID) != 36 {
		t.Fatalf("created %s", created.raw)
	}
	if strings.Contains(created.raw, "s3cret") {
		t.Errorf("the secret is shown: %s", created.raw)
	}
	if !strings.Contains(created.raw, `"disabledAt":null,"disabledReason":null`) {
		t.Errorf("body %s", created.raw)
	}
	path := "/api/webhooks/" + hook.ID

	changed := c.must(200, "PATCH", path, `{"name":"other","secret":null,"url":"https://evil.test","active":false,
		"subscriptions":["CONTACT_TAG_ADDED","SALE_NEW"]}`).hook(t)
	if changed.Name != "other" || changed.URL != hook.URL || changed.Active {
		t.Errorf("changed to %+v", changed)
	}
	if changed.Subscriptions[0].ID != hook.Subscriptions[0].ID || changed.Subscriptions[1].Event != "SALE_NEW" ||
		changed.Subscriptions[1].SchemaVersion != 2 || len(changed.Subscriptions) != 2 {
		t.Errorf("subscriptions %+v", changed.Subscriptions)
	}
	if got := c.must(200, "GET", path, ""); got.hook(t).Name != "other" {
		t.Errorf("read %s", got.raw)
	}
	if got := c.must(200, "GET", "/api/webhooks", ""); !strings.Contains(got.raw, hook.ID) || got.body["hasMore"] != false {
		t.Errorf("listed %s", got.raw)
	}
	c.must(204, "DELETE", path, "")
	for _, method := range []string{"GET", "DELETE"} {
		c.must(404, method, path, "")
	}
	c.must(404, "PATCH", path, `{}`)
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	id := c.must(201, "POST", "/api/webhooks", newHook).hook(t).ID
	c.must(201, "POST", "/api/webhooks", `{"name":"second","secret":"x","url":"https://second.test","subscriptions":["SALE_NEW"]}`)
	with := func(name, url, subscriptions string) string {
		return fmt.Sprintf(`{"name":%q,"secret":"x","url":%q,"subscriptions":%s}`, name, url, subscriptions)
	}
	const invalidChoice = "subscriptions: One or more of the given values is invalid."
	for body, want := range map[string][]string{
		`{}`: {"name: This value should not be blank.", "secret: This value should not be blank.",
			"subscriptions: This value should not be blank.", "url: This value is not a valid URL."},
		with("clientflow", "https://new.test", `["SALE_NEW"]`):                      {"name: This value is already used."},
		with("new", "https://hook.test/systeme", `["SALE_NEW"]`):                    {"url: This value is already used."},
		with("new", "ftp://hook.test", `["SALE_NEW"]`):                              {"url: This value is not a valid URL."},
		with("new", "https://new.test", `["CONTACT_DELETED"]`):                      {invalidChoice},
		with("new", "https://new.test", `["SALE_NEW","SALE_NEW"]`):                  {invalidChoice},
		with("new", "https://new.test", `[{"event":"SALE_NEW","schemaVersion":1}]`): {invalidChoice},
		with(strings.Repeat("x", 256), "https://new.test", `["SALE_NEW"]`):          {"name: This value is too long. It should have 255 characters or less."},
	} {
		if got := c.must(422, "POST", "/api/webhooks", body); !slices.Equal(got.violations(), want) {
			t.Errorf("%s: violations %q, want %q", body, got.violations(), want)
		}
	}
	for _, body := range []string{`{"name":"second"}`, `{"name":""}`, `{"secret":""}`, `{"subscriptions":["NOPE"]}`} {
		c.must(422, "PATCH", "/api/webhooks/"+id, body)
	}
	c.must(400, "POST", "/api/webhooks", with("new", "https://new.test", `[7]`))
}

func TestDisabledSubscriptionsComeBack(t *testing.T) {
	t.Parallel()
	const byActive, bySubscriptions = `{"active":true}`, `{"subscriptions":["CONTACT_TAG_ADDED","CONTACT_TAG_REMOVED"]}`
	for _, test := range []struct {
		reenable Reenable
		body     string
		works    bool
	}{
		{ReenableEither, byActive, true},
		{ReenableEither, bySubscriptions, true},
		{ReenableEither, `{"name":"x"}`, false},
		{ReenableByActive, byActive, true},
		{ReenableByActive, bySubscriptions, false},
		{ReenableBySubscriptions, byActive, false},
		{ReenableBySubscriptions, bySubscriptions, true},
	} {
		c := newCaller(t, Options{Quirks: Quirks{Reenable: test.reenable}})
		path := "/api/webhooks/" + c.must(201, "POST", "/api/webhooks", newHook).hook(t).ID
		c.DisableWebhooks()
		for _, s := range c.must(200, "GET", path, "").hook(t).Subscriptions {
			if s.DisabledReason == nil || *s.DisabledReason != "BAD_SUCCESS_RATE" {
				t.Errorf("disabled subscription %+v", s)
			}
		}
		for _, s := range c.must(200, "PATCH", path, test.body).hook(t).Subscriptions {
			if (s.DisabledReason == nil) != test.works {
				t.Errorf("%q and %s: subscription %+v", test.reenable, test.body, s)
			}
		}
	}
}
