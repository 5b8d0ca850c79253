package reconcile

import (
	"context"
	"errors"
	"testing"

	simulator "clientflow/infra/local/systeme"
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

func TestAWebhookIsMendedWithTheSecretOfNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	r := w.reconciler()
	secret := &stored{known: "old", now: "new"}
	r.secret = secret
	w.must(r.Handle(t.Context()))
	if !w.works() || secret.known != "new" {
		t.Errorf("made with %q", secret.known)
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
