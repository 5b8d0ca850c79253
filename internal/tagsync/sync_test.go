package tagsync

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	simulator "clientflow/infra/local/systeme"
)

// inBubble runs a test in a world whose clock stands still while something is
// done and leaps while all wait.
func inBubble(t *testing.T, options simulator.Options, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, options)) })
}

func TestNewLead(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(john))
		contact, _ := w.sim.Contact("jane@acme.test")
		for slug, want := range map[string]string{
			"first_name": "Jane", "surname": "Canary Doe", "phone_number": "+442079460958",
			OwnerField: john.id.String(), PrefixField: john.prefix,
		} {
			if got := field(contact, slug); got != want {
				t.Errorf("contact field %s is %q, want %q", slug, got, want)
			}
		}
	})
}

func TestCallCounts(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john, sarah := w.addIB(1), w.addIB(2)
		e := w.start(&life{})
		tags := func(n int, lookups ...string) []string {
			var calls []string
			for range n {
				calls = append(append(calls, lookups...), "POST /contacts/#/tags")
			}
			return calls
		}
		expect := func(what string, want ...string) {
			t.Helper()
			if got := w.wire.take(); !slices.Equal(got, want) {
				t.Errorf("%s: calls %q\nwant %q", what, got, want)
			}
		}
		w.capture(john, jane())
		w.drain(e)
		expect("first lead of an IB", append([]string{"POST /contacts"}, tags(3, "GET /tags", "POST /tags")...)...)

		second := jane()
		second.Email = "joe@acme.test"
		n := w.capture(john, second)
		w.drain(e)
		expect("new lead", append([]string{"POST /contacts"}, tags(3)...)...)

		before := w.lead(n)
		time.Sleep(time.Hour)
		w.publish(n)
		w.drain(e)
		expect("message again")
		if after := w.lead(n); *after.SyncedAt != *before.SyncedAt {
			t.Error("a message that changes nothing wrote the lead")
		}

		third := jane()
		third.Email = "jim@acme.test"
		w.capture(john, third)
		w.drain(w.start(&life{}))
		expect("new lead in a new environment", append([]string{"POST /contacts"}, tags(3)...)...)

		other := w.capture(sarah, second)
		w.drain(e)
		expect("known contact", append([]string{"POST /contacts", "GET /contacts"}, tags(3, "GET /tags", "POST /tags")...)...)
		w.wantSynced(other, tagsOf(sarah))
		w.wantSynced(n, tagsOf(john))
	})
}
