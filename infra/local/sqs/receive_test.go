package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/sqs"
	"clientflow/infra/local/wire"
)

func TestMessageIsTheRecordOfAnEvent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	s.want("", "SendMessage", object{"QueueUrl": urlOf(q), "MessageBody": `{"leadId":"x"}`, "MessageGroupId": "john",
		"MessageAttributes": object{"trace": object{"DataType": "String", "StringValue": "4711"}, "raw": object{"DataType": "Binary", "BinaryValue": "AP8="}}}, root)
	s.pass(1500 * time.Millisecond)
	got := s.receive(q, 10)
	text, err := json.Marshal(got[0])
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"messageId":%q,"receiptHandle":%q,"body":"{\"leadId\":\"x\"}",`+
		`"attributes":{"ApproximateFirstReceiveTimestamp":"1735787046500","ApproximateReceiveCount":"1","MessageGroupId":"john","SenderId":"000000000000","SentTimestamp":"1735787045000"},`+
		`"messageAttributes":{"raw":{"binaryValue":"AP8=","stringListValues":[],"binaryListValues":[],"dataType":"Binary"},"trace":{"stringValue":"4711","stringListValues":[],"binaryListValues":[],"dataType":"String"}},`+
		`"md5OfBody":"445817d94d2a7e72222650db0b57b235","md5OfMessageAttributes":%q,`+
		`"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:000000000000:LeadSync","awsRegion":"us-east-1"}`,
		got[0].MessageID, got[0].ReceiptHandle, got[0].MD5OfMessageAttributes)
	if string(text) != want {
		t.Errorf("record %s\nwant   %s", text, want)
	}
	var record events.SQSMessage
	if err := json.Unmarshal(text, &record); err != nil || *record.MessageAttributes["trace"].StringValue != "4711" {
		t.Errorf("as Lambda's type %+v, error %v", record, err)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "60"})
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("empty: %+v", got)
	}
	for i := range 3 {
		s.send(q, strconv.Itoa(i), "")
		s.pass(time.Second)
	}
	s.want("", "SendMessage", object{"QueueUrl": urlOf(q), "MessageBody": "late", "DelaySeconds": 30}, root)
	first := s.receive(q, 1)
	if got, want := q.Counts(), (sqs.Counts{Visible: 2, InFlight: 1, Delayed: 1, Oldest: 3 * time.Second}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if err := q.Delete(first[0].ReceiptHandle); err != nil {
		t.Error(err)
	}
	s.pass(30 * time.Second)
	if got, want := q.Counts(), (sqs.Counts{Visible: 3, Oldest: 32 * time.Second}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

func TestMessagesOutliveTheirTime(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"MessageRetentionPeriod": "60", "VisibilityTimeout": "3600"})
	s.send(q, "in flight", "")
	s.receive(q, 1)
	s.send(q, "waiting", "")
	s.pass(time.Minute)
	if got := s.receive(q, 10); len(got) != 0 {
		t.Errorf("received %s", bodies(got))
	}
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("counts %+v", got)
	}
}

func TestQueueDefaults(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "10", "DelaySeconds": "5"})
	s.send(q, "x", "")
	if got := s.receive(q, 1); len(got) != 0 {
		t.Error("the queue's delay is not kept")
	}
	s.pass(5 * time.Second)
	if got := s.receive(q, 1); len(got) != 1 {
		t.Error("not received after the delay")
	}
	s.pass(10*time.Second - 1)
	if got := s.receive(q, 1); len(got) != 0 {
		t.Error("the queue's visibility time-out is not kept")
	}
	s.pass(1)
	if got := s.receive(q, 1); len(got) != 1 {
		t.Error("not received after the time-out")
	}
}

func TestFairGroups(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "60"})
	for i := range 4 {
		s.send(q, "j"+strconv.Itoa(i), "john")
	}
	s.send(q, "s0", "sarah")
	s.send(q, "n0", "")
	s.send(q, "n1", "")
	s.send(q, "m0", "mike")
	// Within a batch, too: whoever has none in flight, the oldest first. Messages
	// without a group never have another of theirs in flight.
	batch := s.receive(q, 6)
	if got := bodies(batch); got != "j0 s0 n0 n1 m0 j1" {
		t.Errorf("received %s", got)
	}
	for _, m := range batch {
		if err := q.Delete(m.ReceiptHandle); err != nil {
			t.Error(err)
		}
	}
	s.send(q, "s1", "sarah")
	if got := bodies(s.receive(q, 10)); got != "j2 s1 j3" {
		t.Errorf("when all is done the oldest comes first: %s", got)
	}
}

func TestDuplicateDelivery(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	q.DuplicateNext(1)
	s.send(q, "a", "john")
	s.send(q, "b", "john")
	got := s.receive(q, 1)
	if err := q.Delete(got[0].ReceiptHandle); err != nil {
		t.Error(err)
	}
	again := s.receive(q, 10)
	if bodies(again) != "a b" || again[0].MessageID != got[0].MessageID || again[0].ReceiptHandle == got[0].ReceiptHandle {
		t.Errorf("received %s, want the first once more", bodies(again))
	}
	for _, m := range again {
		if err := q.Delete(m.ReceiptHandle); err != nil {
			t.Error(err)
		}
	}
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("counts %+v, want none", got)
	}
}

func TestDeadLettersMayComeLater(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "0",
		"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:Dead","maxReceiveCount":1}`})
	s.send(q, "x", "")
	for range 3 {
		if got := s.receive(q, 1); len(got) != 1 {
			t.Fatal("lost without a dead-letter queue")
		}
	}
	dead := s.queue("Dead", nil)
	if got := s.receive(q, 1); len(got) != 0 {
		t.Error("received too often")
	}
	if got := bodies(s.receive(dead, 1)); got != "x" {
		t.Errorf("dead letters: %q", got)
	}
	if found, known := s.service.Queue(dead.ARN()); !known || found != dead {
		t.Error("the dead-letter queue is not found by its ARN")
	}
}

