package tagsync

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
)

// during runs work, and something else in the midst of it: at its nth call of AWS or
// Systeme.io, before that call does anything. It returns false when there were fewer
// calls.
func (w *world) during(n int, work, otherwise func()) (met bool) {
	var mu sync.Mutex
	calls, started := 0, false
	step := func() {
		mu.Lock()
		calls++
		now := !started && calls == n
		started = started || now
		mu.Unlock()
		if now {
			otherwise()
		}
	}
	w.wire.answer = func(call) (int, string) { step(); return 0, "" }
	w.broken = func(string, string) bool { step(); return false }
	work()
	w.wire.answer, w.broken = nil, nil
	return started
}

// meeting is two things that happen at once to one contact.
type meeting struct {
	// prepare comes first.
	prepare func(m *meeters)
	// work is one batch, or more; otherwise happens in its midst.
	work, otherwise func(m *meeters)
}

// meeters are who meet: John's lead and Sarah's are one visitor.
type meeters struct {
	*world
	john, sarah ib
	his, hers   name
	one, two    *environment
}

func (m *meeters) captureHis()  { m.his = m.capture(m.john, jane()) }
func (m *meeters) captureHers() { m.hers = m.capture(m.sarah, jane()) }
func (m *meeters) removeHis()   { m.remove(m.his) }

// settled lets all that is waiting come to its end.
func (m *meeters) settled() { m.drain(m.two) }

// oneBatch lets the first environment work on one batch.
func (m *meeters) oneBatch() { m.poll(m.one, 1, 0) }

// theOther lets the second environment work on all that is there.
func (m *meeters) theOther() { m.soon(m.two) }

// late lets so much time pass that the first environment may just finish.
func (m *meeters) late() { time.Sleep(timeout - reserve - time.Second) }

// wait lets so much time pass that what an erasure waits for is over.
func (m *meeters) wait() { time.Sleep(2 * lead.Quiet) }

// then returns a function that does several things in order.
func then(steps ...func(*meeters)) func(*meeters) {
	return func(m *meeters) {
		for _, step := range steps {
			step(m)
		}
	}
}

// At every call that one environment makes, another does all of its own work: with
// John's lead erased while it is synced, captured anew while it is being erased, and
// with Sarah, whose lead is the same visitor. In the end, each of the two has their
// tags on the contact if they have the lead, and none if not, and the contact is
// there if one of them has it.
func TestErasureMeetsAtEveryCall(t *testing.T) {
	t.Parallel()
	var (
		captureHis, captureHers, removeHis = (*meeters).captureHis, (*meeters).captureHers, (*meeters).removeHis
		settled, oneBatch, theOther, late  = (*meeters).settled, (*meeters).oneBatch, (*meeters).theOther, (*meeters).late
		removeHers                         = func(m *meeters) { m.remove(m.hers) }
		publishHis                         = func(m *meeters) { m.publish(m.his) }
		// waited is when an erasure that has swept looks again.
		waited = (*meeters).wait
	)
	tests := map[string]meeting{
		"erased while synced":                {captureHis, oneBatch, then(removeHis, theOther)},
		"erased while synced, slowly":        {captureHis, oneBatch, then(removeHis, theOther, late, theOther)},
		"erased and captured while synced":   {captureHis, oneBatch, then(removeHis, captureHis, theOther)},
		"the same, slowly":                   {captureHis, oneBatch, then(removeHis, theOther, captureHis, late, theOther)},
		"captured anew while erased":         {then(captureHis, settled, removeHis), oneBatch, then(captureHis, theOther)},
		"captured anew while erased, slowly": {then(captureHis, settled, removeHis), oneBatch, then(captureHis, late, theOther)},
		"captured anew at the end":           {then(captureHis, settled, removeHis, theOther, waited), oneBatch, then(captureHis, theOther)},
		"the message comes twice":            {then(captureHis, settled, removeHis, func(m *meeters) { m.publish(m.his) }), oneBatch, theOther},
		"the message comes twice at the end": {then(captureHis, settled, removeHis, theOther, func(m *meeters) { m.publish(m.his) }, waited), oneBatch, then(captureHis, theOther)},
		"erased twice":                       {then(captureHis, settled, removeHis), oneBatch, then(captureHis, removeHis, theOther)},
		"erased twice at the end":            {then(captureHis, settled, removeHis, theOther, captureHis, waited), oneBatch, then(removeHis, theOther)},
		"Sarah captures while John erases":   {then(captureHis, settled, removeHis), oneBatch, then(captureHers, theOther)},
		"John erases while Sarah captures":   {then(captureHis, settled, captureHers), oneBatch, then(removeHis, theOther)},
		"Sarah has it, and John erases":      {then(captureHis, captureHers, settled, removeHis), oneBatch, then(removeHers, theOther)},
		"the message comes late, and twice": {
			then(captureHis, captureHers, settled, removeHis, (*meeters).clear, waited, publishHis), oneBatch,
			then(publishHis, theOther, publishHis, theOther, captureHis, theOther),
		},
		"Sarah's contact is replaced by John's": {
			then(captureHers, (*meeters).halfOfHers, (*meeters).deleteByHand, (*meeters).clear, captureHis, settled, removeHis),
			oneBatch, then(func(m *meeters) { m.publish(m.hers) }, theOther),
		},
		"John's contact is deleted by hand":   {then(captureHis, settled, removeHis), oneBatch, (*meeters).deleteByHand},
		"Sarah captures at the end of John's": {then(captureHis, settled, removeHis, theOther, waited), oneBatch, then(captureHers, theOther)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 1; meet(t, n, tt); n++ {
				if n > 100 {
					t.Fatal("there is no end of calls")
				}
			}
		})
	}
}

