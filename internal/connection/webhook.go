package connection

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clientflow/internal/systeme"
)

// webhook is ClientFlow's webhook in an account.
type webhook struct {
	account Account
	wanted  Webhook
}

// events are those that the webhook must be sent.
func events() []string { return []string{systeme.TagAdded, systeme.TagRemoved} }

func (w webhook) settings() systeme.WebhookSettings {
	return systeme.WebhookSettings{Name: w.wanted.Name, Secret: w.wanted.Secret, Events: events()}
}

// inspect looks for the webhook and makes it right. With always it must be given its
// secret also when it works.
func (w webhook) inspect(ctx context.Context, always bool) Finding {
	what := "webhook " + w.wanted.Name
	before, err := w.account.Webhooks(ctx)
	if err != nil {
		return failed(Hook, what, "could not be looked for", err)
	}
	ours, others := w.sort(before)
	detail, state := w.diagnose(ours, others)
	if state == Right && !always {
		if f, works := w.keep(ctx, *ours); works {
			return f
		}
	}
	now, err := w.make(ctx, ours, others)
	switch {
	case err != nil:
		return failed(Hook, what, detail+", and could not be mended", err)
	case !w.works(now):
		return Finding{State: Wrong, Part: Hook, What: what, Detail: detail + ", and stays so: " + disabled(now)}
	}
	return Finding{State: state, Part: Hook, What: what, Detail: detail + ended(state)}
}

// keep leaves a webhook that works as it is, but for a secret that was changed lately.
// That it cannot be given that is no fault: it goes on working. It tells whether it does.
func (w webhook) keep(ctx context.Context, ours systeme.Webhook) (f Finding, works bool) {
	f = Finding{State: Right, Part: Hook, What: "webhook " + w.wanted.Name, Detail: "works"}
	if !w.wanted.Lately {
		return f, true
	}
	now, err := w.account.UpdateWebhook(ctx, ours.ID, w.settings())
	if err != nil {
		f = failed(f.Part, f.What, "works, and could not be given its secret again", err)
		f.State = Right
		return f, true
	}
	f.Detail += ended(Right)
	return f, w.works(now)
}

// sort parts the account's webhooks: the one that sends to the wanted address, nil
// for none, and those that have the wanted name and send elsewhere.
func (w webhook) sort(all []systeme.Webhook) (ours *systeme.Webhook, others []systeme.Webhook) {
	for _, hook := range all {
		switch {
		case hook.URL == w.wanted.URL:
			ours = &hook
		case hook.Name == w.wanted.Name:
			others = append(others, hook)
		}
	}
	return ours, others
}

func (w webhook) works(hook systeme.Webhook) bool {
	return !slices.ContainsFunc(events(), func(event string) bool { return !hook.Delivers(event) })
}

// diagnose says how the webhook was found.
func (w webhook) diagnose(ours *systeme.Webhook, others []systeme.Webhook) (string, State) {
	switch {
	case ours == nil && len(others) > 0:
		return "was sending to the old address " + others[0].URL, Mended
	case ours == nil:
		return "was missing", Mended
	case !w.works(*ours):
		return "was not working: " + disabled(*ours), Mended
	case ours.Name != w.wanted.Name, len(others) > 0:
		return "had another name or a double", Mended
	}
	return "works", Right
}

func ended(state State) string {
	if state == Right {
		return ", and its secret is set"
	}
	return ", and works now"
}

// make makes the webhook as wanted: by changing the one at the address, or a new
// one, since an address cannot be changed. What stands in its way goes first, and
// what is missed until it is there is found by reading contacts.
func (w webhook) make(ctx context.Context, ours *systeme.Webhook, others []systeme.Webhook) (systeme.Webhook, error) {
	for _, other := range others {
		if err := w.account.DeleteWebhook(ctx, other.ID); err != nil {
			return systeme.Webhook{}, err
		}
	}
	if ours == nil {
		return w.account.CreateWebhook(ctx, w.wanted.URL, w.settings())
	}
	now, err := w.account.UpdateWebhook(ctx, ours.ID, w.settings())
	if err != nil || w.works(now) {
		return now, err
	}
	// That a change switches on again what was switched off is not documented.
	if err := w.account.DeleteWebhook(ctx, ours.ID); err != nil {
		return systeme.Webhook{}, err
	}
	return w.account.CreateWebhook(ctx, w.wanted.URL, w.settings())
}

// disabled says what keeps a webhook from working.
func disabled(hook systeme.Webhook) string {
	var faults []string
	if !hook.Active {
		faults = append(faults, "it is switched off")
	}
	for _, event := range events() {
		i := slices.IndexFunc(hook.Subscriptions, func(s systeme.Subscription) bool { return s.Event == event })
		switch {
		case i < 0:
			faults = append(faults, "it is not sent "+event)
		case hook.Subscriptions[i].DisabledAt != "" || hook.Subscriptions[i].DisabledReason != "":
			faults = append(faults, fmt.Sprintf("%s is disabled (%s)", event, hook.Subscriptions[i].DisabledReason))
		}
	}
	return strings.Join(faults, ", ")
}
