// Package publish turns what happened to leads and IBs, as the tables' streams tell
// it, into sync messages, counters and the audit trail.
//
// The stream is the outbox: what is stored is in it, and a record is done with
// only when its message is in the queue, it is counted, and the trail tells of it.
// All may happen again after a crash. A message sent twice finds a lead that is
// synced already, counters know what they have counted, and an entry of the trail
// is made once. Messages go first, so that no lead waits for a counter.
package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"clientflow/internal/audit"
	"clientflow/internal/eventlog"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
)

// Event is a batch of records of the stream, in order. Each is decoded on its
// own, so that a bad one spoils no other.
type Event struct {
	Records []json.RawMessage
}

// Response tells Lambda from which record on to send the batch again; without
// one, the batch is done.
type Response struct {
	Failures []Failure `json:"batchItemFailures"`
}

// Failure names a record by its sequence number.
type Failure struct {
	SequenceNumber string `json:"itemIdentifier"`
}

// Publisher handles batches of the stream.
type Publisher struct {
	queue    Queue
	counters tally.Counters
	trail    audit.Store
	log      *slog.Logger
}

// New returns a Publisher.
func New(queue Queue, counters tally.Counters, trail audit.Store, log *slog.Logger) Publisher {
	return Publisher{queue, counters, trail, log}
}

// Handle publishes, counts and records a batch. What fails is asked for again from the
// first failed record on. A record that cannot be read is logged as an error
// and left behind: it would fail for ever and hold up the leads of all tenants.
func (p Publisher) Handle(ctx context.Context, event Event) (Response, error) {
	log := p.log
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		log = log.With(slog.String("requestId", invocation.AwsRequestID))
	}
	changes, unreadable := p.read(ctx, log, event)
	failed := len(changes)
	var errs []error
	if first, err := p.queue.send(ctx, changes); err != nil {
		failed, errs = first, append(errs, err)
	}
	if first, err := p.count(ctx, changes); err != nil {
		failed, errs = min(failed, first), append(errs, err)
	}
	if first, err := p.record(ctx, changes); err != nil {
		failed, errs = min(failed, first), append(errs, err)
	}
	attrs := []any{slog.Int("records", len(event.Records)), slog.Int("unreadable", unreadable),
		slog.Any("requestIds", published(changes, func(c change) string { return c.requestID })),
		slog.Any("traceIds", published(changes, func(c change) string { return c.trace.ID() }))}
	if len(errs) > 0 {
		log.ErrorContext(ctx, "event", append(attrs, slog.String("outcome", "failed"), slog.Int("done", failed), eventlog.Error(errors.Join(errs...)))...)
		return Response{[]Failure{{changes[failed].sequenceNumber}}}, nil
	}
	log.InfoContext(ctx, "event", append(attrs, slog.String("outcome", "ok"))...)
	return Response{[]Failure{}}, nil
}

// published are the ids of requests or traces, whichever of returns, from which the changes
// come that are published, so that the log tells of each.
func published(changes []change, of func(change) string) []string {
	ids := []string{}
	for _, c := range changes {
		if id := of(c); c.wantsSync && id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// read reads the records that are about leads, and counts those that it cannot
// read.
func (p Publisher) read(ctx context.Context, log *slog.Logger, event Event) (changes []change, unreadable int) {
	for _, raw := range event.Records {
		c, err := parse(raw)
		switch {
		case err == nil:
			changes = append(changes, c)
		case !errors.Is(err, errNoLead):
			unreadable++
			log.ErrorContext(ctx, "record left behind", slog.String("sequenceNumber", c.sequenceNumber), eventlog.Error(err))
		}
	}
	return changes, unreadable
}

// record adds to the audit trail what it is to tell of the changes. With errors it
// returns the index of the first change that failed.
func (p Publisher) record(ctx context.Context, changes []change) (failed int, err error) {
	var entries []audit.Owned
	var at []int
	for i, c := range changes {
		if c.entry != nil {
			entries, at = append(entries, audit.Owned{Owner: c.owner, Entry: *c.entry}), append(at, i)
		}
	}
	if first, err := p.trail.Append(ctx, entries); err != nil {
		return at[first], err
	}
	return len(changes), nil
}

// count counts the changes, tenants side by side. With errors it returns the
// index of the first change of a tenant that failed.
func (p Publisher) count(ctx context.Context, changes []change) (failed int, err error) {
	firsts := map[tenant.ID]int{}
	counted := map[tenant.ID][]tally.Change{}
	for i, c := range changes {
		if _, known := firsts[c.owner]; !known {
			firsts[c.owner] = i
		}
		counted[c.owner] = append(counted[c.owner], c.counted)
	}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		errs    []error
	)
	failed = len(changes)
	for owner, own := range counted {
		running.Go(func() {
			if err := p.counters.Count(ctx, owner, own); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = min(failed, firsts[owner])
				errs = append(errs, fmt.Errorf("count for tenant %s: %w", owner, err))
			}
		})
	}
	running.Wait()
	return failed, errors.Join(errs...)
}
