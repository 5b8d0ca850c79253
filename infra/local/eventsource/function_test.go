package eventsource

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"

	"clientflow/infra/local/lambda"
)

// quiet drops what sources log.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// reply is what a function does with one event.
type reply struct {
	payload string
	failed  bool
	err     error
}

// function answers events as a test wants, and remembers them.
type function struct {
	// answer is given the identifiers of the event's records.
	answer func(ids []string) reply

	mu     sync.Mutex
	events [][]string
	now    int // how many invocations are under way
	most   int
}

func (f *function) Invoke(ctx context.Context, event []byte) (lambda.Result, error) {
	if err := ctx.Err(); err != nil {
		return lambda.Result{}, err
	}
	ids := identifiers(event)
	f.mu.Lock()
	f.events = append(f.events, ids)
	f.now++
	f.most = max(f.most, f.now)
	f.mu.Unlock()
	var r reply
	if f.answer != nil {
		r = f.answer(ids)
	}
	f.mu.Lock()
	f.now--
	f.mu.Unlock()
	result := lambda.Result{Payload: []byte(r.payload), RequestID: "request"}
	if r.failed {
		result.FunctionError = "Unhandled"
	}
	return result, r.err
}

// identifiers are the message ids or sequence numbers of an event.
func identifiers(event []byte) []string {
	var decoded struct {
		Records []struct {
			MessageID string `json:"messageId"`
			DynamoDB  struct{ SequenceNumber string }
		}
	}
	if err := json.Unmarshal(event, &decoded); err != nil {
		return []string{err.Error()}
	}
	var ids []string
	for _, r := range decoded.Records {
		ids = append(ids, r.MessageID+r.DynamoDB.SequenceNumber)
	}
	return ids
}

func (f *function) seen() [][]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.events
}

// run starts a source and returns what stops it and waits for its end.
func run(t *testing.T, source Source) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		source.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}
