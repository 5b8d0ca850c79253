package tagsync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
)

// remove erases a lead as its IB does, and publishes that.
func (w *world) remove(n name) {
	w.tb.Helper()
	leads, err := w.store.Of(n.owner)
	w.must(err)
	w.must(leads.Erase(context.Background(), n.leadID))
	w.publish(n)
}

// item returns an item of the leads table.
func (w *world) item(n name, prefix string) map[string]types.AttributeValue {
	w.tb.Helper()
	out, err := w.db.GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: aws.String(leadsTable),
		Key: map[string]types.AttributeValue{
			"userId":     &types.AttributeValueMemberS{Value: n.owner.String()},
			lead.SortKey: &types.AttributeValueMemberS{Value: prefix + n.leadID},
		},
	})
	w.must(err)
	return out.Item
}

func (w *world) unfinished(n name) (lead.Erasure, bool) {
	w.tb.Helper()
	leads, err := w.store.Of(n.owner)
	w.must(err)
	e, ok, err := leads.Unfinished(context.Background(), n.leadID)
	w.must(err)
	return e, ok
}

// ownTags returns the IB's tags on the contact with an address.
func (w *world) ownTags(owner ib, email string) []string {
	contact, _ := w.sim.Contact(email)
	return slices.DeleteFunc(tagNamesOf(contact), func(tag string) bool { return !strings.HasPrefix(tag, owner.prefix) })
}

// wantErased checks that a lead's erasure is done, that none of the IB's tags is on
// the contact, and that nothing is kept of whose lead it was.
func (w *world) wantErased(n name, owner ib, email string) {
	w.tb.Helper()
	if e, unfinished := w.unfinished(n); unfinished {
		w.tb.Errorf("the erasure is %s", e.State)
	}
	if left := w.ownTags(owner, email); len(left) > 0 {
		w.tb.Errorf("the contact carries %v", left)
	}
	kept := w.item(n, "ERASURE#")
	if kept["doneAt"] == nil || kept["email"] != nil || kept["systemeContactId"] != nil || kept["deletedContactId"] != nil {
		w.tb.Errorf("kept %v", kept)
	}
	if text := fmt.Sprintf("%#v", kept); strings.Contains(text, email) {
		w.tb.Errorf("the address is kept: %s", text)
	}
}

// soon polls what is there without letting time pass.
func (w *world) soon(e *environment) {
	for w.poll(e, batchSize, 0) {
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drain(e)
		w.wire.take()
		w.remove(n)
		w.soon(e)
		if contact, found := w.sim.Contact("jane@acme.test"); found {
			t.Errorf("at once: the contact is there, with %v", tagNamesOf(contact))
		}
		want := []string{
			"GET /contacts/#", "DELETE /contacts/#/tags/" + fmt.Sprint(w.tagID(john.prefix+"demo-request")),
			"DELETE /contacts/#/tags/" + fmt.Sprint(w.tagID(john.prefix+"forex-ib")),
			"DELETE /contacts/#/tags/" + fmt.Sprint(w.tagID(john.prefix+"high-volume")), "GET /contacts/#", "DELETE /contacts/#",
		}
		if got := w.wire.take(); !slices.Equal(got, want) {
			t.Errorf("calls %q\nwant %q", got, want)
		}
		if _, unfinished := w.unfinished(n); !unfinished {
			t.Error("finished while a sync may still be under way")
		}
		w.drain(e)
		w.wantErased(n, john, "jane@acme.test")
		if got := w.wire.take(); !slices.Equal(got, []string{"GET /contacts"}) {
			t.Errorf("afterwards calls %q", got)
		}
		if !strings.Contains(w.log.String(), `"outcome":"erased"`) || strings.Contains(w.log.String(), "acme") {
			t.Errorf("log %s", w.log)
		}
		w.publish(n)
		w.drain(e)
		if got := w.wire.take(); len(got) > 0 {
			t.Errorf("for a message that comes late: calls %q", got)
		}
	})
}

