// Package eventsource starts functions as Lambda's event source mappings and
// EventBridge's schedules do: with batches of a queue's messages, with batches of
// a table's changes in their order, and at certain times.
//
// It decides what is read, retried, given up and acknowledged. What is in a
// message or a change, and what runs a function, are others' affairs.
package eventsource

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"clientflow/infra/local/lambda"
)

// Function is what a source starts.
type Function interface {
	// Invoke returns the function's answer; a FunctionError in it is a failure.
	Invoke(ctx context.Context, event []byte) (lambda.Result, error)
}

// Source starts a function until it is told to stop.
type Source interface {
	// Run returns when ctx ends. What is under way then is not acknowledged.
	Run(ctx context.Context)
}

// records is the event of a batch.
type records[T any] struct {
	Records []T `json:"Records"`
}

// errPartial says that what a function answered of its batch makes no sense, so
// that all of the batch counts as failed.
var errPartial = errors.New("the function named failures that its batch does not have")

// failures reads the identifiers that a function says have failed. An empty
// answer means that none has.
func failures(payload []byte) ([]string, error) {
	var answer struct {
		Failures []struct {
			Item *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(bytes.TrimSpace(payload)) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(payload, &answer); err != nil {
		return nil, errPartial
	}
	var failed []string
	for _, f := range answer.Failures {
		if f.Item == nil || *f.Item == "" {
			return nil, errPartial
		}
		failed = append(failed, *f.Item)
	}
	return failed, nil
}

// pause waits, and returns false when ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// backoff is the pause before another attempt: it doubles from a tenth of a
// second up to ten seconds.
func backoff(attempt int) time.Duration {
	return min(100*time.Millisecond<<min(attempt, 10), 10*time.Second)
}