func TestDeletedQueue(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	s.send(q, "x", "")
	receipt := s.receive(q, 1)[0].ReceiptHandle
	waiting := make(chan error, 1)
	go func() {
		_, err := q.Receive(t.Context(), 1, time.Hour)
		waiting <- err
	}()
	s.want("", "DeleteQueue", object{"QueueUrl": urlOf(q)}, root)
	if err := <-waiting; err == nil {
		t.Error("a receiver waits at a deleted queue")
	}
	if q.Delete(receipt) == nil || q.ChangeVisibility(receipt, 0) == nil {
		t.Error("a message of a deleted queue can be handled")
	}
	if _, known := s.service.Queue(q.ARN()); known {
		t.Error("the queue is still there")
	}
}

func TestWaitingCanBeCancelled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	go func() {
		_, err := q.Receive(ctx, 1, time.Hour)
		waiting <- err
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// TestWaiting runs on the clock of the bubble: nothing here takes time.
func TestWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := sqs.New(time.Now)
		q, err := service.AddQueue("LeadSync", map[string]string{"VisibilityTimeout": "7"})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if got, err := q.Receive(t.Context(), 1, 20*time.Second); err != nil || len(got) != 0 || time.Since(began) != 20*time.Second {
			t.Errorf("empty: %v, %v after %v", got, err, time.Since(began))
		}

		go func() {
			time.Sleep(3 * time.Second)
			if _, err := service.Service().Operations["SendMessage"](t.Context(), sendCall(q)); err != nil {
				t.Error(err)
			}
		}()
		began = time.Now()
		got, err := q.Receive(t.Context(), 1, 20*time.Second)
		if err != nil || len(got) != 1 || time.Since(began) != 3*time.Second {
			t.Fatalf("sent after 3 s: %v, %v after %v", got, err, time.Since(began))
		}

		began = time.Now()
		got, err = q.Receive(t.Context(), 1, 20*time.Second)
		if err != nil || len(got) != 1 || time.Since(began) != 7*time.Second {
			t.Fatalf("hidden for 7 s: %v, %v after %v", got, err, time.Since(began))
		}

		receipt := got[0].ReceiptHandle
		go func() {
			time.Sleep(time.Second)
			if err := q.ChangeVisibility(receipt, 0); err != nil {
				t.Error(err)
			}
		}()
		began = time.Now()
		got, err = q.Receive(t.Context(), 1, 20*time.Second)
		if err != nil || len(got) != 1 || time.Since(began) != time.Second {
			t.Errorf("made visible after 1 s: %v, %v after %v", got, err, time.Since(began))
		}
	})
}

