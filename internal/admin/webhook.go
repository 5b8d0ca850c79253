package admin

import (
	"context"
	"errors"
	"sync"
	"time"

	"clientflow/internal/systeme"
)

// patience bounds how long an answer waits for Systeme.io.
const patience = 3 * time.Second

// webhooks is what is called of Systeme.io; *systeme.Client is one.
type webhooks interface {
	Webhooks(context.Context) ([]systeme.Webhook, error)
}

// keptFor is how long what was found is answered again: who watches the sync must not
// use up the rate that it needs.
const keptFor = time.Minute

// webhook is the way back from Systeme.io.
type webhook struct {
	account webhooks
	// name is as connection.WebhookName makes it.
	name string

	mu    sync.Mutex
	found webhookHealth
	until time.Time
}

// The states of the webhook.
const (
	working  = "ok"
	disabled = "disabled" // it is there, and does not tell of all that it should
	missing  = "missing"
	unknown  = "unknown" // Systeme.io could not be asked
)

// webhookHealth says whether Systeme.io tells us what workflows did.
type webhookHealth struct {
	State string `json:"state"`
	// Detail says more, in a sentence.
	Detail string `json:"detail"`
}

// health says what was found within the last minute, or looks again. The error is why
// the state is unknown, for the log.
func (w *webhook) health(ctx context.Context, address string) (webhookHealth, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Now().Before(w.until) {
		return w.found, nil
	}
	found, err := w.look(ctx, address)
	if err == nil {
		w.found, w.until = found, time.Now().Add(keptFor)
	}
	return found, err
}

// look looks for the webhook, by its name or as the one that sends to the address. It
// changes nothing.
func (w *webhook) look(ctx context.Context, address string) (webhookHealth, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	hooks, err := w.account.Webhooks(ctx)
	if err != nil {
		return webhookHealth{unknown, unanswered(err)}, err
	}
	health := webhookHealth{missing, "No webhook of ClientFlow is in the account. Run make systeme-setup."}
	for _, hook := range hooks {
		switch {
		case hook.Name != w.name && hook.URL != address:
		case hook.Delivers(systeme.TagAdded) && hook.Delivers(systeme.TagRemoved):
			return webhookHealth{working, "Systeme.io tells of added and removed tags."}, nil
		default:
			health = webhookHealth{disabled, "The webhook is switched off, or not told of all tags. Run make systeme-setup."}
		}
	}
	return health, nil
}

// unanswered says in a sentence why Systeme.io could not be asked.
func unanswered(err error) string {
	switch {
	case errors.Is(err, systeme.Unauthorized):
		return "Systeme.io refuses the API key."
	case errors.Is(err, systeme.Forbidden):
		return "Systeme.io refuses the account."
	case errors.Is(err, systeme.RateLimited):
		return "Systeme.io's rate is used up at the moment."
	}
	return "Systeme.io does not answer."
}
