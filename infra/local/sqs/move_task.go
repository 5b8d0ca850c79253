package sqs

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"time"

	"clientflow/infra/local/wire"
)

// moveTask is one way back out of a dead-letter queue. It is done as soon as it
// is started, whatever the rate asked for.
type moveTask struct {
	handle, source, destination string
	rate                        *int
	moved, failed               int
	started                     time.Time
}

type startMessageMoveTaskInput struct {
	SourceArn                    string
	DestinationArn               string
	MaxNumberOfMessagesPerSecond *int
}

func (s *Service) startMessageMoveTask(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[startMessageMoveTaskInput](call)
	if err != nil {
		return nil, err
	}
	// Amazon moves with the caller's permissions.
	for _, action := range []string{"StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"} {
		if err := authorize(call, action, in.SourceArn); err != nil {
			return nil, err
		}
	}
	if rate := in.MaxNumberOfMessagesPerSecond; rate != nil && (*rate < 1 || *rate > 500) {
		return nil, invalidValue(*rate, "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	source, err := s.deadLetterQueue(in.SourceArn)
	if err != nil {
		return nil, err
	}
	targets, err := s.moveTargets(source, in.DestinationArn)
	if err != nil {
		return nil, err
	}
	for _, target := range targets {
		if err := authorize(call, "SendMessage", target.arn); err != nil {
			return nil, err
		}
	}
	task := s.move(source, in.DestinationArn)
	task.rate = in.MaxNumberOfMessagesPerSecond
	s.tasks = append(s.tasks, task)
	return map[string]string{"TaskHandle": task.handle}, nil
}

func (s *Service) deadLetterQueue(arn string) (*Queue, error) {
	q := s.byARN(arn)
	if q == nil {
		return nil, sqsError("ResourceNotFoundException", "The resource that you specified for the SourceArn parameter doesn't exist.")
	}
	for _, other := range s.queues {
		if other.settings.deadLetterARN == arn {
			return q, nil
		}
	}
	return nil, sqsError("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
}

// moveTargets are the queues that messages may go to: the one asked for, or all
// that have this dead-letter queue.
func (s *Service) moveTargets(source *Queue, destination string) ([]*Queue, error) {
	if destination != "" {
		q := s.byARN(destination)
		if q == nil {
			return nil, sqsError("ResourceNotFoundException", "The resource that you specified for the DestinationArn parameter doesn't exist.")
		}
		return []*Queue{q}, nil
	}
	var targets []*Queue
	for _, q := range s.queues {
		if q.settings.deadLetterARN == source.arn {
			targets = append(targets, q)
		}
	}
	return targets, nil
}

// move moves what is visible. As in Amazon's, the messages come back as new
// ones, and those that were sent to the dead-letter queue itself have nowhere to go.
func (s *Service) move(source *Queue, destination string) moveTask {
	now := s.clock()
	task := moveTask{
		handle: base64.StdEncoding.EncodeToString([]byte(wire.UUID())), source: source.arn, destination: destination, started: now,
	}
	for _, m := range source.visible(now) {
		to := s.byARN(destination)
		if destination == "" {
			to = s.byARN(m.source)
		}
		if to == nil {
			task.failed++
			continue
		}
		source.remove(m)
		to.add(&message{
			id: wire.UUID(), body: m.body, bodyMD5: m.bodyMD5, attributes: m.attributes, group: m.group, traceHeader: m.traceHeader, sent: now,
		}, 0)
		task.moved++
	}
	return task
}

// visible returns the messages that can be received, oldest first.
func (q *Queue) visible(now time.Time) []*message {
	q.advance(now)
	var found []*message
	for m := range q.messages {
		if m.in != &q.hidden {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b *message) int { return cmp.Compare(a.order, b.order) })
	return found
}

type listMessageMoveTasksInput struct {
	SourceArn  string
	MaxResults int
}

type moveTaskDescription struct {
	Status                            string
	SourceArn                         string
	DestinationArn                    string `json:",omitempty"`
	MaxNumberOfMessagesPerSecond      *int   `json:",omitempty"`
	ApproximateNumberOfMessagesMoved  int
	ApproximateNumberOfMessagesToMove int
	FailureReason                     string `json:",omitempty"`
	StartedTimestamp                  int64  // milliseconds
}

// listMessageMoveTasks answers the newest tasks first, one unless asked for more.
func (s *Service) listMessageMoveTasks(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[listMessageMoveTasksInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "ListMessageMoveTasks", in.SourceArn); err != nil {
		return nil, err
	}
	if in.MaxResults < 0 || in.MaxResults > 10 {
		return nil, invalidValue(in.MaxResults, "MaxResults", "Must be between 1 and 10.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byARN(in.SourceArn) == nil {
		return nil, sqsError("ResourceNotFoundException", "The resource that you specified for the SourceArn parameter doesn't exist.")
	}
	results := []moveTaskDescription{}
	for _, task := range slices.Backward(s.tasks) {
		if task.source == in.SourceArn && len(results) < max(in.MaxResults, 1) {
			results = append(results, task.describe())
		}
	}
	return map[string]any{"Results": results}, nil
}

func (t moveTask) describe() moveTaskDescription {
	d := moveTaskDescription{
		Status: "COMPLETED", SourceArn: t.source, DestinationArn: t.destination, MaxNumberOfMessagesPerSecond: t.rate,
		ApproximateNumberOfMessagesMoved: t.moved, ApproximateNumberOfMessagesToMove: t.moved + t.failed, StartedTimestamp: t.started.UnixMilli(),
	}
	if t.failed > 0 {
		d.Status, d.FailureReason = "FAILED", "CouldNotDetermineMessageSource"
	}
	return d
}
