package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"clientflow/infra/local/dynamodb"
)

// Stream is where changes come from.
type Stream interface {
	// Read waits for changes after the one with the sequence number after ("" for
	// the first), and returns at most limit, in their order.
	Read(ctx context.Context, after string, limit int) ([]dynamodb.StreamRecord, error)
}

// StreamSource starts a function with the changes of a table, in their order. A
// batch that fails holds up those behind it until it succeeds or is given up. It
// begins with the oldest change that there is, and ends with its table.
type StreamSource struct {
	Stream   Stream
	Function Function
	// FunctionARN is told to whom OnFailure tells.
	FunctionARN string
	// BatchSize is the most changes of a batch, Window how long one may fill
	// after its first change.
	BatchSize int
	Window    time.Duration
	// Filters pick changes: those that match one of them. None pick all.
	Filters []Filter
	// PartialFailures has the function name the first change that failed; those
	// before it are done.
	PartialFailures bool
	// Bisect tries the halves of a batch that failed.
	Bisect bool
	// MaxRetries is how often a batch is tried again before it is given up;
	// negative for ever.
	MaxRetries int
	// MaxAge is the age at which a change that failed is given up; 0 for never.
	MaxAge time.Duration
	// OnFailure takes the note of a batch that is given up; nil when nobody does.
	OnFailure func(ctx context.Context, note []byte) error
	// Log is told of batches that failed, without their content.
	Log *slog.Logger
}

// Run implements Source.
func (s *StreamSource) Run(ctx context.Context) {
	after := ""
	for ctx.Err() == nil {
		batch, last, err := s.fill(ctx, after)
		if errors.Is(err, dynamodb.ErrStreamEnded) {
			return
		}
		if err != nil {
			if ctx.Err() == nil {
				s.Log.Error("stream", "error", err.Error())
				pause(ctx, time.Second)
			}
			continue
		}
		s.process(ctx, batch)
		after = last
	}
}

// fill reads until it has a batch of changes that the filters pick, or the window
// is over. It returns the sequence number of the last change it saw.
func (s *StreamSource) fill(ctx context.Context, after string) (batch []dynamodb.StreamRecord, last string, err error) {
	last = after
	window := ctx
	for len(batch) < s.BatchSize {
		read, err := s.Stream.Read(window, last, s.BatchSize-len(batch))
		switch {
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			return batch, last, nil // the window is over
		case err != nil:
			return nil, after, err
		case len(read) == 0:
			return batch, last, nil
		}
		picked, err := s.pick(read)
		if err != nil {
			return nil, after, err
		}
		last = read[len(read)-1].Change.SequenceNumber
		batch = append(batch, picked...)
		if s.Window == 0 {
			return batch, last, nil
		}
		if window == ctx && len(batch) > 0 {
			var cancel context.CancelFunc
			window, cancel = context.WithTimeout(ctx, s.Window)
			defer cancel()
		}
	}
	return batch, last, nil
}

func (s *StreamSource) pick(read []dynamodb.StreamRecord) ([]dynamodb.StreamRecord, error) {
	if len(s.Filters) == 0 {
		return read, nil
	}
	var picked []dynamodb.StreamRecord
	for _, record := range read {
		document, err := json.Marshal(record)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(s.Filters, func(f Filter) bool { return f.Match(document) }) {
			picked = append(picked, record)
		}
	}
	return picked, nil
}

func madeAt(record dynamodb.StreamRecord) time.Time {
	return time.Unix(record.Change.ApproximateCreationDateTime, 0).UTC()
}

// process tries a batch until nothing of it is left: done, given up, or ctx ended.
func (s *StreamSource) process(ctx context.Context, batch []dynamodb.StreamRecord) {
	for attempt := 0; len(batch) > 0; attempt++ {
		o := s.try(ctx, batch)
		if ctx.Err() != nil {
			return
		}
		batch = batch[o.done:]
		if len(batch) == 0 {
			return
		}
		s.Log.Warn("batch", "requestId", o.requestID, "records", len(batch), "attempt", attempt+1, "reason", o.reason)
		if !o.partial && s.Bisect && len(batch) > 1 {
			half := len(batch) / 2
			s.process(ctx, batch[:half])
			s.process(ctx, batch[half:])
			return
		}
		if s.MaxRetries >= 0 && attempt >= s.MaxRetries {
			s.giveUp(ctx, batch, "RetryAttemptsExhausted", attempt+1, o)
			return
		}
		if !pause(ctx, backoff(attempt)) {
			return
		}
		batch = s.dropOld(ctx, batch, attempt+1, o)
	}
}

