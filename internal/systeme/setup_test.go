package systeme_test

import (
	"errors"
	"slices"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

func TestContactFields(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	field := systeme.ContactField{Slug: "ib_owner_id", Name: "IB owner"}
	if err := client.CreateContactField(t.Context(), field); err != nil {
		t.Fatal(err)
	}
	if err := client.CreateContactField(t.Context(), field); !errors.Is(err, systeme.Duplicate) {
		t.Errorf("again: %v", err)
	}
	fields, err := client.ContactFields(t.Context())
	if err != nil || !slices.Contains(fields, field) {
		t.Errorf("fields %v, error %v", fields, err)
	}
	for _, slug := range []string{systeme.FirstName, systeme.Surname, systeme.PhoneNumber} {
		if !slices.ContainsFunc(fields, func(f systeme.ContactField) bool { return f.Slug == slug }) {
			t.Errorf("%s is not built in", slug)
		}
	}
}

// settings are what ClientFlow sets its webhook to.
func settings() systeme.WebhookSettings {
	return systeme.WebhookSettings{Name: "clientflow", Secret: "s3cret", Events: []string{systeme.TagAdded, systeme.TagRemoved}}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	const address = "https://hook.test/webhooks/systeme"
	created, err := client.CreateWebhook(t.Context(), address, settings())
	if err != nil {
		t.Fatal(err)
	}
	if !created.Delivers(systeme.TagAdded) || !created.Delivers(systeme.TagRemoved) || created.Delivers("SALE_NEW") || created.URL != address {
		t.Errorf("created %+v", created)
	}
	if _, err := client.CreateWebhook(t.Context(), address, settings()); !errors.Is(err, systeme.Duplicate) {
		t.Errorf("again: %v", err)
	}

	changed := settings()
	changed.Name, changed.Events = "other", []string{systeme.TagAdded}
	updated, err := client.UpdateWebhook(t.Context(), created.ID, changed)
	if err != nil || updated.Name != "other" || updated.URL != address || updated.Delivers(systeme.TagRemoved) {
		t.Errorf("updated %+v, error %v", updated, err)
	}
	if list, err := client.Webhooks(t.Context()); err != nil || len(list) != 1 || list[0].ID != created.ID {
		t.Errorf("list %+v, error %v", list, err)
	}

	account.DisableWebhooks()
	list, err := client.Webhooks(t.Context())
	if err != nil || list[0].Delivers(systeme.TagAdded) || list[0].Subscriptions[0].DisabledReason != "BAD_SUCCESS_RATE" {
		t.Errorf("disabled %+v, error %v", list, err)
	}
	for range 2 {
		if err := client.DeleteWebhook(t.Context(), created.ID); err != nil {
			t.Fatalf("delete: %v", err)
		}
	}
	if _, err := client.UpdateWebhook(t.Context(), created.ID, settings()); !errors.Is(err, systeme.NotFound) {
		t.Errorf("update: %v", err)
	}
}

func TestUpdateWebhookEnablesAgain(t *testing.T) {
	t.Parallel()
	for _, reenable := range []simulator.Reenable{
		simulator.ReenableEither, simulator.ReenableByActive, simulator.ReenableBySubscriptions,
	} {
		client, account := newAccount(t, simulator.Options{Quirks: simulator.Quirks{Reenable: reenable}})
		created, err := client.CreateWebhook(t.Context(), "https://hook.test", settings())
		if err != nil {
			t.Fatal(err)
		}
		account.DisableWebhooks()
		updated, err := client.UpdateWebhook(t.Context(), created.ID, settings())
		if err != nil || !updated.Delivers(systeme.TagAdded) || !updated.Delivers(systeme.TagRemoved) {
			t.Errorf("%q: updated %+v, error %v", reenable, updated, err)
		}
	}
}

func TestDelivers(t *testing.T) {
	t.Parallel()
	works := systeme.Subscription{Event: systeme.TagAdded}
	for name, test := range map[string]struct {
		hook systeme.Webhook
		want bool
	}{
		"works":           {systeme.Webhook{Active: true, Subscriptions: []systeme.Subscription{works}}, true},
		"inactive":        {systeme.Webhook{Subscriptions: []systeme.Subscription{works}}, false},
		"not subscribed":  {systeme.Webhook{Active: true}, false},
		"disabled":        {systeme.Webhook{Active: true, Subscriptions: []systeme.Subscription{{Event: systeme.TagAdded, DisabledAt: "2026-09-27T19:57:41+00:00"}}}, false},
		"only the reason": {systeme.Webhook{Active: true, Subscriptions: []systeme.Subscription{{Event: systeme.TagAdded, DisabledReason: "USER_CANCELED"}}}, false},
	} {
		if got := test.hook.Delivers(systeme.TagAdded); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWebhookWithoutAnID(t *testing.T) {
	t.Parallel()
	if _, err := answering(t, 201, nil, `{}`).CreateWebhook(t.Context(), "https://hook.test", settings()); !errors.Is(err, systeme.Temporary) {
		t.Errorf("error %v", err)
	}
}
