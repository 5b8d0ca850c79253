package tagsync

import (
	"fmt"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
)

// A fault of the account marks no lead failed, uses up no receive, does not keep
// the function busy, is told of, and is over within minutes of being mended.
func TestAccountFault(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ break_, mend func(*world) }{
		"wrong key": {
			func(w *world) { w.must(w.sim.SetFaults(simulator.Fault{Status: 401})) },
			func(w *world) { w.must(w.sim.SetFaults()) },
		},
		"forbidden": {
			func(w *world) { w.must(w.sim.SetFaults(simulator.Fault{Status: 403})) },
			func(w *world) { w.must(w.sim.SetFaults()) },
		},
		"missing field": {
			func(w *world) { w.ask("DELETE", "/api/contact_fields/"+OwnerField, "") },
			func(w *world) {
				w.ask("POST", "/api/contact_fields", `{"slug":"ib_owner_id","fieldName":"IB owner"}`)
			},
		},
	}
	for fault, tt := range tests {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				var leads []name
				for i := range 20 {
					s := jane()
					s.Email = fmt.Sprintf("jane%d@acme.test", i)
					leads = append(leads, w.capture(john, s))
				}
				tt.break_(w)
				e := w.start(&life{})
				const hours = 6
				polls := w.drainFor(e, hours*time.Hour)
				for _, n := range leads {
					w.wantPending(n)
				}
				if most := len(leads) * hours * 60 / 5; polls > most {
					t.Errorf("%d invocations in %d hours, want at most one for each lead and five minutes: %d", polls, hours, most)
				}
				if calls := len(w.wire.take()); calls > hours*60*2*batchSize {
					t.Errorf("%d calls of Systeme.io", calls)
				}
				if told := strings.Count(w.log.String(), `"msg":"account fault"`); told < 10 || told > hours*60 {
					t.Errorf("told of %d times in %d hours", told, hours)
				}
				tt.mend(w)
				w.drainFor(e, 10*time.Minute)
				for _, n := range leads {
					w.wantSynced(n, tagsOf(john))
				}
				if w.queue.dead() > 0 || len(w.queue.hides) > 0 {
					t.Errorf("%d dead letters, hidden %v", w.queue.dead(), w.queue.hides)
				}
			})
		})
	}
}

// An account that has no room for one more tag keeps those leads waiting that need
// one, and no other.
func TestFullAccountStopsNobodyElse(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john, sarah := w.addIB(1), w.addIB(2)
		w.capture(john, jane())
		e := w.start(&life{})
		w.drain(e)
		full := true
		w.wire.answer = func(c call) (int, string) {
			if full && c.method == "POST" && c.path == "/api/tags" {
				return 422, `{"detail":"You have reached the limit of tags.","violations":[]}`
			}
			return 0, ""
		}
		waiting := w.capture(sarah, jane())
		w.drainFor(e, time.Hour)
		second := jane()
		second.Email = "joe@acme.test"
		w.wantPending(waiting)
		n := w.capture(john, second)
		w.drainFor(e, time.Second)
		w.wantSynced(n, tagsOf(john))
		if !strings.Contains(w.log.String(), "account fault") {
			t.Error("not told of")
		}
		full = false
		w.drain(e)
		w.wantSynced(waiting, tagsOf(sarah))
	})
}

// A refusal of our own field is nobody's lead's fault.
func TestRefusedOwnField(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.wire.answer = func(c call) (int, string) {
			if c.path == "/api/contacts" {
				return 422, `{"violations":[{"propertyPath":"fields[3].value","message":"This value is not a valid date.","code":"1"}]}`
			}
			return 0, ""
		}
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drainFor(e, time.Hour)
		w.wantPending(n)
		if len(w.queue.hides) > 0 {
			t.Errorf("receives were used up: %v", w.queue.hides)
		}
		w.wire.answer = nil
		w.drain(e)
		w.wantSynced(n, tagsOf(john))
	})
}