// outcome is what became of one attempt.
type outcome struct {
	done      int  // how many changes from the first are done
	partial   bool // the function named the change that failed
	requestID string
	reason    string
}

func (s *StreamSource) try(ctx context.Context, batch []dynamodb.StreamRecord) outcome {
	document, err := json.Marshal(records[dynamodb.StreamRecord]{batch})
	if err != nil {
		return outcome{reason: err.Error()}
	}
	result, err := s.Function.Invoke(ctx, document)
	o := outcome{requestID: result.RequestID, reason: result.FunctionError}
	switch {
	case err != nil:
		o.reason = err.Error()
	case result.FunctionError == "" && s.PartialFailures:
		o.done, err = firstFailed(batch, result.Payload)
		o.partial, o.reason = err == nil, "batchItemFailures"
	case result.FunctionError == "":
		o.done = len(batch)
	}
	return o
}

// firstFailed is the index of the first change that the function names, or the
// size of the batch when it names none.
func firstFailed(batch []dynamodb.StreamRecord, payload []byte) (int, error) {
	failed, err := failures(payload)
	if err != nil {
		return 0, err
	}
	first := len(batch)
	for _, sequence := range failed {
		i := slices.IndexFunc(batch, func(c dynamodb.StreamRecord) bool { return c.Change.SequenceNumber == sequence })
		if i < 0 {
			return 0, errPartial
		}
		first = min(first, i)
	}
	return first, nil
}

// dropOld gives up the changes at the front that are too old.
func (s *StreamSource) dropOld(ctx context.Context, batch []dynamodb.StreamRecord, attempts int, o outcome) []dynamodb.StreamRecord {
	if s.MaxAge == 0 {
		return batch
	}
	limit := time.Now().Add(-s.MaxAge)
	old := 0
	for old < len(batch) && madeAt(batch[old]).Before(limit) {
		old++
	}
	if old > 0 {
		s.giveUp(ctx, batch[:old], "RecordAgeExceeded", attempts, o)
	}
	return batch[old:]
}

// giveUp tells the destination of changes that are lost to the function.
func (s *StreamSource) giveUp(ctx context.Context, batch []dynamodb.StreamRecord, condition string, attempts int, o outcome) {
	s.Log.Error("batch given up", "records", len(batch), "condition", condition)
	if s.OnFailure == nil {
		return
	}
	note, err := s.note(batch, condition, attempts, o)
	if err == nil {
		err = s.OnFailure(ctx, note)
	}
	if err != nil {
		s.Log.Error("failure destination", "error", err.Error())
	}
}

type object = map[string]any

// note is the message that Lambda sends to the destination: where the changes
// are, but not what they are.
func (s *StreamSource) note(batch []dynamodb.StreamRecord, condition string, attempts int, o outcome) ([]byte, error) {
	const form = "2006-01-02T15:04:05.000Z"
	first, last := batch[0], batch[len(batch)-1]
	response := object{"statusCode": 200, "executedVersion": "$LATEST"}
	if !o.partial {
		response["functionError"] = o.reason
	}
	return json.Marshal(object{
		"version":   "1.0",
		"timestamp": time.Now().UTC().Format(form),
		"requestContext": object{
			"requestId":              o.requestID,
			"functionArn":            s.FunctionARN,
			"condition":              condition,
			"approximateInvokeCount": attempts,
		},
		"responseContext": response,
		"DDBStreamBatchInfo": object{
			"shardId":                         "shardId-00000000000000000000-00000000",
			"startSequenceNumber":             first.Change.SequenceNumber,
			"endSequenceNumber":               last.Change.SequenceNumber,
			"approximateArrivalOfFirstRecord": madeAt(first).Format(form),
			"approximateArrivalOfLastRecord":  madeAt(last).Format(form),
			"batchSize":                       len(batch),
			"streamArn":                       first.EventSourceARN,
		},
	})
}
