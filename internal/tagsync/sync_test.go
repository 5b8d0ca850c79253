package tagsync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/tenant"
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

		third.Email = "jill@acme.test"
		w.must(w.sim.SetFaults(simulator.Fault{Method: "POST", Path: "/api/contacts/*/tags", Skip: 1, Cut: simulator.CutAfter, Count: 1}))
		w.capture(john, third)
		w.drain(e)
		expect("an answer that was lost", append([]string{"POST /contacts"}, append(tags(2), "GET /contacts/#", "POST /contacts/#/tags")...)...)

		other := w.capture(sarah, second)
		w.drain(e)
		expect("known contact", append([]string{"POST /contacts", "GET /contacts"}, tags(3, "GET /tags", "POST /tags")...)...)
		w.wantSynced(other, tagsOf(sarah))
		w.wantSynced(n, tagsOf(john))
	})
}

// An id that has gone stale is mended, whichever way Systeme.io says that it is.
func TestStaleTagID(t *testing.T) {
	t.Parallel()
	for _, status := range []int{422, 404} {
		inBubble(t, simulator.Options{Quirks: simulator.Quirks{UnknownTagStatus: status}}, func(t *testing.T, w *world) {
			john := w.addIB(1)
			e, other := w.start(&life{}), w.start(&life{})
			var leads []name
			next := func(e *environment) {
				s := jane()
				s.Email = fmt.Sprintf("jane%d@acme.test", len(leads))
				leads = append(leads, w.capture(john, s))
				w.drain(e)
			}
			next(e)
			next(other)
			w.ask("DELETE", fmt.Sprintf("/api/tags/%d", w.tagID(john.prefix+"forex-ib")), "")
			next(e)
			w.wire.take()
			// What one environment mended the other finds in the registry.
			next(other)
			if calls := w.wire.take(); count(calls, "POST /tags")+count(calls, "GET /tags") > 0 {
				t.Errorf("%d: calls %v", status, calls)
			}
			for _, n := range leads[2:] {
				w.wantSynced(n, tagsOf(john))
			}
			if len(w.queue.hides) > 0 || len(w.sim.Contacts()) != len(leads) {
				t.Errorf("%d: tried again after %v, contacts %v", status, w.queue.hides, w.sim.Contacts())
			}
		})
	}
}

// A contact that was deleted, and can still be read by its id, takes no tags: the lead
// gets another.
func TestAContactThatTakesNoTags(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{left: 10, after: true}) // one tag is on, and recorded
		w.poll(e, 1, 0)
		ghost, _ := w.sim.Contact("jane@acme.test")
		path := fmt.Sprintf("/api/contacts/%d", ghost.ID)
		w.ask("DELETE", path, "")
		w.wire.answer = func(c call) (int, string) {
			if c.method == "GET" && c.path == path {
				return 200, fmt.Sprintf(`{"id":%d,"email":"jane@acme.test","tags":[]}`, ghost.ID)
			}
			return 0, ""
		}
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(john))
	})
}

func TestLeadGone(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		w.erase(n)
		w.drain(w.start(&life{}))
		if calls := w.wire.take(); len(calls) > 0 || w.queue.dead()+len(w.queue.hides) > 0 {
			t.Errorf("calls %v, %d dead letters", calls, w.queue.dead())
		}
		// Gone while it was on its way.
		n = w.capture(john, jane())
		w.wire.answer = func(c call) (int, string) {
			if strings.HasSuffix(c.path, "/tags") && c.method == "POST" && c.path != "/api/tags" {
				w.erase(n)
			}
			return 0, ""
		}
		w.drain(w.start(&life{}))
		if assigned := count(w.wire.take(), "POST /contacts/#/tags"); assigned != 1 || w.queue.dead()+len(w.queue.hides) > 0 {
			t.Errorf("%d tags put on, %d dead letters", assigned, w.queue.dead())
		}
	})
}

func TestOwnerGone(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		id, err := tenant.Stored("00000000-0000-4000-8000-000000000009")
		w.must(err)
		n := w.capture(ib{id: id}, jane())
		w.drain(w.start(&life{}))
		w.wantFailed(n, otherReason)
		if w.queue.dead() != 1 || len(w.wire.take()) > 0 {
			t.Errorf("%d dead letters", w.queue.dead())
		}
	})
}