func TestAContactThatAnotherHoldsStays(t *testing.T) {
	t.Parallel()
	tests := map[string]func(w *world, contactID int64){
		"another IB": func(w *world, _ int64) {
			w.capture(w.addIB(2), jane())
			w.drain(w.start(&life{}))
		},
		"the owner of the account": func(w *world, contactID int64) {
			w.ask("POST", "/api/tags", `{"name":"newsletter"}`)
			w.ask("POST", fmt.Sprintf("/api/contacts/%d/tags", contactID), fmt.Sprintf(`{"tagId":%d}`, w.tagID("newsletter")))
		},
		"an IB whose prefix is alike": func(w *world, contactID int64) {
			w.ask("POST", "/api/tags", `{"name":"ib-00000001x-demo-request"}`)
			w.ask("POST", fmt.Sprintf("/api/contacts/%d/tags", contactID), fmt.Sprintf(`{"tagId":%d}`, w.tagID("ib-00000001x-demo-request")))
		},
	}
	for name, hold := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				w.drain(e)
				before, _ := w.sim.Contact("jane@acme.test")
				// What a workflow, or a hand, has added under John's prefix is John's too.
				for _, tag := range []string{john.prefix + "engaged", strings.ToUpper(john.prefix) + "Called Twice"} {
					w.ask("POST", "/api/tags", fmt.Sprintf(`{"name":%q}`, tag))
					w.ask("POST", fmt.Sprintf("/api/contacts/%d/tags", before.ID), fmt.Sprintf(`{"tagId":%d}`, w.tagID(tag)))
				}
				hold(w, before.ID)
				held, _ := w.sim.Contact("jane@acme.test")
				others := slices.DeleteFunc(tagNamesOf(held), func(tag string) bool { return strings.HasPrefix(strings.ToLower(tag), john.prefix) })
				w.remove(n)
				w.drain(e)
				w.wantErased(n, john, "jane@acme.test")
				after, found := w.sim.Contact("jane@acme.test")
				if !found || after.ID != before.ID || !slices.Equal(tagNamesOf(after), others) || len(others) == 0 {
					t.Errorf("the contact is %d with %v, was %d with %v", after.ID, tagNamesOf(after), before.ID, others)
				}
				if fmt.Sprint(after.Fields) != fmt.Sprint(held.Fields) {
					t.Errorf("fields %v, were %v", after.Fields, held.Fields)
				}
			})
		})
	}
}

// An IB can capture and erase any address. A contact that the account's owner had, with
// tags or without, loses the IB's tags and nothing else.
func TestAContactThatClientFlowDidNotMakeStays(t *testing.T) {
	t.Parallel()
	for name, synced := range map[string]bool{"synced": true, "erased before it was synced": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				w.ask("POST", "/api/contacts", `{"email":"jane@acme.test","fields":[{"slug":"first_name","value":"The owner's"}]}`)
				before, _ := w.sim.Contact("jane@acme.test")
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				if synced {
					w.drain(e)
					w.wantSynced(n, tagsOf(john))
				}
				w.remove(n)
				w.drain(e)
				w.wantErased(n, john, "jane@acme.test")
				after, found := w.sim.Contact("jane@acme.test")
				if !found || fmt.Sprint(after) != fmt.Sprint(before) {
					t.Errorf("the contact is %+v\nit was %+v", after, before)
				}
			})
		})
	}
}

func TestTwoIBsEraseOneContact(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john, sarah := w.addIB(1), w.addIB(2)
		his, hers := w.capture(john, jane()), w.capture(sarah, jane())
		e := w.start(&life{})
		w.drain(e)
		w.remove(his)
		w.remove(hers)
		w.drain(e) // one batch: both see the other's tags
		w.wantErased(his, john, "jane@acme.test")
		w.wantErased(hers, sarah, "jane@acme.test")
		if contact, found := w.sim.Contact("jane@acme.test"); found {
			t.Errorf("nobody's contact is left: %v", contact)
		}
	})
}

// There may be nothing to remove, or what there is may not be found any more.
func TestEraseWithoutAContact(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before func(w *world, e *environment)
		answer func(c call) (int, string)
		calls  int
	}{
		"never synced": {func(w *world, _ *environment) { w.queue.clear() }, nil, 2},
		"synced, and deleted by hand": {func(w *world, e *environment) {
			w.drain(e)
			contact, _ := w.sim.Contact("jane@acme.test")
			w.ask("DELETE", fmt.Sprintf("/api/contacts/%d", contact.ID), "")
		}, nil, 4},
		"an address that is refused": {func(w *world, _ *environment) { w.queue.clear() }, func(c call) (int, string) {
			return 422, `{"violations":[{"propertyPath":"email","message":"This value is not valid.","code":"1"}]}`
		}, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				tt.before(w, e)
				w.wire.take()
				w.wire.answer = tt.answer
				w.remove(n)
				w.drain(e)
				w.wantErased(n, john, "jane@acme.test")
				if calls := w.wire.take(); len(calls) != tt.calls || w.queue.dead() > 0 {
					t.Errorf("calls %q", calls)
				}
			})
		})
	}
}

// Systeme.io says that a deleted contact is not gone at once. It is deleted once, and
// is nobody's contact from then on.
func TestADeletedContactIsStillFound(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.drain(e)
		contact, _ := w.sim.Contact("jane@acme.test")
		ghost := fmt.Sprintf(`{"id":%d,"email":"jane@acme.test","tags":[{"id":1,"name":"%sdemo-request"}]}`, contact.ID, john.prefix)
		deleted := false
		w.wire.answer = func(c call) (int, string) {
			switch {
			case c.method == "DELETE" && strings.Count(c.path, "/") == 3:
				deleted = true
			case deleted && c.path == "/api/contacts":
				return 200, `{"items":[` + ghost + `],"hasMore":false}`
			case deleted && c.method == "GET":
				return 200, ghost
			}
			return 0, ""
		}
		w.remove(n)
		w.drain(e)
		w.wantErased(n, john, "jane@acme.test")
		if calls := w.wire.take(); count(calls, "DELETE /contacts/#") != 1 {
			t.Errorf("calls %q", calls)
		}
	})
}
