package systeme

import "slices"

// The events that a webhook can be sent. Of these the simulator emits the first
// three; it sells nothing and has no opt-in forms.
const (
	eventCreated    = "CONTACT_CREATED"
	eventTagAdded   = "CONTACT_TAG_ADDED"
	eventTagRemoved = "CONTACT_TAG_REMOVED"
	eventOptIn      = "CONTACT_OPT_IN"
	eventSale       = "SALE_NEW"
	eventCanceled   = "SALE_CANCELED"
)

// schemaVersion is the one version in which an event is sent; 0 of an unknown one.
func schemaVersion(event string) int {
	switch event {
	case eventCreated, eventTagAdded, eventTagRemoved, eventOptIn:
		return 1
	case eventSale, eventCanceled:
		return 2
	default:
		return 0
	}
}

// show is the webhook as the API shows it; it shares nothing with the stored one.
func (h *webhook) show() Webhook {
	shown := h.Webhook
	shown.Subscriptions = slices.Clone(h.Subscriptions)
	return shown
}

func (h *webhook) subscribe(input subscriptionInput) {
	h.Subscriptions = append(h.Subscriptions,
		Subscription{ID: newUUID(), Event: input.Event, SchemaVersion: input.SchemaVersion})
}

// apply changes what the input names, and re-enables as the quirk says.
func (h *webhook) apply(input webhookInput, by Reenable) {
	if input.Name != nil {
		h.Name = *input.Name
	}
	if input.Secret != nil {
		h.secret = *input.Secret
	}
	if input.Active != nil {
		h.Active = *input.Active
		if h.Active && by != ReenableBySubscriptions {
			h.enable()
		}
	}
	if input.Subscriptions != nil {
		h.resubscribe(input.Subscriptions)
		if by != ReenableByActive {
			h.enable()
		}
	}
}

// resubscribe keeps the subscriptions named again, with their ids, drops the
// others and adds the new ones.
func (h *webhook) resubscribe(wanted []subscriptionInput) {
	h.Subscriptions = slices.DeleteFunc(h.Subscriptions, func(s Subscription) bool {
		return !slices.ContainsFunc(wanted, func(w subscriptionInput) bool { return w.Event == s.Event })
	})
	for _, input := range wanted {
		if h.subscription(input.Event) == nil {
			h.subscribe(input)
		}
	}
}

// subscription returns the webhook's subscription to the event, or nil.
func (h *webhook) subscription(event string) *Subscription {
	i := slices.IndexFunc(h.Subscriptions, func(s Subscription) bool { return s.Event == event })
	if i < 0 {
		return nil
	}
	return &h.Subscriptions[i]
}

func (h *webhook) enable() {
	clear(h.failures)
	for i := range h.Subscriptions {
		h.Subscriptions[i].DisabledAt, h.Subscriptions[i].DisabledReason = nil, nil
	}
}

func (s *Subscription) disable(reason string) {
	at := now()
	s.DisabledAt, s.DisabledReason = &at, &reason
}
