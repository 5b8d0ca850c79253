package sqs_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clientflow/infra/local/sqs"
)

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
