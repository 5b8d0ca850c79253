package sqs

import "container/heap"

// ordered is a heap of messages that knows where each of them is, so that any
// can be taken out.
type ordered struct {
	items []*message
	less  func(a, b *message) bool
}

func byArrival(a, b *message) bool    { return a.order < b.order }
func byVisibility(a, b *message) bool { return a.until.Before(b.until) }

func (o *ordered) put(m *message) {
	m.in = o
	heap.Push(o, m)
}

// first returns the first message, nil when there is none.
func (o *ordered) first() *message {
	if len(o.items) == 0 {
		return nil
	}
	return o.items[0]
}

// take removes a message from the heap that it is in.
func (m *message) take() {
	if m.in != nil {
		heap.Remove(m.in, m.at)
		m.in = nil
	}
}

// Len, Less, Swap, Push and Pop are for container/heap alone.

// Len returns the number of messages.
func (o *ordered) Len() int { return len(o.items) }

// Less compares two places.
func (o *ordered) Less(i, j int) bool { return o.less(o.items[i], o.items[j]) }

// Swap exchanges two places.
func (o *ordered) Swap(i, j int) {
	o.items[i], o.items[j] = o.items[j], o.items[i]
	o.items[i].at, o.items[j].at = i, j
}

// Push adds at the end.
func (o *ordered) Push(x any) {
	m := x.(*message)
	m.at = len(o.items)
	o.items = append(o.items, m)
}

// Pop removes the end.
func (o *ordered) Pop() any {
	last := len(o.items) - 1
	m := o.items[last]
	o.items[last] = nil
	o.items = o.items[:last]
	return m
}
