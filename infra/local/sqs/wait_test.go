package sqs_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/sqs"
	"clientflow/infra/local/wire"
)

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

// sendCall is a call of SendMessage by the root.
func sendCall(q *sqs.Queue) wire.Call {
	return wire.Call{Caller: iam.Principal{ARN: iam.RootARN, Root: true}, Body: []byte(`{"QueueUrl":"` + urlOf(q) + `","MessageBody":"x"}`)}
}
