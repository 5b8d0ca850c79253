package systeme

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"
)

// delivery is one event on its way to one subscription. The body is written when
// the event happens: later changes of the contact do not show in it.
type delivery struct {
	webhookID      string
	subscriptionID string
	event          string
	schemaVersion  int
	messageID      string
	at             Timestamp
	contactID      int64
	body           []byte
	attempts       int
}

// eventBody is what an event carries; contact is nested once more by a quirk.
type eventBody struct {
	Contact any         `json:"contact"`
	Tag     *ContactTag `json:"tag,omitempty"`
}

// emit sends an event to every webhook subscribed to it. The account is locked.
func (s *Simulator) emit(event string, c *contact, tag *Tag) {
	body, err := s.eventBody(c, tag)
	if err != nil {
		s.options.Logger.Error("event not sent", "event", event, "error", err)
		return
	}
	for _, hook := range s.account.webhooks {
		subscription := hook.subscription(event)
		if !hook.Active || subscription == nil || subscription.DisabledAt != nil {
			continue
		}
		s.enqueue(&delivery{
			webhookID: hook.ID, subscriptionID: subscription.ID,
			event: event, schemaVersion: subscription.SchemaVersion,
			messageID: newUUID(), at: now(), contactID: c.ID, body: body,
		})
	}
}

func (s *Simulator) eventBody(c *contact, tag *Tag) ([]byte, error) {
	body := eventBody{Contact: s.account.show(c)}
	if s.options.Quirks.DoubleNesting {
		body.Contact = map[string]any{"contact": body.Contact}
	}
	if tag != nil {
		body.Tag = &ContactTag{tag.ID, tag.Name}
	}
	return phpJSON(body)
}

// enqueue queues a delivery, twice or late where a quirk says so. The account is
// locked.
func (s *Simulator) enqueue(d *delivery) {
	deliveries := []*delivery{d}
	switch s.options.Quirks.Duplicate {
	case DuplicateSameID:
		again := *d
		deliveries = append(deliveries, &again)
	case DuplicateDistinctID:
		again := *d
		again.messageID = newUUID()
		deliveries = append(deliveries, &again)
	}
	s.account.events++
	for _, d := range deliveries {
		if hold := s.options.Quirks.Reorder; hold > 0 && s.account.events%2 == 1 {
			s.scheduler.after(hold, func() { s.push(d) })
			continue
		}
		s.push(d)
	}
}

// newUUID makes a version 7 UUID, the kind of the ids that were captured.
func newUUID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	var milliseconds [8]byte
	binary.BigEndian.PutUint64(milliseconds[:], uint64(time.Now().UnixMilli()))
	copy(id[:6], milliseconds[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
