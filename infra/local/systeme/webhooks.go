package systeme

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// webhook is a webhook with what the API never shows.
type webhook struct {
	Webhook
	secret   string
	failures map[string]int // failed attempts in a row, by subscription id
}

// webhookInput is the body of a POST or PATCH; a PATCH does not read the url.
type webhookInput struct {
	Name          *string             `json:"name"`
	Secret        *string             `json:"secret"`
	URL           string              `json:"url"`
	Subscriptions []subscriptionInput `json:"subscriptions"`
	Active        *bool               `json:"active"`
}

// subscriptionInput is one subscription in either form: {"event","schemaVersion"}
// or the older plain string.
type subscriptionInput struct {
	Event         string `json:"event"`
	SchemaVersion int    `json:"schemaVersion"`
}

func (s *subscriptionInput) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &s.Event); err == nil {
		s.SchemaVersion = schemaVersion(s.Event)
		return nil
	}
	type plain subscriptionInput
	return json.Unmarshal(data, (*plain)(s))
}

// badSuccessRate is why a subscription is disabled whose endpoint fails too often.
const badSuccessRate = "BAD_SUCCESS_RATE"

func (s *Simulator) listWebhooks(*http.Request) answer {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	list := collection[Webhook]{Items: make([]Webhook, len(s.account.webhooks))}
	for i, hook := range s.account.webhooks {
		list.Items[i] = hook.show()
	}
	return ok(list)
}

func (s *Simulator) createWebhook(r *http.Request) answer {
	var input webhookInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	if violations := input.checkNew(); len(violations) > 0 {
		return invalid(violations...)
	}
	if refused := s.uniqueWebhook(*input.Name, input.URL, nil); refused.refused() {
		return refused
	}
	hook := &webhook{
		Webhook: Webhook{ID: newUUID(), Name: *input.Name, URL: input.URL, Active: true},
		secret:  *input.Secret, failures: map[string]int{},
	}
	if input.Active != nil {
		hook.Active = *input.Active
	}
	for _, subscription := range input.Subscriptions {
		hook.subscribe(subscription)
	}
	s.account.webhooks = append(s.account.webhooks, hook)
	return created(hook.show())
}

func (s *Simulator) getWebhook(r *http.Request) answer {
	return s.withWebhook(r, func(hook *webhook) answer { return ok(hook.show()) })
}

func (s *Simulator) updateWebhook(r *http.Request) answer {
	var input webhookInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	return s.withWebhook(r, func(hook *webhook) answer {
		if violations := input.check(); len(violations) > 0 {
			return invalid(violations...)
		}
		if input.Name != nil {
			if refused := s.uniqueWebhook(*input.Name, "", hook); refused.refused() {
				return refused
			}
		}
		hook.apply(input, s.options.Quirks.Reenable)
		return ok(hook.show())
	})
}

func (s *Simulator) deleteWebhook(r *http.Request) answer {
	return s.withWebhook(r, func(hook *webhook) answer {
		s.account.webhooks = slices.DeleteFunc(s.account.webhooks, func(h *webhook) bool { return h == hook })
		return noContent()
	})
}

func (s *Simulator) withWebhook(r *http.Request, f func(*webhook) answer) answer {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	for _, hook := range s.account.webhooks {
		if hook.ID == r.PathValue("id") {
			return f(hook)
		}
	}
	return notFound()
}

// uniqueWebhook refuses a name or url that another webhook has.
func (s *Simulator) uniqueWebhook(name, address string, current *webhook) answer {
	for _, hook := range s.account.webhooks {
		switch {
		case hook == current:
		case hook.Name == name:
			return s.alreadyUsed("name")
		case hook.URL == address:
			return s.alreadyUsed("url")
		}
	}
	return answer{}
}

// checkNew refuses what a new webhook lacks.
func (input webhookInput) checkNew() []violation {
	violations := input.check()
	if input.Name == nil {
		violations = append(violations, blank("name"))
	}
	if input.Secret == nil {
		violations = append(violations, blank("secret"))
	}
	if len(input.Subscriptions) == 0 {
		violations = append(violations, blank("subscriptions"))
	}
	address, err := url.Parse(input.URL)
	if err != nil || address.Host == "" || (address.Scheme != "https" && address.Scheme != "http") {
		violations = append(violations, violation{"url", "This value is not a valid URL.", codeURL})
	}
	return violations
}

// check refuses what no webhook may have.
func (input webhookInput) check() []violation {
	var violations []violation
	if input.Name != nil {
		violations = checkName("name", *input.Name)
	}
	if input.Secret != nil && *input.Secret == "" {
		violations = append(violations, blank("secret"))
	}
	seen := map[string]bool{}
	for _, subscription := range input.Subscriptions {
		if v := schemaVersion(subscription.Event); v == 0 || v != subscription.SchemaVersion || seen[subscription.Event] {
			violations = append(violations,
				violation{"subscriptions", "One or more of the given values is invalid.", codeChoice})
		}
		seen[subscription.Event] = true
	}
	return violations
}
