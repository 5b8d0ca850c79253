package eventsource

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"clientflow/infra/local/sqs"
)

// Queue is where messages come from. What is received is hidden from others for
// as long as the queue says, and comes again unless it is deleted.
type Queue interface {
	// Receive waits for messages, at most wait, and returns at most ten.
	Receive(ctx context.Context, most int, wait time.Duration) ([]sqs.Message, error)
	// Delete ends a message.
	Delete(receipt string) error
}

// QueueSource starts a function with the messages of a queue.
type QueueSource struct {
	Queue    Queue
	Function Function
	// BatchSize is the most messages of a batch, Window how long one may fill
	// after its first message.
	BatchSize int
	Window    time.Duration
	// Concurrency is the most batches at a time; 0 stands for 5, with which
	// Lambda begins.
	Concurrency int
	// PartialFailures has the function name the messages that failed; the others
	// are deleted. Without it a batch fails or succeeds as one.
	PartialFailures bool
	// Log is told of batches that failed, without their content.
	Log *slog.Logger
}

// The most that one call of SQS returns, and the longest that it waits.
const (
	receiveLimit = 10
	receiveWait  = 20 * time.Second
)

// Run implements Source.
func (s *QueueSource) Run(ctx context.Context) {
	workers := s.Concurrency
	if workers == 0 {
		workers = 5
	}
	var running sync.WaitGroup
	for range workers {
		running.Go(func() { s.work(ctx) })
	}
	running.Wait()
}

func (s *QueueSource) work(ctx context.Context) {
	for ctx.Err() == nil {
		batch, err := s.fill(ctx)
		if err == nil && len(batch) > 0 {
			err = s.hand(ctx, batch)
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error("queue", "error", err.Error())
			pause(ctx, time.Second)
		}
	}
}

// fill receives a batch, which is empty when none came for a while.
func (s *QueueSource) fill(ctx context.Context) ([]sqs.Message, error) {
	batch, err := s.Queue.Receive(ctx, min(s.BatchSize, receiveLimit), receiveWait)
	if err != nil || len(batch) == 0 {
		return batch, err
	}
	end := time.Now().Add(s.Window)
	for len(batch) < s.BatchSize {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		more, err := s.Queue.Receive(ctx, min(s.BatchSize-len(batch), receiveLimit), min(left, receiveWait))
		if err != nil {
			return nil, err
		}
		batch = append(batch, more...)
	}
	return batch, nil
}

// hand gives a batch to the function and deletes what succeeded. The rest comes
// again when the queue shows it again.
func (s *QueueSource) hand(ctx context.Context, batch []sqs.Message) error {
	document, err := json.Marshal(records[sqs.Message]{batch})
	if err != nil {
		return err
	}
	result, err := s.Function.Invoke(ctx, document)
	if err != nil {
		return err
	}
	failed, err := s.failed(batch, result.FunctionError != "", result.Payload)
	if err != nil || len(failed) > 0 {
		s.Log.Warn("batch", "requestId", result.RequestID, "messages", len(batch), "failed", len(failed), "functionError", result.FunctionError)
	}
	if err != nil {
		return nil // all of the batch failed
	}
	for _, m := range batch {
		if slices.Contains(failed, m.MessageID) {
			continue
		}
		if err := s.Queue.Delete(m.ReceiptHandle); err != nil {
			return err
		}
	}
	return nil
}

// failed names the messages that failed. An error means that all did.
func (s *QueueSource) failed(batch []sqs.Message, functionFailed bool, payload []byte) ([]string, error) {
	if functionFailed {
		return nil, errPartial
	}
	if !s.PartialFailures {
		return nil, nil
	}
	failed, err := failures(payload)
	if err != nil {
		return nil, err
	}
	for _, id := range failed {
		if !slices.ContainsFunc(batch, func(m sqs.Message) bool { return m.MessageID == id }) {
			return nil, errPartial
		}
	}
	return failed, nil
}
