package tagsync

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/metric"
)

// One request that the network before Systeme.io refuses, for a word that a
// visitor typed, stops no other lead, and its own lead goes without the word.
func TestBlockedWord(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.wire.answer = func(c call) (int, string) {
			if strings.Contains(c.body, "script") {
				return 403, "<html>"
			}
			return 0, ""
		}
		john := w.addIB(1)
		bad := jane()
		bad.Email, bad.Name = "bad@acme.test", "<script>alert(1)</script>"
		blocked, good := w.capture(john, bad), w.capture(john, jane())
		w.drain(w.start(&life{}))
		w.wantSynced(good, tagsOf(john))
		w.wantSynced(blocked, tagsOf(john))
		w.wantNote(blocked, bothNote)
		contact, _ := w.sim.Contact(bad.Email)
		if field(contact, "first_name") != "" || field(contact, OwnerField) != john.id.String() {
			t.Errorf("fields %v", contact.Fields)
		}
		if len(w.queue.sends) > 0 {
			t.Errorf("%d leads were put off", len(w.queue.sends))
		}
	})
}

// hostile is an address that a lead may have and a network may take for an attack.
const hostile = "evil1'or'1'='1@acme.test"

// blockHostile answers as the network before Systeme.io does to requests with such an
// address, in what is sent or asked for.
func (w *world) blockHostile() {
	w.wire.answer = func(c call) (int, string) {
		if strings.Contains(c.body, "'or'1'='1") || strings.Contains(c.query, url.QueryEscape("'or'1'='1")) {
			return 403, "<html>"
		}
		return 0, ""
	}
}

func blockedLead(i int) lead.Submission {
	s := jane()
	s.Email = fmt.Sprintf("evil%d'or'1'='1@acme.test", i)
	return s
}

// An account that refuses with 403 all that is new, and says before that what is wrong with
// it, looks like a network that blocks each lead. Addresses as most are wait, and the alarm
// tells.
func TestAnAccountThatRefusesEveryNewContact(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.wire.answer = func(c call) (int, string) {
			if strings.Contains(c.body, "@acme.test") {
				return 403, `{"detail":"Your plan is full."}`
			}
			return 0, ""
		}
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drainFor(e, 3*time.Hour)
		w.wantPending(n)
		if w.counted()[metric.AccountFaults] == 0 {
			t.Error("nobody is told")
		}
		w.wire.answer = nil
		w.drain(e)
		w.wantSynced(n, tagsOf(john))
	})
}

// Leads with addresses that are refused hold nobody up. Each has a few tries, spread over
// time, then says that it failed, and can be synced again.
func TestBlockedLeads(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.blockHostile()
		john, sarah := w.addIB(1), w.addIB(2)
		e := w.start(&life{})
		const many = 100
		var blocked []name
		for i := range many {
			blocked = append(blocked, w.capture(john, blockedLead(i)))
		}
		w.drainFor(e, 10*time.Minute)
		for _, n := range blocked {
			w.wantPending(n)
		}
		good := w.capture(sarah, jane())
		w.drainFor(e, time.Second)
		w.wantSynced(good, tagsOf(sarah))
		w.wire.take()

		w.drainFor(e, time.Hour)
		for _, n := range blocked {
			w.wantFailed(n, blockedReason)
		}
		if calls := len(w.wire.take()); calls > many*3*(blockedTries-1) {
			t.Errorf("%d calls after the first tries of %d leads", calls, many)
		}
		if !w.queue.empty() || w.queue.dead()+len(w.queue.hides) > 0 {
			t.Errorf("%d dead letters, hidden for %v", w.queue.dead(), w.queue.hides)
		}
		if text := w.log.String(); strings.Contains(text, "account fault") || strings.Contains(text, "evil") {
			t.Errorf("log %s", text)
		}

		w.wire.answer = nil
		w.publish(blocked[0])
		w.drain(e)
		w.wantSynced(blocked[0], tagsOf(john))
	})
}

// An address that is let through in the end is synced whole. Whoever asks for another
// sync asks for all the tries.
func TestABlockedLeadIsLetThrough(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.blockHostile()
		john := w.addIB(1)
		n := w.capture(john, blockedLead(1))
		e := w.start(&life{})
		for range 2 {
			w.drain(e)
			w.wantFailed(n, blockedReason)
			if calls := w.wire.take(); len(calls) != 3*blockedTries {
				t.Errorf("calls %q, want %d tries", calls, blockedTries)
			}
			w.publish(n)
		}
		w.soon(e)
		w.wire.answer = nil
		w.drain(e)
		w.wantSynced(n, tagsOf(john))
		if contact, _ := w.sim.Contact(blockedLead(1).Email); field(contact, "surname") != "Canary Doe" {
			t.Errorf("fields %v", contact.Fields)
		}
	})
}

// A contact that has such an address already cannot be asked for.
func TestABlockedLook(t *testing.T) {
	t.Parallel()
	for name, quirks := range map[string]simulator.Quirks{"": {}, "in another language": {DuplicateMessage: "Déjà utilisée."}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{Quirks: quirks}, func(t *testing.T, w *world) {
				w.ask("POST", "/api/contacts", fmt.Sprintf(`{"email":%q,"fields":[]}`, hostile))
				w.wire.answer = func(c call) (int, string) {
					if c.query != "" && c.path == "/api/contacts" {
						return 403, "<html>"
					}
					return 0, ""
				}
				john := w.addIB(1)
				blocked, good := w.capture(john, blockedLead(1)), w.capture(john, jane())
				e := w.start(&life{})
				w.soon(e)
				w.wantSynced(good, tagsOf(john))
				w.drain(e)
				w.wantFailed(blocked, blockedReason)
				if strings.Contains(w.log.String(), "account fault") {
					t.Errorf("log %s", w.log)
				}
			})
		})
	}
}

// Where no contact at all is taken, be others answered or not, no lead is to blame.
func TestNoContactsAreTaken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{402, 403} {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			w.must(w.sim.SetFaults(simulator.Fault{Method: "POST", Path: "/api/contacts", Status: status}))
			john := w.addIB(1)
			n := w.capture(john, jane())
			e := w.start(&life{})
			w.drainFor(e, 3*time.Hour)
			w.wantPending(n)
			if !strings.Contains(w.log.String(), "account fault") {
				t.Errorf("%d: not told of", status)
			}
			w.must(w.sim.SetFaults())
			w.drainFor(e, 10*time.Minute)
			w.wantSynced(n, tagsOf(john))
		})
	}
}

// A plan that is full is the account's, even if a contact that is none is answered.
func TestAFullPlanIsNoLeadsFault(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.wire.answer = func(c call) (int, string) {
			if strings.Contains(c.body, "jane") {
				return 402, `{"detail":"Upgrade your plan."}`
			}
			return 0, ""
		}
		n := w.capture(w.addIB(1), jane())
		w.drainFor(w.start(&life{}), 3*time.Hour)
		w.wantPending(n)
	})
}
