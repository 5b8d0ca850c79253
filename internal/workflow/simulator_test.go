package workflow_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/infra/local/systeme"
	"clientflow/internal/workflow"
)

// event is what a workflow does at a time after its trigger: a mail to "lead" or
// "owner", or a tag.
type event struct {
	at   time.Duration
	mail string
	tag  string
}

// story is what a workflow does for a contact who opens its mails, or does not.
func story(steps []workflow.Step, opens bool) []event {
	var events []event
	at := time.Duration(0)
	for queue := slices.Clone(steps); len(queue) > 0; {
		next := queue[0]
		queue = queue[1:]
		switch next.Kind {
		case workflow.Wait:
			unit := map[string]time.Duration{"minutes": time.Minute, "days": 24 * time.Hour}[next.Unit]
			at += time.Duration(next.Amount) * unit
		case workflow.Email:
			mail := "owner"
			if next.To == workflow.Lead {
				mail = "lead"
			}
			events = append(events, event{at: at, mail: mail})
		case workflow.AddTag:
			events = append(events, event{at: at, tag: next.Tag})
		case workflow.Condition:
			branch := next.No
			if opens {
				branch = next.Yes
			}
			queue = slices.Concat(branch, queue)
		}
	}
	return events
}

// until is what a contact has got of a story by a time, as a text.
func until(events []event, trigger string, at time.Duration) string {
	mails, tags := []string{}, []string{trigger}
	for _, e := range events {
		switch {
		case e.at > at:
		case e.mail != "":
			mails = append(mails, e.mail)
		default:
			tags = append(tags, e.tag)
		}
	}
	return fmt.Sprint(mails, tags)
}

// contacts is how many contacts go through each workflow, so that some open their
// mails and some do not.
const contacts = 3

// TestTheSimulatorRunsTheCatalogue holds what is set up for an IB against what the
// local Systeme.io does for its tags: the same mails and tags at the same times. It
// runs no alternatives, since an IB has one of the two.
func TestTheSimulatorRunsTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, w := range mustWorkflows(t) {
		if w.InsteadOf != "" {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { simulate(t, w) })
		})
	}
}

func simulate(t *testing.T, w workflow.Workflow) {
	simulator := systeme.New(systeme.Options{Speed: 1}) // time in a bubble costs nothing
	defer simulator.Close()
	var ids []int64
	for i := range contacts {
		id := newContact(t, simulator, fmt.Sprintf("lead%d@acme.test", i))
		simulator.Tag(id, w.Trigger.Tag)
		ids = append(ids, id)
	}
	opened, ignored := story(w.Steps, true), story(w.Steps, false)
	could := map[bool][]int64{true: slices.Clone(ids), false: slices.Clone(ids)} // who may be opening, or not
	begun := time.Now()
	for _, at := range moments(opened, ignored) {
		time.Sleep(at - time.Since(begun))
		synctest.Wait()
		for opens, events := range map[bool][]event{true: opened, false: ignored} {
			could[opens] = slices.DeleteFunc(could[opens], func(id int64) bool {
				return got(simulator, id) != until(events, w.Trigger.Tag, at)
			})
		}
	}
	for _, id := range ids {
		if !slices.Contains(could[true], id) && !slices.Contains(could[false], id) {
			t.Errorf("in the end %s has got %s\nopened:  %v\nignored: %v", w.Trigger.Tag, got(simulator, id), opened, ignored)
		}
	}
	if len(could[true]) == 0 || len(could[false]) == 0 {
		t.Errorf("%d of %d open their mails: one way is not taken", len(could[true]), len(ids))
	}
}

// moments are when something happens in either story, and a second before each.
func moments(stories ...[]event) []time.Duration {
	var all []time.Duration
	for _, e := range slices.Concat(stories...) {
		all = append(all, max(0, e.at-time.Second), e.at)
	}
	all = append(all, 365*24*time.Hour) // and nothing more, ever
	slices.Sort(all)
	return slices.Compact(all)
}

// got is what a contact has got of its workflow so far, as until words it.
func got(simulator *systeme.Simulator, id int64) string {
	mails, tags := []string{}, []string{}
	for _, mail := range simulator.Mails() {
		switch {
		case mail.ContactID != id:
		case strings.HasPrefix(mail.To, "owner of "):
			mails = append(mails, "owner")
		default:
			mails = append(mails, "lead")
		}
	}
	for _, contact := range simulator.Contacts() {
		if contact.ID != id {
			continue
		}
		for _, tag := range contact.Tags {
			tags = append(tags, tag.Name)
		}
	}
	return fmt.Sprint(mails, tags)
}

func newContact(t *testing.T, simulator *systeme.Simulator, email string) int64 {
	t.Helper()
	r := httptest.NewRequest("POST", "/api/contacts", strings.NewReader(fmt.Sprintf(`{"email":%q}`, email)))
	for name, value := range map[string]string{"X-API-Key": "local", "User-Agent": "test", "Content-Type": "application/json"} {
		r.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	simulator.Handler().ServeHTTP(answer, r)
	var made struct{ ID int64 }
	if err := json.Unmarshal(answer.Body.Bytes(), &made); err != nil || made.ID == 0 {
		t.Fatalf("made no contact: %d %s, %v", answer.Code, answer.Body, err)
	}
	return made.ID
}
