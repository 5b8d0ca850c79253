package tagsync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/trace"
)

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
		for _, wait := range slices.Concat(w.queue.sends, w.queue.hides) {
			if wait < 29*time.Second || wait > 40*time.Second {
				t.Errorf("away for %v, want some 30 s", wait)
			}
		}
		if len(w.queue.hides) != 1 {
			t.Errorf("hidden for %v, want the one that was answered 429, and no receives of the others used up", w.queue.hides)
		}
	})
}

// However often Systeme.io answers 429, a lead has all its tries for what else may fail.
func TestRateLimitedForLong(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		const answers = 2*maxReceives + 1
		w.must(w.sim.SetFaults(
			simulator.Fault{Status: 429, RetryAfter: 30, Count: answers},
			simulator.Fault{Status: 502, Count: 1},
		))
		john := w.addIB(1)
		n := w.capture(john, jane())
		w.drain(w.start(&life{}))
		w.wantSynced(n, tagsOf(john))
		hides := w.queue.hides
		if len(hides)+len(w.queue.sends) != answers+1 || w.queue.dead() > 0 {
			t.Errorf("hidden for %v, put off for %v, %d dead letters", hides, w.queue.sends, w.queue.dead())
		}
		if failed := hides[len(hides)-1]; failed > time.Minute {
			t.Errorf("after one failure it waits for %v", failed)
		}
	})
}

// However often a lead is put off, its log lines name the request and the trace that it goes
// back to.
func TestWhatIsPutOffKeepsItsTrace(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		text, err := w.capture(w.addIB(1), jane()).message("request-0")
		w.must(err)
		w.queue.clear()
		w.sendIn(trace.Parse("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"), text)
		w.must(w.sim.SetFaults(simulator.Fault{Status: 429, RetryAfter: 30, Count: 3}))
		w.drain(w.start(&life{}))
		lines := w.lines()
		for _, line := range lines {
			if fmt.Sprint(line["requestIds"], line["traceIds"]) != "[request-0] [1-5759e988-bd862e3fe1be46a994272793]" {
				t.Errorf("log %v", line)
			}
		}
		if len(lines) != 4 || lines[3]["outcome"] != "synced" {
			t.Errorf("%d lines, the last %v", len(lines), lines[len(lines)-1])
		}
		if len(w.queue.sends) != 1 {
			t.Errorf("%d copies, want the one after the second receive", len(w.queue.sends))
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
			if len(w.sim.Contacts()) != 1 || len(w.sim.Tags()) != 3 || w.wire.reassigned() > 0 {
				t.Errorf("%s: contacts %v, tags %v, %d put on again", path, w.sim.Contacts(), w.sim.Tags(), w.wire.reassigned())
			}
		})
	}
}

// What a lost answer leaves open is looked for until it is known, by whichever message
// comes next: a copy, the same once more, or one that asks for another sync.
func TestALostAnswerIsLookedFor(t *testing.T) {
	t.Parallel()
	const tags = "/api/contacts/*/tags"
	tests := map[string][]simulator.Fault{
		"and the look is put off": {
			{Method: "POST", Path: tags, Cut: simulator.CutAfter, Count: 1}, {Path: "/api/contacts/*", Status: 429, RetryAfter: 5, Count: 3},
		},
		"and the account refused": {
			{Method: "POST", Path: tags, Cut: simulator.CutAfter, Count: 1}, {Path: "/api/contacts/*", Status: 401, Count: 3},
		},
		"and the lead failed": {
			{Method: "POST", Path: tags, Cut: simulator.CutAfter, Count: 1}, {Path: "/api/contacts/*", Status: 500, Count: maxReceives - 1},
		},
	}
	for name, faults := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				w.must(w.sim.SetFaults(faults...))
				john := w.addIB(1)
				n := w.capture(john, jane())
				e := w.start(&life{})
				w.drain(e)
				w.publish(n)
				w.drain(e)
				w.wantSynced(n, tagsOf(john))
				if again := w.wire.reassigned(); again > 0 {
					t.Errorf("%d tags were put on again: %q", again, w.wire.all())
				}
			})
		})
	}
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
	for _, status := range []int{429, 503} {
		inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
			w.must(w.sim.SetFaults(simulator.Fault{Status: status, RetryAfter: 1200, Count: 1}))
			john := w.addIB(1)
			n := w.capture(john, jane())
			e := w.start(&life{})
			w.poll(e, 1, 0)
			if len(w.queue.sends) != 0 || len(w.queue.hides) != 1 || w.queue.hides[0] < 20*time.Minute {
				t.Errorf("%d: put off for %v, hidden for %v", status, w.queue.sends, w.queue.hides)
			}
			w.drain(e)
			w.wantSynced(n, tagsOf(john))
		})
	}
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
