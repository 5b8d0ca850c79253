package tagsync

import (
	"fmt"
	"sync"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// While one IB's burst of a thousand leads is worked off at one call a second,
// which takes more than an hour, another IB's single lead is synced within
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
		var running sync.WaitGroup
		done := make(chan struct{})
		for range 2 {
			e := w.start(&life{})
			e.gate.pace = systeme.NewPacer(0.5)
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
	})
}

// captureNth captures a lead like jane with an address of its own.
func (w *world) captureNth(owner ib, i int) name {
	s := jane()
	s.Email = fmt.Sprintf("jane%d@%s.test", i, owner.id)
	return w.capture(owner, s)
}
