package systeme

import (
	"context"
	"sync"
	"time"
)

// scheduler runs functions later. A function that waits costs a timer, not a
// goroutine, and close leaves neither behind.
type scheduler struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool
	pending map[*pending]struct{}
	running sync.WaitGroup
}

// pending is one function that waits for its time.
type pending struct{ timer *time.Timer }

func newScheduler() *scheduler {
	ctx, cancel := context.WithCancel(context.Background())
	return &scheduler{ctx: ctx, cancel: cancel, pending: map[*pending]struct{}{}}
}

// after runs f once delay has passed, unless close comes first.
func (s *scheduler) after(delay time.Duration, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	p := &pending{}
	s.pending[p] = struct{}{}
	p.timer = time.AfterFunc(delay, func() {
		if s.begin(p) {
			defer s.running.Done()
			f()
		}
	})
}

// begin takes a function whose time has come off the list; false when close was
// faster.
func (s *scheduler) begin(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, p)
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// spawn runs f at once on a goroutine of its own; f returns when the context ends.
func (s *scheduler) spawn(f func(context.Context)) {
	s.running.Go(func() { f(s.ctx) })
}

// close stops what waits, cancels what runs and returns when nothing does.
func (s *scheduler) close() {
	s.mu.Lock()
	s.closed = true
	for p := range s.pending {
		p.timer.Stop()
	}
	clear(s.pending)
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
}