// TestEveryMessageIsDeliveredAndDeletedOnce with many senders and receivers.
func TestEveryMessageIsDeliveredAndDeletedOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	const senders, each = 4, 50
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() {
			for i := range each {
				s.send(q, fmt.Sprint(sender, "-", i), "g"+strconv.Itoa(sender))
			}
		})
	}
	var mu sync.Mutex
	seen := map[string]int{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 4 {
		wg.Go(func() {
			for {
				got, err := q.Receive(ctx, 10, time.Hour)
				if err != nil {
					return
				}
				mu.Lock()
				for _, m := range got {
					seen[m.Body]++
					if err := q.Delete(m.ReceiptHandle); err != nil {
						t.Error(err)
					}
				}
				if len(seen) == senders*each {
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if slices.ContainsFunc(slices.Collect(maps.Values(seen)), func(count int) bool { return count != 1 }) {
		t.Errorf("deliveries %v, want one of each", seen)
	}
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("counts %+v, want none", got)
	}
}

// TestModel compares a queue with the simplest thing that behaves like one.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newServer(t)
		q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "30"})
		type entry struct {
			receipt string
			until   time.Time
		}
		model := map[string]*entry{}
		receipts := []string{}
		sent := 0
		rt.Repeat(map[string]func(*rapid.T){
			"send": func(rt *rapid.T) {
				body := strconv.Itoa(sent)
				sent++
				s.send(q, body, rapid.SampledFrom([]string{"", "john", "sarah"}).Draw(rt, "group"))
				model[body] = &entry{until: s.clock()}
			},
			"receive": func(rt *rapid.T) {
				most := rapid.IntRange(1, 10).Draw(rt, "most")
				visible := 0
				for _, e := range model {
					if !s.clock().Before(e.until) {
						visible++
					}
				}
				got := s.receive(q, most)
				if len(got) != min(most, visible) {
					rt.Fatalf("received %d, want %d", len(got), min(most, visible))
				}
				for _, m := range got {
					e := model[m.Body]
					if e == nil || s.clock().Before(e.until) {
						rt.Fatalf("received %s, which is deleted or hidden", m.Body)
					}
					e.receipt, e.until = m.ReceiptHandle, s.clock().Add(30*time.Second)
					receipts = append(receipts, m.ReceiptHandle)
				}
			},
			"delete": func(rt *rapid.T) {
				if len(receipts) == 0 {
					return
				}
				receipt := rapid.SampledFrom(receipts).Draw(rt, "receipt")
				if err := q.Delete(receipt); err != nil {
					rt.Fatal(err)
				}
				maps.DeleteFunc(model, func(_ string, e *entry) bool { return e.receipt == receipt })
			},
			"hide": func(rt *rapid.T) {
				if len(receipts) == 0 {
					return
				}
				receipt := rapid.SampledFrom(receipts).Draw(rt, "receipt")
				timeout := time.Duration(rapid.IntRange(0, 60).Draw(rt, "seconds")) * time.Second
				inFlight := false
				for _, e := range model {
					if e.receipt == receipt && s.clock().Before(e.until) {
						inFlight, e.until = true, s.clock().Add(timeout)
					}
				}
				if err := q.ChangeVisibility(receipt, timeout); (err == nil) != inFlight {
					rt.Fatalf("error %v of a message in flight: %t", err, inFlight)
				}
			},
			"pass": func(rt *rapid.T) { s.pass(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second) },
			"": func(rt *rapid.T) {
				visible := 0
				for _, e := range model {
					if !s.clock().Before(e.until) {
						visible++
					}
				}
				if got := q.Counts(); got.Visible != visible || got.InFlight != len(model)-visible || got.Delayed != 0 {
					rt.Fatalf("counts %+v, want %d visible of %d", got, visible, len(model))
				}
			},
		})
	})
}

// sendCall is a call of SendMessage by the root.
func sendCall(q *sqs.Queue) wire.Call {
	return wire.Call{Caller: iam.Principal{ARN: iam.RootARN, Root: true}, Body: []byte(`{"QueueUrl":"` + urlOf(q) + `","MessageBody":"x"}`)}
}

func BenchmarkReceiveOfManyGroups(b *testing.B) {
	service := sqs.New(time.Now)
	q, err := service.AddQueue("LeadSync", nil)
	if err != nil {
		b.Fatal(err)
	}
	send := service.Service().Operations["SendMessage"]
	for i := range 10_000 {
		call := sendCall(q)
		call.Body = []byte(`{"QueueUrl":"/LeadSync","MessageBody":"x","MessageGroupId":"g` + strconv.Itoa(i%500) + `"}`)
		if _, err := send(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		got, err := q.Receive(b.Context(), 10, 0)
		if err != nil || len(got) != 10 {
			b.Fatalf("received %d, error %v", len(got), err)
		}
		for _, m := range got {
			if err := q.ChangeVisibility(m.ReceiptHandle, 0); err != nil {
				b.Fatal(err)
			}
		}
	}
}
