// Package sqs plays Amazon's Simple Queue Service: standard queues with
// visibility time-outs, delays, fair message groups, dead-letter queues and the
// way back out of them.
//
// Messages live in memory. There are no FIFO queues, queue policies, tags or
// encryption keys; asking for one of them is an error. Beside the API there are
// Go calls for the event source that feeds functions.
package sqs

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// Service holds the queues. It may be used from many goroutines at once.
type Service struct {
	clock func() time.Time

	mu     sync.Mutex // guards everything below it, and all that queues hold
	queues map[string]*Queue
	tasks  []moveTask // oldest first
}

// New returns a service without queues.
func New(clock func() time.Time) *Service {
	return &Service{clock: clock, queues: map[string]*Queue{}}
}

// Service returns the operations for the endpoint.
func (s *Service) Service() wire.Service {
	return wire.Service{
		Target: "AmazonSQS", JSONVersion: "1.0",
		Operations: map[string]wire.Operation{
			"CreateQueue":                  s.createQueue,
			"GetQueueUrl":                  s.getQueueURL,
			"ListQueues":                   s.listQueues,
			"DeleteQueue":                  onQueue(s, "DeleteQueue", s.deleteQueue),
			"PurgeQueue":                   onQueue(s, "PurgeQueue", s.purgeQueue),
			"GetQueueAttributes":           onQueue(s, "GetQueueAttributes", s.getQueueAttributes),
			"SetQueueAttributes":           onQueue(s, "SetQueueAttributes", s.setQueueAttributes),
			"SendMessage":                  onQueue(s, "SendMessage", s.sendMessage),
			"SendMessageBatch":             onQueue(s, "SendMessage", s.sendMessageBatch),
			"ReceiveMessage":               onQueue(s, "ReceiveMessage", s.receiveMessage),
			"DeleteMessage":                onQueue(s, "DeleteMessage", s.deleteMessage),
			"DeleteMessageBatch":           onQueue(s, "DeleteMessage", s.deleteMessageBatch),
			"ChangeMessageVisibility":      onQueue(s, "ChangeMessageVisibility", s.changeMessageVisibility),
			"ChangeMessageVisibilityBatch": onQueue(s, "ChangeMessageVisibility", s.changeMessageVisibilityBatch),
			"StartMessageMoveTask":         s.startMessageMoveTask,
			"ListMessageMoveTasks":         s.listMessageMoveTasks,
		},
	}
}

// Queue returns the queue with that ARN; false when there is none.
func (s *Service) Queue(arn string) (*Queue, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.byARN(arn)
	return q, q != nil
}

func (s *Service) byARN(arn string) *Queue {
	for _, q := range s.queues {
		if q.arn == arn {
			return q
		}
	}
	return nil
}

const arnPrefix = "arn:aws:sqs:us-east-1:" + iam.AccountID + ":"

// inQueue is part of every request about one queue.
type inQueue struct {
	QueueURL string `json:"QueueUrl"`
}

// queueName is the last part of the URL; its host is whatever the caller calls
// this endpoint.
func (in inQueue) queueName() string {
	return in.QueueURL[strings.LastIndexByte(in.QueueURL, '/')+1:]
}

// onQueue makes an operation that the caller's policies must allow on the queue.
func onQueue[In interface{ queueName() string }](s *Service, action string, do func(context.Context, *Queue, In) (any, error)) wire.Operation {
	return func(ctx context.Context, call wire.Call) (any, error) {
		in, err := wire.Decode[In](call)
		if err != nil {
			return nil, err
		}
		if in.queueName() == "" {
			return nil, sqsError("MissingParameter", "The request must contain the parameter QueueUrl.")
		}
		if err := authorize(call, action, arnPrefix+in.queueName()); err != nil {
			return nil, err
		}
		s.mu.Lock()
		q, known := s.queues[in.queueName()]
		s.mu.Unlock()
		if !known {
			return nil, noSuchQueue()
		}
		return do(ctx, q, in)
	}
}

func authorize(call wire.Call, action, arn string) error {
	return call.Caller.Authorize(iam.Request{Action: "sqs:" + action, Resource: arn})
}

// sqsError is an error whose older name is like its type.
func sqsError(kind, format string, args ...any) *wire.Error {
	e := wire.Errorf(kind, format, args...)
	e.QueryCode = kind
	if slices.Contains(prefixedCodes, kind) {
		e.QueryCode = "AWS.SimpleQueueService." + kind
	}
	return e
}

// prefixedCodes are the errors whose older names begin with the service's.
var prefixedCodes = []string{
	"BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidBatchEntryId", "MessageNotInflight",
	"PurgeQueueInProgress", "TooManyEntriesInBatchRequest", "UnsupportedOperation",
}

func noSuchQueue() error {
	e := sqsError("QueueDoesNotExist", "The specified queue does not exist.")
	e.QueryCode = "AWS.SimpleQueueService.NonExistentQueue"
	return e
}

func invalidValue(value any, parameter, reason string) error {
	return sqsError("InvalidParameterValue", "Value %v for parameter %s is invalid. Reason: %s", value, parameter, reason)
}
