package reconcile

import (
	"context"
	"errors"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/signing"
)

// stored is a secret that can be changed where it is stored, and is known as it was when
// it was last read.
type stored struct {
	known, now string
	err        error
}

func (s *stored) Value() string { return s.known }

func (s *stored) Renew(context.Context, string) (string, error) {
	if s.err == nil {
		s.known = s.now
	}
	return s.now, s.err
}

func TestAKeyThatCameAfterTheStartIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	r := w.reconcilerWith(&stored{now: apiKey})
	w.must(r.Handle(t.Context()))
	if !w.works() {
		t.Errorf("webhooks %+v", w.sim.Webhooks())
	}
}

func TestASecretThatCameAfterTheStartIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	r := w.reconciler()
	secret := &stored{now: "came-later"}
	r.secret = secret
	w.must(r.Handle(t.Context()))
	if !w.works() || secret.known != "came-later" {
		t.Errorf("webhooks %+v, made with %q", w.sim.Webhooks(), secret.known)
	}
}

// While the secret of before has an end to come, the webhook is given the newest in each
// run, and in none after. Until the end is known, functions may not have the newest yet.
func TestASecretThatWasChangedLatelyIsGivenAgain(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		before func(now time.Time) signing.Secrets
		calls  int
	}{
		"one secret":     {func(time.Time) signing.Secrets { return signing.Parse("new") }, 2},
		"no end yet":     {func(time.Time) signing.Secrets { return signing.Parse("new\nold") }, 2},
		"one thrown out": {func(now time.Time) signing.Secrets { return signing.Parse("new\nold").ThrowOut(now.Add(day)) }, 3},
		"no end yet of one of two": {func(now time.Time) signing.Secrets {
			return signing.Parse("newer\nnew\nold until " + now.Add(day).UTC().Format(time.RFC3339))
		}, 2},
		"an end to come": {func(now time.Time) signing.Secrets { return signing.Parse("new\nold").Retire(now, now.Add(day)) }, 3},
		"an end that was": {func(now time.Time) signing.Secrets {
			return signing.Parse("new\nold").Retire(now.Add(-2*day), now.Add(-day))
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Options{})
			w.mustRun()
			before := len(w.sim.Requests())
			r := w.reconciler()
			r.secret = &stored{now: test.before(w.clock).String()}
			w.must(r.Handle(t.Context()))
			if calls := len(w.sim.Requests()) - before; calls != test.calls {
				t.Errorf("%d calls, want %d", calls, test.calls)
			}
			if lines := w.lines(); lines[len(lines)-1]["outcome"] != "ok" || len(w.faults()) > 0 {
				t.Errorf("log %v", lines)
			}
		})
	}
}

func TestASecretThatCannotBeReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	errDown := errors.New("the store is down")
	for name, spoil := range map[string]func(*Reconciler){
		"the key":    func(r *Reconciler) { r.key = &stored{err: errDown} },
		"the secret": func(r *Reconciler) { r.secret = &stored{err: errDown} },
	} {
		w := newWorld(t, simulator.Options{})
		r := w.reconciler()
		spoil(r)
		if err := r.Handle(t.Context()); !errors.Is(err, errDown) {
			t.Errorf("%s: %v", name, err)
		}
		if len(w.sim.Requests()) > 0 {
			t.Errorf("%s: Systeme.io was called without it", name)
		}
	}
}
