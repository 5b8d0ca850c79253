package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/dynamodb/attribute"
)

// stream is a table's stream that a test writes.
type stream struct {
	mu      sync.Mutex
	records []dynamodb.StreamRecord
	ended   bool
	changed chan struct{}
	broken  error // what the next Read returns
}

func newStream(keys ...string) *stream {
	s := &stream{changed: make(chan struct{})}
	s.add(keys...)
	return s
}

// add appends changes of items with these keys; the nth has the number n.
func (s *stream) add(keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		s.records = append(s.records, dynamodb.StreamRecord{
			EventName: "INSERT", EventSourceARN: "arn:stream",
			Change: dynamodb.Change{
				SequenceNumber:              string(rune('a' + len(s.records))),
				Keys:                        attribute.Item{"sk": attribute.String(key)},
				ApproximateCreationDateTime: time.Now().Unix(),
			},
		})
	}
	s.wake()
}

func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.wake()
}

func (s *stream) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stream) Read(ctx context.Context, after string, limit int) ([]dynamodb.StreamRecord, error) {
	for {
		s.mu.Lock()
		first := slices.IndexFunc(s.records, func(r dynamodb.StreamRecord) bool { return r.Change.SequenceNumber > after })
		changed, ended, broken := s.changed, s.ended, s.broken
		s.broken = nil
		s.mu.Unlock()
		switch {
		case broken != nil:
			return nil, broken
		case first >= 0:
			return slices.Clone(s.records[first:min(first+limit, len(s.records))]), nil
		case ended:
			return nil, dynamodb.ErrStreamEnded
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// sequences are the events that a function saw, each as the letters of its
// records.
func sequences(f *function) []string {
	var all []string
	for _, event := range f.seen() {
		all = append(all, strings.Join(event, ""))
	}
	return all
}

// letters makes keys for so many changes.
func letters(n int) []string { return slices.Repeat([]string{"LEAD#1"}, n) }

func TestStreamBatches(t *testing.T) {
	t.Parallel()
	// poison fails every batch that has the record c.
	poison := func(ids []string) reply { return reply{failed: slices.Contains(ids, "c")} }
	// naming names c as failed wherever it is, and d with it.
	naming := func(ids []string) reply {
		if slices.Contains(ids, "c") {
			return reply{payload: `{"batchItemFailures":[{"itemIdentifier":"d"},{"itemIdentifier":"c"}]}`}
		}
		return reply{payload: `{"batchItemFailures":[]}`}
	}
	times := func(n int, then func([]string) reply) func([]string) reply {
		return func(ids []string) reply {
			if n--; n >= 0 {
				return then(ids)
			}
			return reply{}
		}
	}
	tests := []struct {
		name   string
		source StreamSource
		answer func([]string) reply
		want   []string // events
		notes  []string // first and last record of each batch given up
	}{
		{"in order, so many at a time", StreamSource{BatchSize: 3}, nil, []string{"abc", "de"}, nil},
		{"again until it succeeds", StreamSource{BatchSize: 5, MaxRetries: -1}, times(3, poison), []string{"abcde", "abcde", "abcde", "abcde"}, nil},
		{"given up", StreamSource{BatchSize: 4, MaxRetries: 2}, poison, []string{"abcd", "abcd", "abcd", "e"}, []string{"ad"}},
		{"given up at once", StreamSource{BatchSize: 4, MaxRetries: 0}, poison, []string{"abcd", "e"}, []string{"ad"}},
		{"in halves", StreamSource{BatchSize: 5, MaxRetries: 1, Bisect: true}, poison, []string{"abcde", "ab", "cde", "c", "c", "de"}, []string{"cc"}},
		{"from the first that failed", StreamSource{BatchSize: 5, MaxRetries: 1, PartialFailures: true}, naming, []string{"abcde", "cde"}, []string{"ce"}},
		{"from the first that failed, once", StreamSource{BatchSize: 5, MaxRetries: -1, PartialFailures: true}, times(1, naming), []string{"abcde", "cde"}, nil},
		{"failures that nobody asked for", StreamSource{BatchSize: 5, MaxRetries: -1}, naming, []string{"abcde"}, nil},
		{"an unknown failure", StreamSource{BatchSize: 5, MaxRetries: 1, PartialFailures: true},
			func([]string) reply { return reply{payload: `{"batchItemFailures":[{"itemIdentifier":"z"}]}`} }, []string{"abcde", "abcde"}, []string{"ae"}},
		{"no function", StreamSource{BatchSize: 5, MaxRetries: 1}, func([]string) reply { return reply{err: errors.New("none")} }, []string{"abcde", "abcde"}, []string{"ae"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &function{answer: test.answer}
				var notes []string
				source := test.source
				source.Stream, source.Function, source.Log = newStream(letters(5)...), f, quiet()
				source.OnFailure = func(_ context.Context, note []byte) error {
					notes = append(notes, span(t, note))
					return nil
				}
				stop := run(t, &source)
				time.Sleep(time.Minute)
				stop()
				if got := sequences(f); !slices.Equal(got, test.want) {
					t.Errorf("the function saw %q, want %q", got, test.want)
				}
				if !slices.Equal(notes, test.notes) {
					t.Errorf("given up are %q, want %q", notes, test.notes)
				}
			})
		})
	}
}

func span(t *testing.T, note []byte) string {
	t.Helper()
	var decoded struct {
		DDBStreamBatchInfo struct{ StartSequenceNumber, EndSequenceNumber string }
	}
	if err := json.Unmarshal(note, &decoded); err != nil {
		t.Error(err)
	}
	return decoded.DDBStreamBatchInfo.StartSequenceNumber + decoded.DDBStreamBatchInfo.EndSequenceNumber
}

// The pause before another attempt grows.
func TestStreamPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		f := &function{answer: func([]string) reply {
			at = append(at, time.Since(start))
			return reply{failed: true}
		}}
		stop := run(t, &StreamSource{Stream: newStream("k"), Function: f, BatchSize: 1, MaxRetries: 9, Log: quiet()})
		time.Sleep(time.Hour)
		stop()
		var pauses []time.Duration
		for i := 1; i < len(at); i++ {
			pauses = append(pauses, (at[i] - at[i-1]).Round(time.Millisecond))
		}
		want := []time.Duration{100e6, 200e6, 400e6, 800e6, 1600e6, 3200e6, 6400e6, 10e9, 10e9}
		if !slices.Equal(pauses, want) {
			t.Errorf("pauses are %v, want %v", pauses, want)
		}
	})
}

func TestStreamGivesUpWhatIsOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStream("k", "k")
		time.Sleep(50 * time.Second)
		s.add("k")
		var note map[string]any
		f := &function{answer: func(ids []string) reply { return reply{failed: ids[0] == "a"} }}
		stop := run(t, &StreamSource{
			Stream: s, Function: f, FunctionARN: "arn:function", BatchSize: 10, MaxRetries: -1, MaxAge: time.Minute, Log: quiet(),
			OnFailure: func(_ context.Context, document []byte) error { return json.Unmarshal(document, &note) },
		})
		time.Sleep(time.Minute)
		stop()
		events := sequences(f)
		if last := events[len(events)-1]; last != "c" {
			t.Errorf("the function saw %q, want c alone at the end", events)
		}
		batch := note["DDBStreamBatchInfo"].(map[string]any)
		about := note["requestContext"].(map[string]any)
		if about["condition"] != "RecordAgeExceeded" || about["functionArn"] != "arn:function" || about["requestId"] != "request" || about["approximateInvokeCount"] != float64(len(events)-1) {
			t.Errorf("the note is %v", note)
		}
		if batch["startSequenceNumber"] != "a" || batch["endSequenceNumber"] != "b" || batch["batchSize"] != 2.0 || batch["streamArn"] != "arn:stream" || batch["approximateArrivalOfFirstRecord"] != "2000-01-01T00:00:00.000Z" {
			t.Errorf("the note is %v", note)
		}
		if response := note["responseContext"]; !reflect.DeepEqual(response, map[string]any{"statusCode": 200.0, "executedVersion": "$LATEST", "functionError": "Unhandled"}) {
			t.Errorf("the note is %v", note)
		}
	})
}

func TestStreamFilters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &function{}
		s := newStream("LEAD#1", "STATS#2", "LEAD#3", "AUDIT#4")
		lead, audit := mustFilter(t, `{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"LEAD#"}]}}}}`), mustFilter(t, `{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"AUDIT#"}]}}}}`)
		stop := run(t, &StreamSource{Stream: s, Function: f, BatchSize: 10, Filters: []Filter{lead, audit}, Log: quiet()})
		synctest.Wait()
		s.add("STATS#5")
		synctest.Wait()
		s.add("LEAD#6")
		synctest.Wait()
		stop()
		if got := sequences(f); !slices.Equal(got, []string{"acd", "f"}) {
			t.Errorf("the function saw %q", got)
		}
	})
}

func TestStreamWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := &function{}, newStream("k")
		stop := run(t, &StreamSource{Stream: s, Function: f, BatchSize: 3, Window: 5 * time.Second, Log: quiet()})
		time.Sleep(4 * time.Second)
		s.add("k")
		synctest.Wait()
		if got := sequences(f); len(got) != 0 {
			t.Errorf("within the window: %q", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		s.add("k", "k", "k", "k")
		synctest.Wait()
		if got := sequences(f); !slices.Equal(got, []string{"ab", "cde"}) {
			t.Errorf("after the window, and with a full batch: %q", got)
		}
		stop()
	})
}

func TestStreamEndsWithItsTable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := &function{}, newStream("k")
		s.end()
		(&StreamSource{Stream: s, Function: f, BatchSize: 3, Log: quiet()}).Run(t.Context())
		if got := sequences(f); !slices.Equal(got, []string{"a"}) {
			t.Errorf("the function saw %q", got)
		}
	})
}

func TestStreamReadsAgainAfterAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := &function{}, newStream("k")
		s.broken = errors.New("broken")
		stop := run(t, &StreamSource{Stream: s, Function: f, BatchSize: 3, Log: quiet()})
		time.Sleep(2 * time.Second)
		stop()
		if got := sequences(f); !slices.Equal(got, []string{"a"}) {
			t.Errorf("the function saw %q", got)
		}
	})
}

// A destination that cannot be told does not hold up the stream.
func TestStreamWithoutItsDestination(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &function{answer: func(ids []string) reply { return reply{failed: ids[0] == "a"} }}
		stop := run(t, &StreamSource{
			Stream: newStream("k", "k"), Function: f, BatchSize: 1, Log: quiet(),
			OnFailure: func(context.Context, []byte) error { return errors.New("gone") },
		})
		synctest.Wait()
		stop()
		if got := sequences(f); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("the function saw %q", got)
		}
	})
}

func TestStreamStopsWhileItPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &function{answer: func([]string) reply { return reply{failed: true} }}
		stop := run(t, &StreamSource{Stream: newStream("k"), Function: f, BatchSize: 1, MaxRetries: -1, Log: quiet()})
		time.Sleep(30 * time.Second)
		before := time.Now()
		stop()
		if waited := time.Since(before); waited != 0 {
			t.Errorf("it took %v to stop", waited)
		}
	})
}
