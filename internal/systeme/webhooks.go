package systeme

import (
	"context"
	"net/http"
	"net/url"
	"slices"
)

// The events that ClientFlow is sent.
const (
	TagAdded   = "CONTACT_TAG_ADDED"
	TagRemoved = "CONTACT_TAG_REMOVED"
)

// Webhook is an endpoint that the account's events are sent to.
type Webhook struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	URL           string         `json:"url"`
	Active        bool           `json:"active"`
	Subscriptions []Subscription `json:"subscriptions"`
}

// Subscription is one event that a webhook is sent.
type Subscription struct {
	Event string `json:"event"`
	// DisabledAt is when Systeme.io switched the subscription off, as it wrote it,
	// and DisabledReason is USER_CANCELED or BAD_SUCCESS_RATE; empty while it works.
	DisabledAt     string `json:"disabledAt"`
	DisabledReason string `json:"disabledReason"`
}

// Delivers tells whether the webhook is sent the event: it is active, subscribed
// to it, and the subscription has not been switched off.
func (w Webhook) Delivers(event string) bool {
	return w.Active && slices.ContainsFunc(w.Subscriptions, func(s Subscription) bool {
		return s.Event == event && s.DisabledAt == "" && s.DisabledReason == ""
	})
}

// WebhookSettings is what a webhook is set to.
type WebhookSettings struct {
	Name   string
	Secret string
	Events []string
}

type webhookBody struct {
	Name          string             `json:"name"`
	Secret        string             `json:"secret"`
	URL           string             `json:"url,omitempty"`
	Subscriptions []subscriptionBody `json:"subscriptions"`
	Active        bool               `json:"active"`
}

// subscriptionBody is the form of 2026; plain strings are the deprecated one.
type subscriptionBody struct {
	Event         string `json:"event"`
	SchemaVersion int    `json:"schemaVersion"`
}

// contactEventVersion is the schema version of all events about contacts.
const contactEventVersion = 1

func (s WebhookSettings) body(address string) webhookBody {
	body := webhookBody{Name: s.Name, Secret: s.Secret, URL: address, Active: true}
	for _, event := range s.Events {
		body.Subscriptions = append(body.Subscriptions, subscriptionBody{event, contactEventVersion})
	}
	return body
}

// Webhooks reads all webhooks of the account.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	var list items[Webhook]
	err := c.do(ctx, request{name: "list webhooks", method: http.MethodGet, path: "/api/webhooks"}, &list)
	return list.Items, err
}

// CreateWebhook creates an active webhook for the address. It fails with Duplicate
// when another has the name or the address.
func (c *Client) CreateWebhook(ctx context.Context, address string, settings WebhookSettings) (Webhook, error) {
	return c.webhook(ctx, request{
		name: "create webhook", method: http.MethodPost, path: "/api/webhooks", body: settings.body(address),
	})
}

// UpdateWebhook sets a webhook's name, secret and events and activates it, which
// also switches disabled subscriptions on again. Its address cannot be changed. It
// fails with NotFound when the webhook is gone.
func (c *Client) UpdateWebhook(ctx context.Context, id string, settings WebhookSettings) (Webhook, error) {
	return c.webhook(ctx, request{
		name: "update webhook", method: http.MethodPatch, path: webhookPath(id), named: true, body: settings.body(""),
	})
}

// DeleteWebhook deletes a webhook; one that is gone already is no error.
func (c *Client) DeleteWebhook(ctx context.Context, id string) error {
	return gone(c.do(ctx, request{
		name: "delete webhook", method: http.MethodDelete, path: webhookPath(id), named: true,
	}, nil))
}

// webhook makes a call that is answered with a webhook.
func (c *Client) webhook(ctx context.Context, r request) (Webhook, error) {
	var webhook Webhook
	if err := c.do(ctx, r, &webhook); err != nil {
		return Webhook{}, err
	}
	if webhook.ID == "" {
		return Webhook{}, r.without("id")
	}
	return webhook, nil
}

func webhookPath(id string) string { return "/api/webhooks/" + url.PathEscape(id) }
