package eventsource

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/sqs"
	"clientflow/infra/local/wire"
)

// mustQueue makes a queue with messages 1 to n, whose visibility time-out is a
// minute, and what sends further ones.
func mustQueue(t *testing.T, n int) (*sqs.Queue, func(from, to int)) {
	t.Helper()
	service := sqs.New(time.Now)
	q, err := service.AddQueue("q", map[string]string{"VisibilityTimeout": "60"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(from, to int) {
		t.Helper()
		for _, body := range numbers(from, to) {
			call := wire.Call{
				Caller: iam.Principal{ARN: iam.RootARN, Root: true},
				Body:   fmt.Appendf(nil, `{"QueueUrl":"http://aws/0/q","MessageBody":%q}`, body),
			}
			if _, err := service.Service().Operations["SendMessage"](t.Context(), call); err != nil {
				t.Fatal(err)
			}
		}
	}
	send(1, n)
	return q, send
}

// named is a queue whose messages are told by their bodies, not by their ids.
type named struct{ *sqs.Queue }

func (q named) Receive(ctx context.Context, most int, wait time.Duration) ([]sqs.Message, error) {
	messages, err := q.Queue.Receive(ctx, most, wait)
	for i := range messages {
		messages[i].MessageID = messages[i].Body
	}
	return messages, err
}

func numbers(from, to int) []string {
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return all
}

func TestQueueBatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answer  func([]string) reply
		partial bool
		left    []string // the messages that come again after a minute
	}{
		{"success", nil, false, nil},
		{"success with partial failures", nil, true, nil},
		{"an error of the function", func([]string) reply { return reply{failed: true} }, true, numbers(1, 4)},
		{"no function", func([]string) reply { return reply{err: errors.New("none")} }, true, numbers(1, 4)},
		{"some fail", func([]string) reply {
			return reply{payload: `{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"4"}]}`}
		}, true, []string{"2", "4"}},
		{"failures that nobody asked for", func([]string) reply { return reply{payload: `{"batchItemFailures":[{"itemIdentifier":"2"}]}`} }, false, nil},
		{"an empty list", func([]string) reply { return reply{payload: `{"batchItemFailures":[]}`} }, true, nil},
		{"a null list", func([]string) reply { return reply{payload: `{"batchItemFailures":null}`} }, true, nil},
		{"null", func([]string) reply { return reply{payload: `null`} }, true, nil},
		{"nothing", func([]string) reply { return reply{payload: ``} }, true, nil},
		{"no JSON", func([]string) reply { return reply{payload: `{`} }, true, numbers(1, 4)},
		{"an unknown message", func([]string) reply { return reply{payload: `{"batchItemFailures":[{"itemIdentifier":"9"}]}`} }, true, numbers(1, 4)},
		{"an empty identifier", func([]string) reply { return reply{payload: `{"batchItemFailures":[{"itemIdentifier":""}]}`} }, true, numbers(1, 4)},
		{"no identifier", func([]string) reply { return reply{payload: `{"batchItemFailures":[{"id":"2"}]}`} }, true, numbers(1, 4)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q, _ := mustQueue(t, 4)
				f := &function{answer: test.answer}
				stop := run(t, &QueueSource{Queue: named{q}, Function: f, BatchSize: 10, Concurrency: 1, PartialFailures: test.partial, Log: quiet()})
				synctest.Wait()
				if got := f.seen(); !reflect.DeepEqual(got, [][]string{numbers(1, 4)}) {
					t.Fatalf("the function saw %v", got)
				}
				time.Sleep(61 * time.Second) // of the bubble's clock
				stop()
				got := slices.Concat(f.seen()[1:]...)
				slices.Sort(got)
				if !slices.Equal(got, test.left) {
					t.Errorf("%v came again, want %v", got, test.left)
				}
			})
		})
	}
}

func TestQueueConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		leave := make(chan struct{})
		q, _ := mustQueue(t, 20)
		f := &function{}
		f.answer = func([]string) reply { <-leave; return reply{} }
		stop := run(t, &QueueSource{Queue: q, Function: f, BatchSize: 5, Concurrency: 2, Log: quiet()})
		synctest.Wait()
		if got := len(f.seen()); got != 2 {
			t.Errorf("%d batches at once, want 2", got)
		}
		close(leave)
		synctest.Wait()
		stop()
		if got := len(f.seen()); got != 4 || f.most != 2 {
			t.Errorf("%d batches, %d at once, want 4 and 2", got, f.most)
		}
		if c := q.Counts(); c.Visible+c.InFlight != 0 {
			t.Errorf("the queue holds %+v", c)
		}
	})
}

func TestQueueWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, send := mustQueue(t, 12)
		f := &function{}
		stop := run(t, &QueueSource{Queue: named{q}, Function: f, BatchSize: 20, Window: 5 * time.Second, Concurrency: 1, Log: quiet()})
		time.Sleep(4 * time.Second)
		if got := f.seen(); len(got) != 0 {
			t.Errorf("within the window: %v", got)
		}
		send(13, 13)
		time.Sleep(2 * time.Second)
		if got := f.seen(); !reflect.DeepEqual(got, [][]string{numbers(1, 13)}) {
			t.Errorf("after the window: %v", got)
		}
		send(1, 25)
		synctest.Wait()
		if got := f.seen(); len(got) != 2 || len(got[1]) != 20 {
			t.Errorf("a full batch did not go at once: %v", got)
		}
		stop()
	})
}

func TestQueueStopsWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, _ := mustQueue(t, 0)
		stop := run(t, &QueueSource{Queue: q, Function: &function{}, BatchSize: 10, Log: quiet()})
		synctest.Wait()
		before := time.Now()
		stop()
		if waited := time.Since(before); waited != 0 {
			t.Errorf("it took %v to stop", waited)
		}
	})
}

// A message whose function was stopped midway is not acknowledged.
func TestQueueKeepsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, _ := mustQueue(t, 1)
		begun := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		f := &function{answer: func([]string) reply {
			close(begun)
			<-ctx.Done()
			return reply{err: ctx.Err()}
		}}
		go (&QueueSource{Queue: q, Function: f, BatchSize: 10, Log: quiet()}).Run(ctx)
		<-begun
		cancel()
		synctest.Wait()
		if c := q.Counts(); c.InFlight != 1 {
			t.Errorf("the queue holds %+v", c)
		}
	})
}
