package sqs

import (
	"time"

	"clientflow/infra/local/wire"
)

// Queue is a standard queue. It may be used from many goroutines at once.
type Queue struct {
	service   *Service
	name, arn string
	created   time.Time

	// Guarded by the service's lock.
	settings   settings
	modified   time.Time
	purged     time.Time
	deleted    bool
	messages   map[*message]struct{}
	receipts   map[string]*message // by the receipt handle given out last
	hidden     ordered             // delayed or in flight
	groups     map[string]*group   // those with messages visible or in flight
	arrivals   uint64
	duplicates int           // deliveries still to be doubled
	changed    chan struct{} // closed when something may have become visible
}

// group is what a fair queue knows of one MessageGroupId. The messages without
// one are kept as the group with the empty name, though each counts by itself.
type group struct {
	visible  ordered
	inFlight int
}

func (s *Service) newQueue(name string, set settings) *Queue {
	now := s.clock()
	return &Queue{
		service: s, name: name, arn: arnPrefix + name, created: now, modified: now, settings: set,
		messages: map[*message]struct{}{}, receipts: map[string]*message{}, hidden: ordered{less: byVisibility},
		groups: map[string]*group{}, changed: make(chan struct{}),
	}
}

// ARN returns the queue's ARN.
func (q *Queue) ARN() string { return q.arn }

// Counts are the numbers of a queue's messages.
type Counts struct {
	Visible, InFlight, Delayed int
	// Oldest is the age of the oldest message that is not deleted; zero in an
	// empty queue. Amazon has it as the metric ApproximateAgeOfOldestMessage.
	Oldest time.Duration
}

// Counts counts, exactly.
func (q *Queue) Counts() Counts {
	q.service.mu.Lock()
	defer q.service.mu.Unlock()
	return q.count()
}

func (q *Queue) count() Counts {
	now := q.service.clock()
	q.advance(now)
	var c Counts
	for m := range q.messages {
		switch {
		case q.outlived(m, now):
			q.remove(m)
			continue
		case m.inFlight:
			c.InFlight++
		case m.in == &q.hidden:
			c.Delayed++
		default:
			c.Visible++
		}
		c.Oldest = max(c.Oldest, now.Sub(m.sent))
	}
	return c
}

// add puts a message into the queue, visible after a delay.
func (q *Queue) add(m *message, delay time.Duration) {
	q.arrivals++
	m.order = q.arrivals
	q.messages[m] = struct{}{}
	if delay > 0 {
		q.hide(m, q.service.clock().Add(delay))
	} else {
		q.show(m)
	}
	q.wake()
}

func (q *Queue) hide(m *message, until time.Time) {
	m.until = until
	q.hidden.put(m)
}

func (q *Queue) show(m *message) {
	g, known := q.groups[m.group]
	if !known {
		g = &group{visible: ordered{less: byArrival}}
		q.groups[m.group] = g
	}
	g.visible.put(m)
}

// wake makes waiting receivers look again.
func (q *Queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// advance makes visible what is hidden no longer.
func (q *Queue) advance(now time.Time) {
	for m := q.hidden.first(); m != nil && !now.Before(m.until); m = q.hidden.first() {
		q.detach(m)
		q.show(m)
	}
}

// detach takes a message out of its heap and out of its group's flight.
func (q *Queue) detach(m *message) {
	m.take()
	g := q.groups[m.group]
	if m.inFlight {
		m.inFlight = false
		g.inFlight--
	}
	if g != nil && g.inFlight == 0 && g.visible.Len() == 0 {
		delete(q.groups, m.group)
	}
}

// remove makes the queue forget a message.
func (q *Queue) remove(m *message) {
	q.detach(m)
	delete(q.receipts, m.receipt)
	delete(q.messages, m)
}

func (q *Queue) outlived(m *message, now time.Time) bool {
	return now.Sub(m.sent) >= q.settings.retention
}

// purge makes the queue forget everything.
func (q *Queue) purge() {
	for m := range q.messages {
		q.remove(m)
	}
}

// DuplicateNext makes the queue deliver its next n messages twice, as a standard
// queue may do at any time: the second copy stays in the queue, and deleting the
// first does not delete it.
func (q *Queue) DuplicateNext(n int) {
	q.service.mu.Lock()
	defer q.service.mu.Unlock()
	q.duplicates = n
}

// duplicate puts a second copy of a message about to be delivered.
func (q *Queue) duplicate(m *message) {
	if q.duplicates == 0 {
		return
	}
	q.duplicates--
	twin := *m
	twin.in, twin.receipt = nil, wire.UUID() // never given out
	q.messages[&twin] = struct{}{}
	q.show(&twin)
}
