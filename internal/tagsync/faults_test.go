package tagsync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/tenant"
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
		contact, _ := w.sim.Contact(bad.Email)
		if field(contact, "first_name") != "" || field(contact, OwnerField) != john.id.String() {
			t.Errorf("fields %v", contact.Fields)
		}
		if len(w.queue.sends) > 0 {
			t.Errorf("%d leads were put off", len(w.queue.sends))
		}
	})
}

// A request that is refused without any such word may be the account's fault: its
// lead waits, and no other does.
func TestBlockedLead(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.wire.answer = func(c call) (int, string) {
			if strings.Contains(c.body, "bad@acme.test") {
				return 403, "<html>"
			}
			return 0, ""
		}
		john := w.addIB(1)
		bad := jane()
		bad.Email = "bad@acme.test"
		e := w.start(&life{})
		blocked := w.capture(john, bad)
		w.drainFor(e, time.Hour)
		good := w.capture(john, jane())
		w.drainFor(e, time.Second)
		w.wantSynced(good, tagsOf(john))
		w.wantPending(blocked)
	})
}

func TestRateLimited(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		var leads []name
		for i := range 20 {
			s := jane()
			s.Email = fmt.Sprintf("jane%d@acme.test", i)
			leads = append(leads, w.capture(john, s))
		}
		w.must(w.sim.SetFaults(simulator.Fault{Skip: 7, Status: 429, RetryAfter: 30, Count: 1}))
		e := w.start(&life{})
		started := time.Now()
		polls := w.drainFor(e, 29*time.Second)
		if calls := w.wire.take(); len(calls) > 8+batchSize {
			t.Errorf("%d calls, want none after the 429 but those under way", len(calls))
		}
		if polls != 4 {
			t.Errorf("%d invocations while we must stay away, want one for each batch of 5", polls)
		}
		w.drain(e)
		if took := time.Since(started); took < 30*time.Second || took > time.Minute {
			t.Errorf("took %v", took)
		}
		for _, n := range leads {
			w.wantSynced(n, tagsOf(john))
		}
		for _, delay := range w.queue.sends {
			if delay < 29*time.Second || delay > 40*time.Second {
				t.Errorf("put off for %v, want some 30 s", delay)
			}
		}
		if len(w.queue.hides) > 0 {
			t.Errorf("receives were used up: %v", w.queue.hides)
		}
	})
}

// While Systeme.io is down the tries grow apart. An hour of it loses nothing; in
// the end the lead says that it failed, its message is a dead letter, and both
// come back when the message does.
func TestDown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"5xx":       {Status: 503},
		"cut":       {Cut: simulator.CutBefore},
		"no answer": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				w.must(w.sim.SetFaults(fault))
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				w.drainFor(e, time.Hour)
				w.wantPending(n)
				w.drain(e)
				w.wantFailed(n, downReason)
				if w.queue.dead() != 1 {
					t.Errorf("%d dead letters", w.queue.dead())
				}
				if calls := len(w.wire.take()); calls != maxReceives {
					t.Errorf("%d tries, want %d", calls, maxReceives)
				}
				retries := w.queue.hides[:maxReceives-1]
				if !slices.IsSorted(retries) || retries[0] > 5*time.Second {
					t.Errorf("waits %v do not grow from a little", retries)
				}
				w.must(w.sim.SetFaults())
				w.publish(n)
				w.drain(e)
				w.wantSynced(n, tagsOf(john))
			})
		})
	}
}

