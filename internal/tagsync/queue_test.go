package tagsync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

const (
	visibilityTimeout = 360 * time.Second
	maxReceiveCount   = 10
)

// queue is the LeadSync queue and its dead letters, by the clock of the test.
type queue struct {
	mu       sync.Mutex
	last     int
	messages []*message
	dead     []string
	// sends are the delays of the copies that were sent, hides the time-outs set.
	sends, hides []time.Duration
	// refuse is what every call of the function is answered with, unless nil.
	refuse error
}

type message struct {
	id, body, handle string
	visible          time.Time
	receives         int
}

func newQueue() *queue { return &queue{} }

func (q *queue) put(body string, delay time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	q.messages = append(q.messages, &message{id: strconv.Itoa(q.last), body: body, visible: time.Now().Add(delay)})
}

// receive hands out up to size messages, and moves those that were received too
// often to the dead letters.
func (q *queue) receive(size int) []Record {
	q.mu.Lock()
	defer q.mu.Unlock()
	var records []Record
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool {
		if len(records) == size || m.visible.After(time.Now()) {
			return false
		}
		m.receives++
		if m.receives > maxReceiveCount {
			q.dead = append(q.dead, m.body)
			return true
		}
		m.visible, m.handle = time.Now().Add(visibilityTimeout), fmt.Sprintf("%s-%d", m.id, m.receives)
		r := Record{MessageID: m.id, ReceiptHandle: m.handle, Body: m.body}
		r.Attributes.ReceiveCount = strconv.Itoa(m.receives)
		records = append(records, r)
		return false
	})
	return records
}

// settle deletes what the response does not name, as the event source does.
func (q *queue) settle(records []Record, response Response) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range records {
		if !slices.Contains(response.Failures, Failure{r.MessageID}) {
			q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m.handle == r.ReceiptHandle })
		}
	}
}

// next returns how long it is until a message is there; false when there is none.
func (q *queue) next() (wait time.Duration, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if left := max(0, time.Until(m.visible)); !more || left < wait {
			wait, more = left, true
		}
	}
	return wait, more
}

func (q *queue) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if q.refuse != nil {
		return nil, q.refuse
	}
	if *in.QueueUrl != queueURL || in.DelaySeconds < 0 || in.DelaySeconds > 900 || *in.MessageGroupId == "" {
		return nil, errors.New("InvalidParameterValue")
	}
	delay := time.Duration(in.DelaySeconds) * time.Second
	q.put(*in.MessageBody, delay)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sends = append(q.sends, delay)
	return &sqs.SendMessageOutput{}, nil
}

func (q *queue) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	if q.refuse != nil {
		return nil, q.refuse
	}
	if *in.QueueUrl != queueURL || in.VisibilityTimeout < 0 || in.VisibilityTimeout > 43200 {
		return nil, errors.New("InvalidParameterValue")
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	wait := time.Duration(in.VisibilityTimeout) * time.Second
	for _, m := range q.messages {
		if m.handle == *in.ReceiptHandle {
			m.visible = time.Now().Add(wait)
		}
	}
	q.hides = append(q.hides, wait)
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

// mortalQueue is the queue as an environment reaches it.
type mortalQueue struct {
	life *life
	next *queue
}

func (m mortalQueue) SendMessage(ctx context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	return through(m.life, func() (*sqs.SendMessageOutput, error) { return m.next.SendMessage(ctx, in) })
}

func (m mortalQueue) ChangeMessageVisibility(ctx context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	return through(m.life, func() (*sqs.ChangeMessageVisibilityOutput, error) { return m.next.ChangeMessageVisibility(ctx, in) })
}
