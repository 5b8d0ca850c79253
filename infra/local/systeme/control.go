package systeme

import "fmt"

// Contacts returns the contacts, oldest first.
func (s *Simulator) Contacts() []Contact {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	all := make([]Contact, len(s.account.order))
	for i, id := range s.account.order {
		all[i] = s.account.show(s.account.contacts[id])
	}
	return all
}

// Contact returns the contact with the email, ignoring case.
func (s *Simulator) Contact(email string) (Contact, bool) {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	c, found := s.account.contacts[s.account.byEmail[fold(email)]]
	if !found {
		return Contact{}, false
	}
	return s.account.show(c), true
}

// Tags returns the tags, oldest first.
func (s *Simulator) Tags() []Tag {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	all := make([]Tag, len(s.account.tags))
	for i, tag := range s.account.tags {
		all[i] = *tag
	}
	return all
}

// Webhooks returns the webhooks, oldest first.
func (s *Simulator) Webhooks() []Webhook {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	all := make([]Webhook, len(s.account.webhooks))
	for i, hook := range s.account.webhooks {
		all[i] = hook.show()
	}
	return all
}

// Requests returns the newest 10,000 calls of the API, oldest first.
func (s *Simulator) Requests() []Request { return s.requests.all() }

// Mails returns the newest 1,000 mails that workflows sent, oldest first.
func (s *Simulator) Mails() []Mail { return s.mails.all() }

// Tag adds a tag to a contact as a person does in the dashboard: the tag is
// created when missing, the event is emitted and the tag's workflows start. It
// tells whether the contact exists.
func (s *Simulator) Tag(contactID int64, name string) bool {
	return s.edit(contactID, func(c *contact) { s.tagByName(c, name, byHand) })
}

// Untag removes a tag from a contact as a person does in the dashboard. It tells
// whether the contact exists.
func (s *Simulator) Untag(contactID int64, name string) bool {
	return s.edit(contactID, func(c *contact) {
		if tag := s.account.tagNamed(name); tag != nil {
			s.untagContact(c, tag, byHand)
		}
	})
}

// State is what the API shows of a contact and cannot change.
type State struct{ Unsubscribed, Bounced, NeedsConfirmation bool }

// SetState changes a contact's state, as an unsubscription or a bounce does. It
// tells whether the contact exists.
func (s *Simulator) SetState(contactID int64, state State) bool {
	return s.edit(contactID, func(c *contact) {
		c.Unsubscribed, c.Bounced, c.NeedsConfirmation = state.Unsubscribed, state.Bounced, state.NeedsConfirmation
	})
}

func (s *Simulator) edit(contactID int64, change func(*contact)) bool {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	c, found := s.account.contacts[contactID]
	if found {
		change(c)
	}
	return found
}

// SetFaults replaces the faults in force; none when called without any. It
// returns an error that says what is wrong with one of them.
func (s *Simulator) SetFaults(plan ...Fault) error {
	for i, fault := range plan {
		if err := fault.validate(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
	}
	s.faults.set(plan)
	return nil
}

// DisableWebhooks disables every subscription with BAD_SUCCESS_RATE, as the real
// service does when an endpoint fails too often.
func (s *Simulator) DisableWebhooks() {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	for _, hook := range s.account.webhooks {
		for i := range hook.Subscriptions {
			hook.Subscriptions[i].disable(badSuccessRate)
		}
	}
}

// SetKey changes the API key that is accepted.
func (s *Simulator) SetKey(key string) {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	s.options.Key = key
}

func (s *Simulator) key() string {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	return s.options.Key
}
