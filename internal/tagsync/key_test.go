package tagsync

import (
	"context"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
)

// stored is a key that can be changed where it is stored, and is known as it was when it
// was last read.
type stored struct{ known, now string }

func (s *stored) Value() string { return s.known }

func (s *stored) Renew(context.Context, string) (string, error) {
	s.known = s.now
	return s.now, nil
}

// A key that is changed while leads wait loses none of them and keeps none waiting.
func TestAChangedKeyIsNoFault(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		key := &stored{"local", "local"}
		w.key = key
		john := w.addIB(1)
		first := w.capture(john, jane())
		e := w.start(&life{})
		w.drain(e)
		w.wantSynced(first, tagsOf(john))

		key.now = "changed"
		w.sim.SetKey("changed")
		second := jane()
		second.Email = "second@acme.test"
		n := w.capture(john, second)
		began := time.Now()
		w.drain(e)
		w.wantSynced(n, tagsOf(john))
		if took := time.Since(began); took > time.Minute {
			t.Errorf("took %v", took)
		}
		if strings.Contains(w.log.String(), "account fault") {
			t.Errorf("told of a fault: %s", w.log.String())
		}
	})
}

// Leads that waited for the first key are synced within minutes of its coming.
func TestTheFirstKeyComesLater(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		key := &stored{}
		w.key = key
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drainFor(e, time.Hour)
		w.wantPending(n)
		key.now = "local"
		w.drainFor(e, 10*time.Minute)
		w.wantSynced(n, tagsOf(john))
	})
}
