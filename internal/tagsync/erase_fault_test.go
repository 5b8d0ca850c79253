package tagsync

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	simulator "clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
)

// An erasure fails as a sync does, says so, and does not end before it is done.
func TestEraseGoesOnUntilItIsDone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  simulator.Fault
		failed bool
	}{
		"down":                   {simulator.Fault{Status: 503}, true},
		"no answer":              {simulator.Fault{Delay: time.Hour}, true},
		"cut after the work":     {simulator.Fault{Cut: simulator.CutAfter, Count: 5}, false},
		"contact not deleted":    {simulator.Fault{Method: "DELETE", Path: "/api/contacts/*", Status: 500}, true},
		"tags not removed":       {simulator.Fault{Method: "DELETE", Path: "/api/contacts/*/tags/*", Status: 422}, true},
		"wrong key":              {simulator.Fault{Status: 401}, false},
		"rate":                   {simulator.Fault{Status: 429, RetryAfter: 100, Count: 20}, false},
		"throttled in the midst": {simulator.Fault{Skip: 3, Status: 429, RetryAfter: 5, Count: 1}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				w.drain(e)
				w.must(w.sim.SetFaults(tt.fault))
				w.remove(n)
				w.drainFor(e, 12*time.Hour)
				unfinished, is := w.unfinished(n)
				if failed := is && unfinished.State == lead.ErasureFailed; failed != tt.failed || failed && *unfinished.Error != erasureReason {
					t.Errorf("the erasure is %+v", unfinished)
				}
				if told := strings.Contains(w.log.String(), `"outcome":"failed"`); told != tt.failed {
					t.Errorf("told of a failure: %v", told)
				}
				if is == w.queue.empty() || w.queue.dead() > 0 {
					t.Errorf("unfinished %v, the queue empty %v, dead letters %d", is, w.queue.empty(), w.queue.dead())
				}
				w.must(w.sim.SetFaults())
				w.drain(e)
				w.wantErased(n, john, "jane@acme.test")
				if _, found := w.sim.Contact("jane@acme.test"); found {
					t.Error("the contact is left")
				}
			})
		})
	}
}

// An address that the network lets nobody ask for stops no other lead, and is asked for
// seldom, until the network lets it through.
func TestEraseOfABlockedAddress(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		w.queue.clear()
		blocked := true
		w.wire.answer = func(c call) (int, string) {
			if blocked && c.method == "GET" && c.path == "/api/contacts" {
				return 403, "<html>"
			}
			return 0, ""
		}
		w.remove(n)
		e := w.start(&life{})
		w.drainFor(e, 5*time.Hour)
		if e, is := w.unfinished(n); !is || e.State != lead.ErasurePending {
			t.Errorf("the erasure is %+v", e)
		}
		second := jane()
		second.Email = "joe@acme.test"
		good := w.capture(john, second)
		w.drainFor(e, time.Second)
		w.wantSynced(good, tagsOf(john))
		w.drainFor(e, 19*time.Hour)
		if e, is := w.unfinished(n); !is || e.State != lead.ErasureFailed {
			t.Errorf("in the end the erasure is %+v", e)
		}
		if looks := count(w.wire.take(), "GET /contacts"); looks < 12 || looks > 30 {
			t.Errorf("looked for %d times in a day", looks)
		}
		if strings.Contains(w.log.String(), "account fault") {
			t.Error("the account is told to be at fault")
		}
		blocked = false
		w.drain(e)
		w.wantErased(n, john, "jane@acme.test")
		w.wire.answer = func(call) (int, string) { return 403, "<html>" }
		w.remove(good)
		w.drainFor(e, time.Minute)
		if !strings.Contains(w.log.String(), "account fault") {
			t.Error("an account that is refused is not told of")
		}
	})
}

