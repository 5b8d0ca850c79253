package sqs

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"clientflow/infra/local/wire"
)

// mostMessages is how many messages one call receives at most.
const mostMessages = 10

// Receive takes up to most messages (ten at the most), which stay hidden for the
// queue's visibility time-out. It returns as soon as there is one, and nothing
// when the wait is over. The error is the context's, or QueueDoesNotExist.
func (q *Queue) Receive(ctx context.Context, most int, wait time.Duration) ([]Message, error) {
	return q.receive(ctx, most, wait, nil)
}

// receive waits for messages without looking again and again: it is woken by
// what is sent, and when the next hidden message becomes visible.
func (q *Queue) receive(ctx context.Context, most int, wait time.Duration, visibility *time.Duration) ([]Message, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		taken, next, err := q.tryReceive(min(most, mostMessages), visibility)
		if err != nil || len(taken) > 0 || wait <= 0 {
			return taken, err
		}
		visible := time.NewTimer(next.in)
		select {
		case <-next.changed:
		case <-visible.C:
		case <-over.C:
			wait = 0 // look once more, and leave
		case <-ctx.Done():
			err = ctx.Err()
		}
		visible.Stop()
		if err != nil {
			return nil, err
		}
	}
}

// event is what a receiver who found nothing waits for: a change of the queue,
// or the time until a hidden message becomes visible.
type event struct {
	changed <-chan struct{}
	in      time.Duration
}

// tryReceive takes what there is, and tells what to wait for.
func (q *Queue) tryReceive(most int, visibility *time.Duration) ([]Message, event, error) {
	q.service.mu.Lock()
	defer q.service.mu.Unlock()
	if q.deleted {
		return nil, event{}, noSuchQueue()
	}
	now := q.service.clock()
	q.advance(now)
	hide := q.settings.visibility
	if visibility != nil {
		hide = *visibility
	}
	var taken []Message
	for len(taken) < most {
		m := q.next(now)
		if m == nil {
			break
		}
		taken = append(taken, q.deliver(m, now, hide))
	}
	next := event{changed: q.changed, in: longestVisibility}
	if first := q.hidden.first(); first != nil {
		next.in = first.until.Sub(now)
	}
	return taken, next, nil
}

// next returns the message to deliver, out of its heap: of the groups with the
// fewest messages in flight, the oldest message. On the way it drops messages
// that are too old and moves those received too often to the dead-letter queue.
func (q *Queue) next(now time.Time) *message {
	for {
		m := q.fairest()
		if m == nil {
			return nil
		}
		switch dead := q.deadLetters(); {
		case q.outlived(m, now):
			q.remove(m)
		case dead != nil && m.receives >= q.settings.maxReceives:
			q.remove(m)
			m.source = q.arn
			dead.add(m, 0)
		default:
			return m
		}
	}
}

// fairest is Amazon's fair queue without its thresholds: Amazon, too, prefers
// the quiet groups, but only once one group takes a tenth of the deliveries.
func (q *Queue) fairest() *message {
	var best *message
	var load int
	for name, g := range q.groups {
		first, inFlight := g.visible.first(), g.inFlight
		if name == "" {
			inFlight = 0
		}
		if first != nil && (best == nil || inFlight < load || inFlight == load && first.order < best.order) {
			best, load = first, inFlight
		}
	}
	return best
}

// deadLetters returns where messages go that were received too often; nil when
// there is no such place.
func (q *Queue) deadLetters() *Queue {
	if q.settings.maxReceives == 0 {
		return nil
	}
	return q.service.byARN(q.settings.deadLetterARN)
}

func (q *Queue) deliver(m *message, now time.Time, hide time.Duration) Message {
	q.duplicate(m)
	m.take()
	delete(q.receipts, m.receipt)
	m.receives++
	if m.first.IsZero() {
		m.first = now
	}
	m.receipt = q.newReceipt()
	q.receipts[m.receipt] = m
	m.inFlight = true
	q.groups[m.group].inFlight++
	q.hide(m, now.Add(hide))
	return m.export(q.arn)
}

// A receipt handle names its queue, so that one that was never given out can be
// told from one that is no longer good.
func (q *Queue) newReceipt() string {
	return base64.RawURLEncoding.EncodeToString([]byte(q.name + "/" + wire.UUID()))
}

// find returns the message behind a receipt handle; nil when it is deleted, or
// was received again since.
func (q *Queue) find(receipt string) (*message, error) {
	text, err := base64.RawURLEncoding.DecodeString(receipt)
	if err != nil || !strings.HasPrefix(string(text), q.name+"/") {
		return nil, sqsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
	}
	return q.receipts[receipt], nil
}

// Delete deletes a message by the receipt handle of its last delivery. A handle
// that is no longer good deletes nothing and is no error, as in Amazon's; the
// errors are ReceiptHandleIsInvalid and QueueDoesNotExist.
func (q *Queue) Delete(receipt string) error {
	q.service.mu.Lock()
	defer q.service.mu.Unlock()
	if q.deleted {
		return noSuchQueue()
	}
	m, err := q.find(receipt)
	if m != nil {
		q.remove(m)
	}
	return err
}

// longestVisibility is how long a message can be hidden.
const longestVisibility = 12 * time.Hour

// ChangeVisibility hides a message in flight for that time from now; zero makes
// it visible at once. The errors are ReceiptHandleIsInvalid, MessageNotInflight,
// InvalidParameterValue and QueueDoesNotExist.
func (q *Queue) ChangeVisibility(receipt string, timeout time.Duration) error {
	if timeout < 0 || timeout > longestVisibility {
		return invalidValue(int(timeout.Seconds()), "VisibilityTimeout", "Must be between 0 and 43200.")
	}
	q.service.mu.Lock()
	defer q.service.mu.Unlock()
	if q.deleted {
		return noSuchQueue()
	}
	now := q.service.clock()
	q.advance(now)
	m, err := q.find(receipt)
	if err != nil {
		return err
	}
	if m == nil || !m.inFlight {
		return sqsError("MessageNotInflight", "The message referred to isn't in flight.")
	}
	m.take()
	q.hide(m, now.Add(timeout))
	q.wake()
	return nil
}
