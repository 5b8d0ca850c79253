package tagsync

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/metric"
	"clientflow/internal/systeme"
)

// lines reads the log.
func (w *world) lines() []map[string]any {
	w.tb.Helper()
	var lines []map[string]any
	for text := range strings.Lines(w.log.String()) {
		var line map[string]any
		w.must(json.Unmarshal([]byte(text), &line))
		delete(line, "time")
		lines = append(lines, line)
	}
	return lines
}

func TestHandleLogsOneLineForEachLead(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		text, err := n.message("request-0")
		w.must(err)
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
		response, err := w.start(&life{}).Handle(ctx, Event{[]Record{
			{MessageID: "1", Body: text}, {MessageID: "2", Body: `{"email":"jane@acme.test"}`}, {MessageID: "3", Body: text},
		}})
		if err != nil || !slices.Equal(response.Failures, []Failure{{"2"}}) {
			t.Errorf("got %v, %v", response, err)
		}
		lines := w.lines()
		delete(lines[0], string(metric.SyncLatency))
		want := []map[string]any{
			{"level": "INFO", "msg": "event", "function": "sync-tags", "requestId": "request-1", "tenantId": john.id.String(),
				"messageIds": []string{"1", "3"}, "requestIds": []string{"request-0"}, "traceIds": []string{}, "receives": 1.0, "outcome": "synced"},
			{"level": "ERROR", "msg": "event", "function": "sync-tags", "requestId": "request-1", "messageId": "2",
				"outcome": "unreadable", "error": errMessage.Error()},
		}
		got, err := json.Marshal(lines)
		w.must(err)
		wanted, err := json.Marshal(want)
		w.must(err)
		if string(got) != string(wanted) {
			t.Errorf("log\n%s\nwant\n%s", got, wanted)
		}
		// A message that came twice in one batch is worked on once.
		if calls := w.wire.take(); count(calls, "POST /contacts") != 1 || count(calls, "POST /contacts/#/tags") != 3 {
			t.Errorf("calls %v", calls)
		}
	})
}

func TestHandleAnswersAnEmptyListForAnEmptyBatch(t *testing.T) {
	t.Parallel()
	response, err := (&Handler{now: time.Now}).Handle(t.Context(), Event{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(response); err != nil || string(text) != `{"batchItemFailures":[]}` {
		t.Errorf("got %s, %v", text, err)
	}
}

// panicking panics when a contact with a certain name is made.
type panicking struct{ contacts }

func (p panicking) CreateContact(ctx context.Context, c systeme.NewContact) (systeme.Contact, error) {
	if strings.HasPrefix(c.Email, "bad@") {
		panic("no such luck")
	}
	return p.contacts.CreateContact(ctx, c)
}

func TestOneLeadsDefectIsNotTheBatchs(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		bad := jane()
		bad.Email = "bad@acme.test"
		broken, good := w.capture(john, bad), w.capture(john, jane())
		e := w.start(&life{})
		e.contacts = panicking{e.contacts}
		w.poll(e, batchSize, 0)
		w.wantSynced(good, tagsOf(john))
		w.wantPending(broken)
		w.drain(e)
		w.wantFailed(broken, otherReason)
	})
}

// Two IBs have one visitor: one contact, with both IBs' tags, and the fields that
// the first one gave it.
func TestTwoIBsOnOneContact(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john, sarah := w.addIB(1), w.addIB(2)
		first := w.capture(john, jane())
		w.drain(w.start(&life{}))
		before, _ := w.sim.Contact("jane@acme.test")
		theirs := jane()
		theirs.Name, theirs.Phone, theirs.IBType, theirs.MonthlyLeads = "Other Person", "+15551234567", "", ""
		second := w.capture(sarah, theirs)
		w.drain(w.start(&life{}))
		w.wantSynced(first, tagsOf(john))
		w.wantSynced(second, []string{sarah.prefix + "demo-request"})
		after, _ := w.sim.Contact("jane@acme.test")
		if field(after, OwnerField) != john.id.String() || field(after, "first_name") != "Jane" || len(after.Fields) != len(before.Fields) {
			t.Errorf("fields were %v, are %v", before.Fields, after.Fields)
		}
		if want := append(tagsOf(john), sarah.prefix+"demo-request"); !slices.Equal(tagNamesOf(after), want) {
			t.Errorf("tags %v, want %v", tagNamesOf(after), want)
		}
	})
}

// One message in two environments at once makes one contact with its tags once.
func TestTwoEnvironmentsAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		records := w.queue.receive(1, 0)
		var running sync.WaitGroup
		for range 2 {
			running.Go(func() {
				response, err := w.start(&life{}).Handle(t.Context(), Event{records})
				if err != nil {
					t.Error(err)
				}
				w.queue.settle(records, response)
			})
		}
		running.Wait()
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(john))
		if len(w.sim.Contacts()) != 1 || len(w.sim.Tags()) != 3 {
			t.Errorf("contacts %v, tags %v", w.sim.Contacts(), w.sim.Tags())
		}
	})
}

// A tag that the contact carries from a try that recorded nothing is not put on
// again: it would start its workflow twice.
func TestTagsThatAreOnStayAsTheyAre(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		w.ask("POST", "/api/contacts", `{"email":"jane@acme.test","fields":[]}`)
		contact, _ := w.sim.Contact("jane@acme.test")
		for _, tag := range tagsOf(john) {
			w.sim.Tag(contact.ID, tag)
		}
		n := w.capture(john, jane())
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(john))
		if calls := w.wire.take(); !slices.Equal(calls, []string{"POST /contacts", "GET /contacts"}) {
			t.Errorf("calls %v", calls)
		}
	})
}

// When a message's wait cannot be set it comes again after the queue's own, and
// the log says so beside the cause.
func TestWaitThatCannotBeSet(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.must(w.sim.SetFaults(simulator.Fault{Status: 500, Count: 1}))
		w.broken = func(operation, _ string) bool { return operation == "ChangeMessageVisibility" }
		john := w.addIB(1)
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.poll(e, 1, 0)
		handled := time.Now()
		line := w.lines()[0]
		if text, _ := line["error"].(string); line["outcome"] != "retried" || !strings.Contains(text, "500") || !strings.Contains(text, "comes again") {
			t.Errorf("log line %v", line)
		}
		w.drain(e)
		if waited := time.Since(handled); waited < visibilityTimeout-time.Minute || waited > visibilityTimeout {
			t.Errorf("came again after %v", waited)
		}
		w.wantSynced(n, tagsOf(john))
	})
}
