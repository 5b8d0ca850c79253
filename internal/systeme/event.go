package systeme

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// The headers of a delivery, of which only the signature proves anything: it is
// over the body alone, and the others are unsigned.
const (
	SignatureHeader = "x-webhook-signature"
	EventHeader     = "x-webhook-event"
	MessageIDHeader = "x-webhook-message-id"
)

const (
	// OtherEvent is the error of an event that is not about a contact's tag.
	OtherEvent Kind = "not an event about a tag"
	// MalformedEvent is the error of a body that is not what its event should have.
	MalformedEvent Kind = "malformed event"
)

// VerifySignature tells whether the signature, in hexadecimal, is the HMAC-SHA256
// of exactly these bytes, in constant time. Nothing is valid without a secret.
func VerifySignature(secret string, body []byte, signature string) bool {
	given, err := hex.DecodeString(signature)
	if err != nil || secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

// TagEvent says that a contact was given a tag, or lost it. It holds nothing else
// of the body, which carries the tags and fields of every tenant.
type TagEvent struct {
	// Added is false when the tag was removed.
	Added     bool
	ContactID int64
	Email     string
	Tag       Tag
}

// eventBody is a delivery's body in both nestings: {"contact":{…},"tag":{…}} as
// seen live, and {"contact":{"contact":{…}},"tag":{…}} as documented.
type eventBody struct {
	Contact struct {
		eventContact
		Nested *eventContact `json:"contact"`
	} `json:"contact"`
	Tag Tag `json:"tag"`
}

type eventContact struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
}

// ParseTagEvent reads the delivery whose event header and body are given. The event
// is named in the header alone. It fails with OtherEvent or MalformedEvent.
func ParseTagEvent(eventHeader string, body []byte) (TagEvent, error) {
	if eventHeader != TagAdded && eventHeader != TagRemoved {
		return TagEvent{}, OtherEvent
	}
	var parsed eventBody
	// The decoder's own error could quote the body.
	if json.Unmarshal(body, &parsed) != nil {
		return TagEvent{}, MalformedEvent
	}
	contact := parsed.Contact.eventContact
	if parsed.Contact.Nested != nil {
		contact = *parsed.Contact.Nested
	}
	if contact.ID <= 0 || contact.Email == "" || parsed.Tag.ID <= 0 || parsed.Tag.Name == "" {
		return TagEvent{}, MalformedEvent
	}
	return TagEvent{
		Added: eventHeader == TagAdded, ContactID: contact.ID, Email: contact.Email, Tag: parsed.Tag,
	}, nil
}
