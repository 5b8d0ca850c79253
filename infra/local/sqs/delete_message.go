package sqs

import (
	"context"
	"time"
)

type deleteMessageInput struct {
	inQueue
	ReceiptHandle string
}

func (s *Service) deleteMessage(_ context.Context, q *Queue, in deleteMessageInput) (any, error) {
	return nil, q.Delete(in.ReceiptHandle)
}

type deleteMessageBatchInput struct {
	inQueue
	Entries []deleteEntry
}

type deleteEntry struct {
	entry
	ReceiptHandle string
}

func (s *Service) deleteMessageBatch(_ context.Context, q *Queue, in deleteMessageBatchInput) (any, error) {
	return runBatch(in.Entries, func(e deleteEntry) (any, error) { return e.entry, q.Delete(e.ReceiptHandle) })
}

type changeMessageVisibilityInput struct {
	inQueue
	ReceiptHandle     string
	VisibilityTimeout int // seconds
}

func (s *Service) changeMessageVisibility(_ context.Context, q *Queue, in changeMessageVisibilityInput) (any, error) {
	return nil, q.ChangeVisibility(in.ReceiptHandle, seconds(in.VisibilityTimeout))
}

type changeMessageVisibilityBatchInput struct {
	inQueue
	Entries []visibilityEntry
}

type visibilityEntry struct {
	entry
	ReceiptHandle     string
	VisibilityTimeout int // seconds
}

func (s *Service) changeMessageVisibilityBatch(_ context.Context, q *Queue, in changeMessageVisibilityBatchInput) (any, error) {
	return runBatch(in.Entries, func(e visibilityEntry) (any, error) {
		return e.entry, q.ChangeVisibility(e.ReceiptHandle, seconds(e.VisibilityTimeout))
	})
}

// seconds is a time that a caller gave. One beyond all limits stays beyond them
// instead of wrapping round.
func seconds(count int) time.Duration {
	const beyond = int(longestVisibility/time.Second) + 1
	return time.Duration(min(max(count, -1), beyond)) * time.Second
}