// A connection that breaks after the work was done doubles nothing.
func TestCutAfterTheWork(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/api/contacts", "/api/tags", "/api/contacts/*/tags"} {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			w.must(w.sim.SetFaults(simulator.Fault{Method: "POST", Path: path, Cut: simulator.CutAfter, Count: 2}))
			john := w.addIB(1)
			n := w.capture(john, jane())
			w.drain(w.start(&life{}))
			w.wantSynced(n, tagsOf(john))
			if len(w.sim.Contacts()) != 1 || len(w.sim.Tags()) != 3 {
				t.Errorf("%s: contacts %v, tags %v", path, w.sim.Contacts(), w.sim.Tags())
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	refuse := func(path string) func(call) (int, string) {
		return func(c call) (int, string) {
			if c.method == "POST" && c.path == "/api/contacts" {
				return 422, fmt.Sprintf(`{"detail":"x","violations":[{"propertyPath":%q,"message":"jane@nomx.test is bad","code":"1"}]}`, path)
			}
			return 0, ""
		}
	}
	tests := map[string]struct {
		answer func(call) (int, string)
		reason string
		calls  int
	}{
		"domain without mail": {nil, emailReason, 2},
		"locale":              {refuse("locale"), dataReason, 1},
		"bad request": {func(c call) (int, string) {
			if c.path == "/api/contacts" && c.method == "POST" {
				return 400, `{"detail":"jane@nomx.test"}`
			}
			return 0, ""
		}, dataReason, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				w.wire.answer = tt.answer
				s := jane()
				s.Email = "jane@nomx.test"
				n := w.capture(w.addIB(1), s)
				w.drain(w.start(&life{}))
				w.wantFailed(n, tt.reason)
				if calls := w.wire.take(); len(calls) != tt.calls {
					t.Errorf("calls %v, want %d", calls, tt.calls)
				}
				if w.queue.dead()+len(w.queue.sends)+len(w.queue.hides) > 0 {
					t.Error("tried again")
				}
				if strings.Contains(w.log.String(), "nomx") {
					t.Errorf("log names the address: %s", w.log)
				}
			})
		})
	}
}

// A name or number that Systeme.io does not take costs the contact that field and
// nothing else.
func TestRefusedField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		indices []int
		left    map[string]string
	}{
		"phone":    {[]int{2}, map[string]string{"first_name": "Jane", "surname": "Canary Doe", "phone_number": ""}},
		"name":     {[]int{0, 1}, map[string]string{"first_name": "", "surname": "", "phone_number": "+442079460958"}},
		"all":      {[]int{2, 1, 0}, map[string]string{"first_name": "", "surname": "", "phone_number": ""}},
		"and mail": {[]int{2, -1}, map[string]string{"first_name": "Jane", "phone_number": ""}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				first := true
				w.wire.answer = func(c call) (int, string) {
					if c.path != "/api/contacts" || !first {
						return 0, ""
					}
					first = false
					var violations []string
					for _, i := range tt.indices {
						path := fmt.Sprintf("fields[%d].value", i)
						if i < 0 {
							path = "email"
						}
						violations = append(violations, fmt.Sprintf(`{"propertyPath":%q,"message":"Canary is bad","code":"1"}`, path))
					}
					return 422, `{"violations":[` + strings.Join(violations, ",") + `]}`
				}
				john := w.addIB(1)
				n := w.capture(john, jane())
				w.drain(w.start(&life{}))
				w.wantSynced(n, tagsOf(john))
				contact, _ := w.sim.Contact("jane@acme.test")
				tt.left[OwnerField], tt.left[PrefixField] = john.id.String(), john.prefix
				for slug, want := range tt.left {
					if got := field(contact, slug); got != want {
						t.Errorf("%s is %q, want %q", slug, got, want)
					}
				}
			})
		})
	}
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

func TestUnusablePhoneIsLeftOut(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		s := jane()
		s.Name, s.Phone = "Cher", "020 7946 0958"
		w.capture(w.addIB(1), s)
		w.drain(w.start(&life{}))
		contact, _ := w.sim.Contact(s.Email)
		if field(contact, "first_name") != "Cher" || field(contact, "surname") != "" || field(contact, "phone_number") != "" {
			t.Errorf("fields %v", contact.Fields)
		}
	})
}

func TestStaleTagID(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
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
			t.Errorf("calls %v", calls)
		}
		for _, n := range leads[2:] {
			w.wantSynced(n, tagsOf(john))
		}
	})
}

// A contact that Systeme.io knows by its address but not by its id, as may be
// while it is being deleted, is waited for.
func TestContactBeingDeleted(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		gone := true
		w.wire.answer = func(c call) (int, string) {
			switch {
			case gone && c.method == "POST" && c.path == "/api/contacts":
				return 422, `{"violations":[{"propertyPath":"email","message":"This value is already used.","code":"1"}]}`
			case gone && c.path == "/api/contacts":
				return 200, `{"items":[],"hasMore":false}`
			}
			return 0, ""
		}
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drainFor(e, 30*time.Minute)
		w.wantPending(n)
		gone = false
		w.drain(e)
		w.wantSynced(n, tagsOf(john))
	})
}

func TestDeletedContactStaysFound(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.wire.answer = func(c call) (int, string) {
			if strings.HasPrefix(c.path, "/api/contacts/") {
				return 404, `{}`
			}
			return 0, ""
		}
		n := w.capture(w.addIB(1), jane())
		w.drain(w.start(&life{}))
		w.wantFailed(n, otherReason)
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

// A message that was received beyond its tries marks the lead failed, unless
// there is no need.
func TestBeyondTheTries(t *testing.T) {
	t.Parallel()
	deliver := func(w *world, n name) {
		w.queue.clear()
		w.publish(n)
		for range maxReceives {
			w.queue.receive(1, visibilityTimeout)
		}
		w.drain(w.start(&life{}))
	}
	t.Run("pending", func(t *testing.T) {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			n := w.capture(w.addIB(1), jane())
			deliver(w, n)
			w.wantFailed(n, otherReason)
			if len(w.wire.take()) > 0 || w.queue.dead() != 1 {
				t.Errorf("%d dead letters", w.queue.dead())
			}
		})
	})
	t.Run("failed for a reason", func(t *testing.T) {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			john := w.addIB(1)
			n := w.capture(john, jane())
			w.must(w.leadsOf(john).RecordFailed(t.Context(), n.leadID, emailReason))
			deliver(w, n)
			w.wantFailed(n, emailReason)
		})
	})
	t.Run("synced by another message", func(t *testing.T) {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			john := w.addIB(1)
			n := w.capture(john, jane())
			w.drain(w.start(&life{}))
			deliver(w, n)
			w.wantSynced(n, tagsOf(john))
			if w.queue.dead() > 0 {
				t.Errorf("%d dead letters", w.queue.dead())
			}
		})
	})
}

// Where a message cannot be put off it is received again: nothing is lost, and no
// lead is marked failed while there are tries left.
func TestQueueDown(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.must(w.sim.SetFaults(simulator.Fault{Status: 401}))
		w.broken = func(operation, _ string) bool {
			return operation == "SendMessage" || operation == "ChangeMessageVisibility"
		}
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drainFor(e, 20*time.Minute)
		w.wantPending(n)
		w.broken = nil
		w.must(w.sim.SetFaults())
		w.drain(e)
		w.wantSynced(n, tagsOf(john))
	})
}

// Systeme.io may ask to stay away longer than a message can be held back, and may
// ask so with a 5xx.
func TestLongRetryAfter(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct{ sends, hides int }{429: {1, 0}, 503: {0, 1}} {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			w.must(w.sim.SetFaults(simulator.Fault{Status: status, RetryAfter: 1200, Count: 1}))
			john := w.addIB(1)
			n := w.capture(john, jane())
			e := w.start(&life{})
			w.poll(e, 1, 0)
			waits := slices.Concat(w.queue.sends, w.queue.hides)
			if len(w.queue.sends) != want.sends || len(w.queue.hides) != want.hides || waits[0] < maxDelay {
				t.Errorf("%d: put off for %v, hidden for %v", status, w.queue.sends, w.queue.hides)
			}
			w.drain(e)
			w.wantSynced(n, tagsOf(john))
		})
	}
}

// A duplicate that is refused in another language is looked up once.
func TestDuplicateInAnotherLanguage(t *testing.T) {
	t.Parallel()
	quirks := simulator.Quirks{DuplicateMessage: "Cette valeur est déjà utilisée."}
	inBubble(t, simulator.Options{Quirks: quirks}, func(t *testing.T, w *world) {
		w.capture(w.addIB(1), jane())
		w.drain(w.start(&life{}))
		w.wire.take()
		sarah := w.addIB(2)
		n := w.capture(sarah, jane())
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(sarah))
		if calls := w.wire.take(); count(calls, "GET /contacts") != 1 {
			t.Errorf("calls %v", calls)
		}
	})
}

// While the table is down no lead is lost: what could not be recorded is done
// again, and what could not be marked is marked later.
func TestTableDown(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		broken func(operation, body string) bool
		email  string
		reason string // "" for a lead that is synced in the end
	}{
		"reading":            {func(operation, body string) bool { return operation == "GetItem" && strings.Contains(body, leadsTable) }, "jane@acme.test", ""},
		"reading the owner":  {func(_, body string) bool { return strings.Contains(body, usersTable) }, "jane@acme.test", ""},
		"recording the id":   {func(_, body string) bool { return strings.Contains(body, "systemeContactId") }, "jane@acme.test", ""},
		"recording a tag":    {func(_, body string) bool { return strings.Contains(body, "systemeTagsApplied") }, "jane@acme.test", ""},
		"recording the end":  {func(_, body string) bool { return strings.Contains(body, "systemeSyncedAt") }, "jane@acme.test", ""},
		"registering a tag":  {func(operation, _ string) bool { return operation == "PutItem" }, "jane@acme.test", ""},
		"recording why not":  {func(_, body string) bool { return strings.Contains(body, "syncError") }, "jane@nomx.test", emailReason},
		"everything to read": {func(operation, _ string) bool { return operation == "GetItem" }, "jane@nomx.test", emailReason},
	}
	for part, tt := range tests {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				w.broken = tt.broken
				john := w.addIB(1)
				s := jane()
				s.Email = tt.email
				n := w.capture(john, s)
				e := w.start(&life{})
				w.drainFor(e, 10*time.Minute)
				w.wantPending(n)
				w.broken = nil
				w.drain(e)
				if tt.reason != "" {
					w.wantFailed(n, tt.reason)
					return
				}
				w.wantSynced(n, tagsOf(john))
				if len(w.sim.Contacts()) != 1 || len(w.sim.Tags()) != 3 {
					t.Errorf("contacts %v, tags %v", w.sim.Contacts(), w.sim.Tags())
				}
			})
		})
	}
}

// A lead that can neither be synced nor marked keeps its message: the receives
// beyond its tries are there to mark it.
func TestMarkedOnTheLastReceive(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.must(w.sim.SetFaults(simulator.Fault{Status: 500}))
		n := w.capture(w.addIB(1), jane())
		e := w.start(&life{})
		w.broken = func(_, body string) bool { return strings.Contains(body, "syncError") }
		for range maxReceives + 1 {
			w.poll(e, 1, 2*time.Hour)
		}
		w.wantPending(n)
		w.broken = nil
		w.drain(e)
		w.wantFailed(n, otherReason)
		if w.queue.dead() != 1 {
			t.Errorf("%d dead letters", w.queue.dead())
		}
	})
}

// A lead that is erased while Systeme.io refuses it leaves nothing to mark.
func TestRefusedAndErased(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		s := jane()
		s.Email = "jane@nomx.test"
		n := w.capture(w.addIB(1), s)
		w.wire.answer = func(call) (int, string) { w.erase(n); return 0, "" }
		w.drain(w.start(&life{}))
		if w.queue.dead()+len(w.queue.hides) > 0 || !strings.Contains(w.log.String(), `"gone"`) {
			t.Errorf("%d dead letters, log %s", w.queue.dead(), w.log)
		}
	})
}
