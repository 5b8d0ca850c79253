package systeme

import "time"

// Contact is a contact as the API shows it.
type Contact struct {
	ID                int64        `json:"id"`
	Email             string       `json:"email"`
	RegisteredAt      Timestamp    `json:"registeredAt"`
	Locale            string       `json:"locale"`
	SourceURL         *string      `json:"sourceURL"`
	Unsubscribed      bool         `json:"unsubscribed"`
	Bounced           bool         `json:"bounced"`
	NeedsConfirmation bool         `json:"needsConfirmation"`
	Fields            []FieldValue `json:"fields"`
	Tags              []ContactTag `json:"tags"`
}

// FieldValue is a contact's value of one contact field; a nil Value was cleared.
type FieldValue struct {
	FieldName string  `json:"fieldName"`
	Slug      string  `json:"slug"`
	Value     *string `json:"value"`
}

// ContactTag is a tag as a contact and an event carry it.
type ContactTag struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Tag is a tag of the account.
type Tag struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	CreatedAt Timestamp `json:"createdAt"`
}

// ContactField is a field that contacts may have.
type ContactField struct {
	Slug      string `json:"slug"`
	FieldName string `json:"fieldName"`
}

// Webhook is an account-wide webhook as the API shows it: without its secret.
type Webhook struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	URL           string         `json:"url"`
	Active        bool           `json:"active"`
	Subscriptions []Subscription `json:"subscriptions"`
}

// Subscription is one event that a webhook is sent. DisabledAt and DisabledReason
// are nil while it works.
type Subscription struct {
	ID             string     `json:"id"`
	Event          string     `json:"event"`
	SchemaVersion  int        `json:"schemaVersion"`
	DisabledAt     *Timestamp `json:"disabledAt"`
	DisabledReason *string    `json:"disabledReason"`
}

// Mail is a mail that a workflow sent.
type Mail struct {
	// To is the contact's address, or "owner of <prefix>" for a mail to the IB,
	// whose address the simulator does not know.
	To        string    `json:"to"`
	Subject   string    `json:"subject"`
	Workflow  string    `json:"workflow"`
	ContactID int64     `json:"contactId"`
	SentAt    time.Time `json:"sentAt"`
}

// Request is one call of the API as the simulator saw it.
type Request struct {
	// Number counts the calls from 1, so that a reader sees whether the bounded
	// list has lost some.
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query,omitempty"`
	// Status is what was answered; 0 when the connection was cut.
	Status int `json:"status"`
	// Cut is "before" or "after" when a fault cut the connection.
	Cut Cut `json:"cut,omitempty"`
}

// Timestamp is a time in the API's format: whole seconds with a numeric zone.
type Timestamp struct{ time.Time }

const timestampFormat = "2006-01-02T15:04:05-07:00"

func now() Timestamp { return Timestamp{time.Now().UTC()} }

// String is such as 2026-09-27T19:57:41+00:00.
func (t Timestamp) String() string { return t.UTC().Format(timestampFormat) }

// MarshalJSON writes the text of String, in quotes.
func (t Timestamp) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }
