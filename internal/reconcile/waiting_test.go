package reconcile

import (
	"net/http"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
)

// wantPutBackInTime lets time go, and fails unless what waits is put back each time that it
// has waited for so long again, and what is done never. Two wait.
func (w *world) wantPutBackInTime(t *testing.T, tooLong time.Duration, waiting func() [2]int, done func() int) {
	t.Helper()
	want := func(what string, times int) {
		t.Helper()
		if got, never := waiting(), done(); got != [2]int{times, times} || never != 0 {
			t.Errorf("%s: put back %v times, and %d times what is done, want %d and 0", what, got, never, times)
		}
	}
	w.clock = w.clock.Add(tooLong - time.Minute)
	w.mustRun()
	want("not long enough", 0)
	w.clock = w.clock.Add(2 * time.Minute)
	w.log.Reset()
	w.mustRun()
	want("too long", 1)
	if lines := w.lines(); lines[0]["Requeued"] != 2.0 {
		t.Errorf("log %v", lines)
	}
	w.mustRun()
	w.clock = w.clock.Add(tooLong - time.Minute)
	w.mustRun()
	want("put back already", 1)
	w.clock = w.clock.Add(2 * time.Minute)
	w.mustRun()
	want("too long again", 2)
}

func TestLeadsThatWaitTooLongArePutBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john, sarah := w.addIB(1), w.addIB(2)
	johns, sarahs, synced := w.capture(john, "a@acme.test"), w.capture(sarah, "b@acme.test"), w.capture(john, "c@acme.test")
	w.must(john.leads.RecordSynced(t.Context(), synced, w.now()))
	w.wantPutBackInTime(t, tooLong,
		func() [2]int { return [2]int{w.requests(john, johns), w.requests(sarah, sarahs)} },
		func() int { return w.requests(john, synced) })
}

// An erasure whose message was lost is put back too, until it is done.
func TestErasuresThatWaitTooLongArePutBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	waits, failed, done := w.capture(john, "a@acme.test"), w.capture(john, "b@acme.test"), w.capture(john, "c@acme.test")
	for _, id := range []string{waits, failed, done} {
		w.must(john.leads.Erase(t.Context(), id))
	}
	noted := func(ok bool, err error) {
		t.Helper()
		if w.must(err); !ok {
			t.Fatal("not noted")
		}
	}
	noted(john.leads.RecordErasureFailed(t.Context(), failed, "A reason."))
	e, _, err := john.leads.Unfinished(t.Context(), done)
	w.must(err)
	noted(john.leads.FinishErasure(t.Context(), e))
	w.wantPutBackInTime(t, silent,
		func() [2]int { return [2]int{w.asked(john, waits), w.asked(john, failed)} },
		func() int { return w.asked(john, done) })

	// A message that says it is there is no second one's reason.
	for range 3 {
		w.clock = w.clock.Add(silent - time.Minute)
		noted(john.leads.RecordErasureFailed(t.Context(), failed, "A reason."))
		w.mustRun()
	}
	if a, b := w.asked(john, waits), w.asked(john, failed); a <= 2 || b != 2 {
		t.Errorf("put back %d and %d times", a, b)
	}
}

// While no lead can be synced, none is put into the queue a second time.
func TestNothingIsPutBackWhileTheAccountIsAtFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"key refused":            {Status: http.StatusUnauthorized},
		"down":                   {Status: http.StatusBadGateway},
		"field cannot be made":   {Method: http.MethodPost, Path: "/api/contact_fields", Status: http.StatusUnprocessableEntity},
		"webhook cannot be made": {Method: http.MethodPost, Path: "/api/webhooks", Status: http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Options{})
			john := w.addIB(1)
			id := w.capture(john, "a@acme.test")
			w.clock = w.clock.Add(2 * tooLong)
			w.must(w.sim.SetFaults(fault))
			w.mustRun()
			times := 0
			if fault.Path == "/api/webhooks" { // which leads do not need
				times = 1
			}
			if got := w.requests(john, id); got != times {
				t.Errorf("put back %d times, want %d", got, times)
			}
			w.must(w.sim.SetFaults())
			w.mustRun()
			if got := w.requests(john, id); got != 1 {
				t.Errorf("put back %d times once it was mended", got)
			}
		})
	}
}

func TestTagsThatWereNotMadeAreAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	w.clock = time.Now()
	made, waits := w.addIB(1), w.addNewIB(2)
	requested := func(b ib) string {
		t.Helper()
		record, err := w.users().Get(t.Context(), b.id)
		w.must(err)
		return string(record.TagsRequested)
	}
	before := requested(made)
	first := requested(waits)
	w.mustRun()
	if got := requested(waits); got != first {
		t.Errorf("asked for again at once, at %s", got)
	}
	w.clock = w.clock.Add(tooLong + time.Minute)
	w.mustRun()
	second := requested(waits)
	if second <= first || requested(made) != before {
		t.Errorf("asked for at %s, then %s; of tags that are made at %s, then %s", first, second, before, requested(made))
	}
	w.mustRun()
	if got := requested(waits); got != second {
		t.Errorf("asked for a third time at %s", got)
	}
}
