package tagsync

import (
	"fmt"
	"sync"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
)

// While one IB's burst of a thousand leads is worked off at one call a second for the
// account, which takes more than an hour, another IB's single lead is synced within
// seconds. One message to a batch is what makes it so: a larger batch that was
// begun before keeps its turn until its last lead is done.
func TestBurstDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	const (
		burst  = 1000
		batch  = 1
		single = 30 * time.Second
	)
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john, sarah := w.addIB(1), w.addIB(2)
		for i := range burst {
			w.captureNth(john, i)
		}
		before := len(w.sim.Requests())
		var running sync.WaitGroup
		done := make(chan struct{})
		for range 2 {
			e := w.start(&life{})
			w.paced(e, 1)
			running.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						w.poll(e, batch, time.Minute)
					}
				}
			})
		}
		for i := range 10 {
			time.Sleep(time.Duration(60+7*i) * time.Second)
			captured := time.Now()
			n := w.captureNth(sarah, i)
			for w.lead(n).SyncState != lead.Synced && time.Since(captured) < time.Hour {
				time.Sleep(time.Second)
			}
			if took := time.Since(captured); took > single {
				t.Errorf("lead %d of the other IB took %v", i, took)
			}
		}
		close(done)
		running.Wait()
		if left := w.queue.live.Counts().Visible; left < burst/2 {
			t.Errorf("the burst was over: %d leads left", left)
		}
		w.wantCallsApart(before, time.Second)
	})
}

// wantCallsApart fails when the account was called twice within less, behind its
// first calls.
func (w *world) wantCallsApart(first int, least time.Duration) {
	w.tb.Helper()
	calls := w.sim.Requests()[first:]
	for i := range calls[1:] {
		if apart := calls[i+1].At.Sub(calls[i].At); apart < least {
			w.tb.Fatalf("calls %d and %d are %v apart", i+1, i+2, apart)
		}
	}
}

// captureNth captures a lead like jane with an address of its own.
func (w *world) captureNth(owner ib, i int) name {
	s := jane()
	s.Email = fmt.Sprintf("jane%d@%s.test", i, owner.id)
	return w.capture(owner, s)
}