// When John's erasure deletes the contact Sarah's lead comes twice, and one of its
// syncs finds what the other has put there.
func TestErasureMeetsTwoSyncs(t *testing.T) {
	t.Parallel()
	for n, met := 1, true; met; n++ {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			m := &meeters{world: w, john: w.addIB(1), sarah: w.addIB(2), one: w.start(&life{}), two: w.start(&life{})}
			m.captureHis()
			m.settled()
			m.removeHis()
			deleting := false
			w.wire.answer = func(c call) (int, string) {
				if c.method == "DELETE" && strings.Count(c.path, "/") == strings.Count("/api/contacts/1", "/") && !deleting {
					deleting = true
					m.captureHers()
					m.publish(m.hers)
					met = w.during(n, func() { m.poll(m.two, 1, 0) }, func() { m.soon(m.start(&life{})) })
				}
				return 0, ""
			}
			m.oneBatch()
			w.drain(w.start(&life{}))
			if problems := w.judge("jane@acme.test", m.john, m.sarah); len(problems) > 0 || !deleting {
				t.Errorf("met at call %d: %v", n, problems)
			}
		})
	}
}

// halfOfHers syncs Sarah's lead until one of its tags is on.
func (m *meeters) halfOfHers() { m.poll(m.start(&life{left: 12, after: true}), 1, 0) }

func (m *meeters) clear() { m.queue.clear() }

func (m *meeters) deleteByHand() {
	if contact, found := m.sim.Contact("jane@acme.test"); found {
		m.ask("DELETE", fmt.Sprintf("/api/contacts/%d", contact.ID), "")
	}
}

func meet(t *testing.T, n int, tt meeting) (met bool) {
	t.Helper()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		m := &meeters{world: w, john: w.addIB(1), sarah: w.addIB(2), one: w.start(&life{}), two: w.start(&life{})}
		tt.prepare(m)
		met = w.during(n, func() { tt.work(m) }, func() { tt.otherwise(m) })
		if !met {
			return
		}
		w.drain(w.start(&life{}))
		if problems := w.judge("jane@acme.test", m.john, m.sarah); len(problems) > 0 {
			t.Errorf("met at call %d: %v\ncalls %q", n, problems, w.wire.all())
		}
	})
	return met
}

// An erasure that is killed at any of its outward calls is finished by the next one.
func TestErasureKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	tests := map[string]func(m *meeters){
		"alone":         func(m *meeters) { m.captureHis(); m.settled(); m.removeHis() },
		"held by Sarah": func(m *meeters) { m.captureHis(); m.captureHers(); m.settled(); m.removeHis() },
		"at its end":    func(m *meeters) { m.captureHis(); m.settled(); m.removeHis(); m.theOther(); m.wait() },
		"captured anew": func(m *meeters) {
			m.captureHis()
			m.settled()
			m.removeHis()
			m.theOther()
			m.captureHis()
			m.wait()
		},
		"without a sync": func(m *meeters) { m.captureHis(); m.queue.clear(); m.removeHis() },
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, after := range []bool{false, true} {
				for n, killed := 1, true; killed; n++ {
					inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
						m := &meeters{world: w, john: w.addIB(1), sarah: w.addIB(2), two: w.start(&life{})}
						prepare(m)
						first := &life{left: n, after: after}
						w.poll(w.start(first), 1, 0)
						killed = first.over()
						w.drain(w.start(&life{}))
						if problems := w.judge("jane@acme.test", m.john, m.sarah); len(problems) > 0 || w.queue.dead() > 0 {
							t.Errorf("killed at call %d, after %v: %v, %d dead letters", n, after, problems, w.queue.dead())
						}
					})
				}
			}
		})
	}
}
