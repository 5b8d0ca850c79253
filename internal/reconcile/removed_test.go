package reconcile

import (
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/webhook"
)

// What was taken off while no webhook told is no longer shown, where the contact carries
// another tag of the IB's workflows. The status stays, other IBs' tags too, and no call
// is made for it.
func TestTagsThatWereTakenOffMeanwhileAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john, sarah := w.addIB(1), w.addIB(2)
	johns, sarahs, alone := w.capture(john, "jane@acme.test"), w.capture(sarah, "jane@acme.test"), w.capture(john, "alone@acme.test")
	w.contact("jane@acme.test", john.tag("inactive"), john.tag("engaged"), sarah.tag("inactive"), sarah.tag("engaged"))
	w.contact("alone@acme.test", john.tag("engaged"))
	w.mustRun()
	w.want(john, johns, lead.Inactive, "engaged", "inactive")
	calls := len(w.mustRun())
	w.lines()

	w.clock = w.clock.Add(time.Hour)
	w.contact("jane@acme.test", john.tag("re-engaged"))
	w.off("jane@acme.test", john.tag("inactive"), john.tag("engaged"))
	w.off("alone@acme.test", john.tag("engaged"))
	if made := w.mustRun(); len(made) != calls {
		t.Errorf("%d calls, want %d: %v", len(made), calls, made)
	}
	if lines := w.lines(); lines[0]["found"] != 3.0 {
		t.Errorf("log %v", lines)
	}
	w.want(john, johns, lead.ReEngaged, "re-engaged")
	w.want(sarah, sarahs, lead.Inactive, "engaged", "inactive")
	w.want(john, alone, lead.Engaged, "engaged") // which nothing tells of

	// What is known is not written again, and a tag that is put on again is shown again.
	w.wire.wrote = 0
	w.mustRun()
	if lines := w.lines(); w.wire.wrote != 0 || lines[0]["found"] != 0.0 {
		t.Errorf("%d writes, log %v", w.wire.wrote, lines)
	}
	w.clock = w.clock.Add(time.Hour)
	w.contact("jane@acme.test", john.tag("engaged"))
	w.mustRun()
	w.want(john, johns, lead.ReEngaged, "engaged", "re-engaged")
}

// What the webhook has told since a round began is later than what that round sees.
func TestATagOfSinceThenIsNotTakenOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	id := w.capture(john, "jane@acme.test")
	w.contact("jane@acme.test", john.tag("engaged"))
	w.mustRun()
	recorder := webhook.NewRecorder(w.aws.Client, w.aws.RegistryTable, w.aws.LeadsTable)
	w.must(recorder.Record(t.Context(), systeme.TagEvent{
		Added: true, ContactID: 1, Email: "jane@acme.test", Tag: systeme.Tag{ID: 1, Name: john.tag("converted")},
	}, w.clock.Add(time.Minute)))
	w.mustRun() // in which the list does not show it yet
	w.want(john, id, lead.Converted, "engaged", "converted")
}

// A tag that has another name in Systeme.io is the same tag.
func TestATagOfAnotherNameIsCarried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	w.capture(john, "jane@acme.test")
	w.contact("jane@acme.test", john.tag("engaged"), john.tag("converted"))
	w.mustRun()
	contact, _ := w.sim.Contact("jane@acme.test")
	r := w.reconciler()
	converted, err := r.sought(t.Context(), john.prefix, "converted")
	w.must(err)
	listed := systeme.Contact{ID: contact.ID, Tags: []systeme.Tag{{ID: converted.ID, Name: "renamed"}}}
	for text, want := range map[string]int{john.tag("converted"): 0, john.tag("engaged"): 1, john.tag("demo-request"): 0, "ib-otherone-engaged": 0} {
		if removals, err := r.takenOff(t.Context(), listed, john.prefix, []string{text}); len(removals) != want || err != nil {
			t.Errorf("%s: %+v, %v", text, removals, err)
		}
	}
}
