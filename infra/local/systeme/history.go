package systeme

import "sync"

// How many calls and mails are remembered, so that a long run does not grow.
const (
	maxRequests = 10_000
	maxMails    = 1_000
)

// history remembers the newest entries of a stream, up to a bound.
type history[T any] struct {
	bound   int
	mu      sync.Mutex
	entries []T
	next    int
	total   int64
}

func newHistory[T any](bound int) *history[T] {
	return &history[T]{bound: bound}
}

// add keeps the entry that is made from its number, counted from 1.
func (h *history[T]) add(entry func(number int64) T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	latest := entry(h.total)
	if len(h.entries) < h.bound {
		h.entries = append(h.entries, latest)
		return
	}
	h.entries[h.next] = latest
	h.next = (h.next + 1) % len(h.entries)
}

// all returns a copy, oldest first, never nil.
func (h *history[T]) all() []T {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]T, 0, len(h.entries))
	all = append(all, h.entries[h.next:]...)
	return append(all, h.entries[:h.next]...)
}
