package tagsync

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
)

// sets returns the names of the tags that these IBs have from their beginning.
func sets(ibs ...ib) []string {
	var names []string
	for _, owner := range ibs {
		for _, name := range tag.Set() {
			names = append(names, owner.prefix+name)
		}
	}
	slices.Sort(names)
	return names
}

// askForTags publishes the message that asks for an IB's tags.
func (w *world) askForTags(owner ib) { w.publish(name{owner: owner.id}) }

// tagsMade is when all of an IB's tags were there; "" for not yet.
func (w *world) tagsMade(owner ib) string {
	w.tb.Helper()
	record, err := w.start(&life{}).users.Get(w.tb.Context(), owner.id)
	w.must(err)
	return string(record.TagsMade)
}

// wantSets fails unless the account has the tags of these IBs, and no others.
func (w *world) wantSets(ibs ...ib) {
	w.tb.Helper()
	var got []string
	for _, tag := range w.sim.Tags() {
		got = append(got, tag.Name)
	}
	slices.Sort(got)
	if want := sets(ibs...); !slices.Equal(got, want) {
		w.tb.Errorf("tags %v, want %v", got, want)
	}
	for _, owner := range ibs {
		if w.tagsMade(owner) == "" {
			w.tb.Errorf("nothing says that the tags of %s are made", owner.prefix)
		}
	}
}

func TestTagSetTakesOneCallForEachTag(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		w.askForTags(john)
		w.drain(w.start(&life{}))
		w.wantSets(john)
		if calls := w.wire.take(); len(calls) != 9 || count(calls, "POST /tags") != 9 {
			t.Errorf("calls %v", calls)
		}
		made := w.tagsMade(john)
		time.Sleep(time.Hour)
		w.askForTags(john)
		w.drain(w.start(&life{}))
		if calls := w.wire.take(); len(calls) > 0 || w.tagsMade(john) != made {
			t.Errorf("calls %v, made %s, then %s", calls, made, w.tagsMade(john))
		}
		if lines := w.lines(); len(lines) != 2 || lines[0]["outcome"] != "made" || lines[1]["outcome"] != "unchanged" ||
			lines[0]["tenantId"] != john.id.String() {
			t.Errorf("log %v", lines)
		}
		// The lead of an IB whose tags are made looks for none.
		n := w.capture(john, lead.Submission{Email: "jane@acme.test", Name: "Jane", MonthlyLeads: lead.HighVolume})
		w.drain(w.start(&life{}))
		w.wantSynced(n, []string{john.prefix + "demo-request", john.prefix + "high-volume"})
		if calls := w.wire.take(); len(calls) != 3 || count(calls, "GET /tags") > 0 {
			t.Errorf("calls %v", calls)
		}
	})
}

// At one call a second, shared by two environments, a tag set is there within a
// minute of being asked for.
func TestTagSetIsThereWithinAMinute(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		e := w.start(&life{})
		w.paced(e, 1)
		started := time.Now()
		w.askForTags(john)
		w.drain(e)
		w.wantSets(john)
		took := time.Since(started)
		t.Logf("took %v", took)
		if took > 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// Twenty IBs who sign up at once, some three minutes' work for the account, do not
// keep the lead of another one waiting for long.
func TestSignUpsDoNotStarveALead(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		sarah := w.addIB(99)
		w.askForTags(sarah)
		w.drain(w.start(&life{}))
		var ibs []ib
		for i := range 20 {
			ibs = append(ibs, w.addIB(i))
			w.askForTags(ibs[i])
		}
		var running sync.WaitGroup
		for range 2 {
			e := w.start(&life{})
			w.paced(e, 1)
			running.Go(func() { w.drain(e) })
		}
		time.Sleep(50 * time.Second)
		captured := time.Now()
		n := w.capture(sarah, lead.Submission{Email: "jane@acme.test", Name: "Jane"})
		for w.lead(n).SyncState != lead.Synced {
			if time.Sleep(time.Second); time.Since(captured) > time.Hour {
				t.Fatal("never synced")
			}
		}
		waited := time.Since(captured)
		running.Wait()
		w.wantSets(append(ibs, sarah)...)
		t.Logf("the lead waited %v", waited)
		if waited > 30*time.Second {
			t.Errorf("the lead waited %v", waited)
		}
	})
}

