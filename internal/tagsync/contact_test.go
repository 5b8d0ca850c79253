package tagsync

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	simulator "clientflow/infra/local/systeme"
)

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
		note    string
	}{
		"phone":    {[]int{2}, map[string]string{"first_name": "Jane", "surname": "Canary Doe", "phone_number": ""}, phoneNote},
		"surname":  {[]int{1}, map[string]string{"first_name": "Jane", "surname": "", "phone_number": "+442079460958"}, nameNote},
		"name":     {[]int{0, 1}, map[string]string{"first_name": "", "surname": "", "phone_number": "+442079460958"}, nameNote},
		"all":      {[]int{2, 1, 0}, map[string]string{"first_name": "", "surname": "", "phone_number": ""}, bothNote},
		"and mail": {[]int{2, -1}, map[string]string{"first_name": "Jane", "phone_number": ""}, phoneNote},
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
				w.wantNote(n, tt.note)
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

// wantNote checks what an IB is told of what was left out; "" for nothing.
func (w *world) wantNote(n name, note string) {
	w.tb.Helper()
	if got := aws.ToString(w.lead(n).SyncNote); got != note {
		w.tb.Errorf("the note is %q, want %q", got, note)
	}
}

func TestUnusablePhoneIsLeftOut(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		s := jane()
		s.Name, s.Phone = "Cher", "020 7946 0958"
		n := w.capture(w.addIB(1), s)
		w.drain(w.start(&life{}))
		contact, _ := w.sim.Contact(s.Email)
		if field(contact, "first_name") != "Cher" || field(contact, "surname") != "" || field(contact, "phone_number") != "" {
			t.Errorf("fields %v", contact.Fields)
		}
		w.wantNote(n, phoneNote)
	})
}

// A note tells nothing of whether the account had a contact with the address before.
func TestANoteDoesNotTellOfOthers(t *testing.T) {
	t.Parallel()
	for phone, note := range map[string]string{"": "", "+44 20 7946 0958": "", "020 7946 0958": phoneNote} {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			s := jane()
			s.Phone = phone
			his, hers := w.capture(w.addIB(1), s), w.capture(w.addIB(2), s)
			w.drain(w.start(&life{}))
			w.wantNote(his, note)
			w.wantNote(hers, note)
		})
	}
}

// A note is of the contact that the lead has: it stays while that does, and goes when
// another is given all.
func TestANoteGoesWithItsContact(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		refused := true
		w.wire.answer = func(c call) (int, string) {
			if refused && c.method == "POST" && c.path == "/api/contacts" && strings.Contains(c.body, "phone_number") {
				return 422, `{"violations":[{"propertyPath":"fields[2].value","message":"No.","code":"1"}]}`
			}
			return 0, ""
		}
		john := w.addIB(1)
		n := w.capture(john, jane())
		w.poll(w.start(&life{left: 12, after: true}), 1, 0) // one tag is on, and recorded
		w.wantNote(n, phoneNote)
		refused = false
		contact, _ := w.sim.Contact("jane@acme.test")
		w.ask("DELETE", fmt.Sprintf("/api/contacts/%d", contact.ID), "")
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(john))
		w.wantNote(n, "")
	})
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