// The address is free as soon as a message comes through, be Systeme.io up or not.
func TestEraseFreesTheAddress(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		w.store = w.store.Under(ownership.Exclusive(registryTable))
		john, sarah := w.addIB(1), w.addIB(2)
		n := w.capture(john, jane())
		if _, _, err := w.leadsOf(sarah).Capture(t.Context(), jane(), lead.FromForm); !errors.Is(err, ownership.ErrTaken) {
			t.Fatalf("got %v", err)
		}
		w.must(w.sim.SetFaults(simulator.Fault{Status: 503}))
		w.remove(n)
		w.soon(w.start(&life{}))
		hers := w.capture(sarah, jane())
		if _, _, err := w.leadsOf(john).Capture(t.Context(), jane(), lead.FromForm); !errors.Is(err, ownership.ErrTaken) {
			t.Errorf("got %v", err)
		}
		w.must(w.sim.SetFaults())
		w.drain(w.start(&life{}))
		w.wantErased(n, john, "jane@acme.test")
		w.wantSynced(hers, tagsOf(sarah))
		if _, _, err := w.leadsOf(john).Capture(t.Context(), jane(), lead.FromForm); !errors.Is(err, ownership.ErrTaken) {
			t.Errorf("got %v", err)
		}
	})
}

// Tables that are down cost tries, and mark nothing that they cannot mark.
func TestEraseWhileTablesAreDown(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(operation, body string) bool{
		"all":           func(string, string) bool { return true },
		"transactions":  func(operation, _ string) bool { return operation == "TransactWriteItems" },
		"erasures":      func(_, body string) bool { return strings.Contains(body, "ERASURE#") },
		"owners":        func(_, body string) bool { return strings.Contains(body, usersTable) },
		"announcements": func(_, body string) bool { return strings.Contains(body, "CONTACT#") },
		"the end":       func(_, body string) bool { return strings.Contains(body, "doneAt") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				w.drain(e)
				w.broken = func(operation, body string) bool {
					return !strings.HasPrefix(operation, "SendMessage") && !strings.HasPrefix(operation, "ChangeMessage") && broken(operation, body)
				}
				w.remove(n)
				w.drainFor(e, 20*time.Minute)
				if e, is := w.unfinished(n); !is || e.State != lead.ErasurePending {
					t.Errorf("the erasure is %+v", e)
				}
				w.broken = nil
				w.drain(e)
				w.wantErased(n, john, "jane@acme.test")
			})
		})
	}
}

func TestAStoredTimeThatIsNone(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		w.queue.clear()
		w.remove(n)
		_, err := w.db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(leadsTable), UpdateExpression: aws.String("SET quietAt = :x"),
			Key: map[string]types.AttributeValue{
				"userId":     &types.AttributeValueMemberS{Value: john.id.String()},
				lead.SortKey: &types.AttributeValueMemberS{Value: "ERASURE#" + n.leadID},
			},
			ExpressionAttributeValues: map[string]types.AttributeValue{":x": &types.AttributeValueMemberS{Value: "soon"}},
		})
		w.must(err)
		w.drainFor(w.start(&life{}), 3*time.Hour)
		if e, is := w.unfinished(n); !is || e.State != lead.ErasureFailed || len(w.wire.take()) > 0 {
			t.Errorf("the erasure is %+v", e)
		}
	})
}

// What an erasure waits for must be over when it has waited: two tries that follow
// one another and the time in which an answer may be late.
func TestTheWaitOutlastsTheFunction(t *testing.T) {
	t.Parallel()
	described, err := template.Load("../../template.yaml", template.Options{Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test"})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(described.Functions, func(f template.Function) bool { return f.LogicalID == "SyncTagsFunction" })
	if i < 0 {
		t.Fatal("the template has no SyncTagsFunction")
	}
	if most := described.Functions[i].Timeout; 2*most+callTimeout > lead.Quiet {
		t.Errorf("the function may run for %v, an erasure waits for %v", most, lead.Quiet)
	}
}