// A tag set that is cut off at any call is finished by the next try, with no more
// than one tag made again, which is then found.
func TestTagSetKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for n, killed := 1, true; killed; n++ {
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				w.askForTags(john)
				first := &life{left: n, after: after}
				w.poll(w.start(first), 1, 0)
				killed = first.over()
				w.drain(w.start(&life{}))
				w.wantSets(john)
				if calls := w.wire.take(); len(calls) > 9+2 || !killed && len(calls) != 9 {
					t.Errorf("killed at call %d, after %v: calls %v", n, after, calls)
				}
			})
		}
	}
}

// Whatever is wrong with the account or the way to it, the tags are there once it
// is mended.
func TestTagSetOutlivesFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"key refused":   {Status: http.StatusUnauthorized},
		"account full":  {Method: "POST", Path: "/api/tags", Status: http.StatusUnprocessableEntity},
		"rate limited":  {Status: http.StatusTooManyRequests, RetryAfter: 30},
		"down":          {Status: http.StatusBadGateway},
		"cut off":       {Cut: simulator.CutAfter},
		"now and then":  {Share: 0.5, Status: http.StatusBadGateway},
		"cut sometimes": {Share: 0.5, Cut: simulator.CutAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				john := w.addIB(1)
				w.must(w.sim.SetFaults(fault))
				w.askForTags(john)
				e := w.start(&life{})
				w.drainFor(e, time.Hour)
				w.must(w.sim.SetFaults())
				w.drain(e)
				w.wantSets(john)
			})
		})
	}
}

// What fails for longer than it is tried becomes a dead letter, which is loud, and
// comes to life again.
func TestTagSetThatFailsTooOften(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		w.must(w.sim.SetFaults(simulator.Fault{Status: http.StatusBadGateway}))
		w.askForTags(john)
		w.drain(w.start(&life{}))
		lines := w.lines()
		if last := lines[len(lines)-1]; last["outcome"] != "failed" || last["level"] != "ERROR" || w.tagsMade(john) != "" {
			t.Errorf("last line %v, made %q", last, w.tagsMade(john))
		}
		messages, err := w.queue.buried.Receive(t.Context(), 10, 0)
		if err != nil || len(messages) != 1 {
			t.Fatalf("%d dead letters, %v", len(messages), err)
		}
		w.must(w.sim.SetFaults())
		if want := `{"userId":"` + john.id.String() + `"}`; messages[0].Body != want {
			t.Errorf("the dead letter is %s", messages[0].Body)
		}
		w.askForTags(john)
		w.drain(w.start(&life{}))
		w.wantSets(john)
	})
}

// A lead that comes while its IB's tags are being made, and both in two
// environments at once, make each tag once.
func TestTagSetAndLeadAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		var leads []name
		for i := range 4 {
			leads = append(leads, w.capture(john, lead.Submission{
				Email: fmt.Sprintf("jane%d@acme.test", i), Name: "Jane", MonthlyLeads: lead.HighVolume,
			}))
			w.askForTags(john)
		}
		var running sync.WaitGroup
		for range 2 {
			e := w.start(&life{})
			running.Go(func() { w.drain(e) })
		}
		running.Wait()
		w.wantSets(john)
		for _, n := range leads {
			w.wantSynced(n, []string{john.prefix + "demo-request", john.prefix + "high-volume"})
		}
	})
}

func TestTagSetOfNobody(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		nobody, err := tenant.Stored(johnID)
		w.must(err)
		w.publish(name{owner: nobody})
		w.drain(w.start(&life{}))
		if calls := w.wire.take(); len(calls) > 0 || w.lines()[0]["outcome"] != "gone" {
			t.Errorf("calls %v, log %v", calls, w.lines())
		}
	})
}

// While the tables cannot be reached nothing is lost.
func TestTagSetWhileTheTablesAreDown(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"GetItem", "PutItem", "UpdateItem"} {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			john := w.addIB(1)
			w.askForTags(john)
			w.broken = func(called, _ string) bool { return called == operation }
			e := w.start(&life{})
			w.poll(e, 1, 0)
			w.broken = nil
			w.drain(e)
			w.wantSets(john)
			if first := w.lines()[0]; first["outcome"] != "retried" {
				t.Errorf("%s: log %v", operation, first)
			}
		})
	}
}
