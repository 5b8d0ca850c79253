package cognito

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"clientflow/infra/local/wire"
)

// Mail is a message that Cognito would have sent.
type Mail struct {
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Code    string    `json:"code"`
	SentAt  time.Time `json:"sentAt"`
}

// mailbox keeps every message, oldest first.
type mailbox struct {
	mu      sync.Mutex
	mails   []Mail
	arrived chan struct{} // closed at the next arrival
	quota   MailQuota
}

// MailQuota is what may be mailed.
type MailQuota string

const (
	// MailUnlimited lets all mail out.
	MailUnlimited MailQuota = ""
	// MailUsedUp lets none out. Whether a sign-up leaves its user then is not
	// documented; here it leaves none.
	MailUsedUp MailQuota = "used up"
	// MailUsedUpLate lets none out either, and a sign-up leaves its user.
	MailUsedUpLate MailQuota = "used up, with the user made"
)

// SetMailQuota says what may be mailed from now on.
func (s *Service) SetMailQuota(quota MailQuota) {
	s.mail.mu.Lock()
	defer s.mail.mu.Unlock()
	s.mail.quota = quota
}

func (m *mailbox) keepsUsers() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.quota == MailUsedUpLate
}

func newMailbox() *mailbox { return &mailbox{arrived: make(chan struct{})} }

// send puts a mail into the box. When the quota is used up the error is Cognito's.
func (m *mailbox) send(mail Mail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.quota != MailUnlimited {
		return wire.Errorf("LimitExceededException", "Exceeded daily email limit for the operation or the account. "+
			"If a higher limit is required, please configure your user pool to use your own Amazon SES configuration for sending email.")
	}
	m.mails = append(m.mails, mail)
	close(m.arrived)
	m.arrived = make(chan struct{})
	return nil
}

// to returns the messages to one address, newest last, and what is closed at the
// next arrival.
func (m *mailbox) to(address string) ([]Mail, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := []Mail{}
	for _, mail := range m.mails {
		if strings.EqualFold(mail.To, address) {
			found = append(found, mail)
		}
	}
	return found, m.arrived
}

// Mail returns the messages to an address, newest last.
func (s *Service) Mail(address string) []Mail {
	mails, _ := s.mail.to(address)
	return mails
}

// AwaitMail returns the message to an address that follows the first seen ones,
// as soon as it is there. The error is the context's.
func (s *Service) AwaitMail(ctx context.Context, address string, seen int) (Mail, error) {
	for {
		mails, arrived := s.mail.to(address)
		if len(mails) > seen {
			return mails[seen], nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return Mail{}, ctx.Err()
		}
	}
}

// serve answers GET /_local/mail?to=ADDRESS.
func (m *mailbox) serve(w http.ResponseWriter, r *http.Request) {
	mails, _ := m.to(r.URL.Query().Get("to"))
	writeJSON(w, mails)
}

// writeJSON answers one of the paths beside the operations.
func writeJSON(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // a client that has gone away needs no answer
}

// delivery tells the caller where a code went, as Cognito masks it. An address
// that nobody has gets the same.
type delivery struct {
	Destination    string
	DeliveryMedium string
	AttributeName  string
}

func deliveryTo(email string) map[string]any {
	name, domain, _ := strings.Cut(email, "@")
	return map[string]any{"CodeDeliveryDetails": delivery{mask(name) + "@" + mask(domain), "EMAIL", "email"}}
}

func mask(text string) string {
	for _, first := range text {
		return string(first) + "***"
	}
	return "***"
}
