package tagsync

import (
	"errors"
	"maps"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/metric"
)

// counted sums the numbers of the log by metric. Of times, which depend on the pace, it
// counts how often they were measured.
func (w *world) counted() map[metric.Name]float64 {
	w.tb.Helper()
	sums := map[metric.Name]float64{}
	for _, line := range w.lines() {
		for _, name := range metric.Names() {
			n, found := line[string(name)].(float64)
			switch {
			case found && (name == metric.SyncLatency || name == metric.PutOffAge):
				sums[name]++
			case found:
				sums[name] += n
			}
		}
	}
	return sums
}

func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	unauthorized := simulator.Fault{Status: 401, Count: 1}
	tests := map[string]struct {
		fault simulator.Fault
		email string
		want  map[metric.Name]float64
	}{
		"a sync":                   {simulator.Fault{Count: 1}, "", map[metric.Name]float64{metric.SyncLatency: 1}},
		"a lead that is not taken": {simulator.Fault{Count: 1}, "jane@nomx.test", map[metric.Name]float64{metric.PermanentFailures: 1}},
		"a moment's outage":        {simulator.Fault{Status: 503, Count: 2}, "", map[metric.Name]float64{metric.TemporaryFailures: 2, metric.SyncLatency: 1}},
		"an outage that lasts":     {simulator.Fault{Status: 503}, "", map[metric.Name]float64{metric.TemporaryFailures: maxReceives - 1, metric.PermanentFailures: 1}},
		"an answer 429":            {simulator.Fault{Status: 429, RetryAfter: 30, Count: 1}, "", map[metric.Name]float64{metric.RateLimited: 1, metric.SyncLatency: 1}},
		"a key that was not taken": {unauthorized, "", map[metric.Name]float64{metric.AccountFaults: 1, metric.SyncLatency: 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				s := jane()
				if tt.email != "" {
					s.Email = tt.email
				}
				w.capture(w.addIB(1), s)
				w.must(w.sim.SetFaults(tt.fault))
				w.drain(w.start(&life{}))
				if got := w.counted(); !maps.Equal(got, tt.want) {
					t.Errorf("counted %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// What looks again at its time, as an erasure does, waits for nobody.
func TestWhatIsEarlyIsNotPutOff(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]int{errTurnOver: 1, &tooEarly{time.Minute}: 0, errors.Join(errTurnOver, &tooEarly{time.Minute}): 0} {
		if got := (end{outcome: postponed, err: cause}).metrics(time.Hour); len(got) != want {
			t.Errorf("%v: %v", cause, got)
		}
	}
}

// The time that a lead takes is measured from its capture, its waits included, and
// only once.
func TestTheLatencyOfALead(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		n := w.capture(john, jane())
		time.Sleep(time.Hour)
		e := w.start(&life{})
		w.drain(e)
		took, _ := w.lines()[0][string(metric.SyncLatency)].(float64)
		if hour := float64(time.Hour.Milliseconds()); took < hour || took > hour+1000 {
			t.Errorf("took %v ms, want an hour", took)
		}
		w.must(w.leadsOf(john).RecordFailed(t.Context(), n.leadID, "again"))
		w.publish(n)
		w.drain(e)
		if got := w.counted()[metric.SyncLatency]; got != 1 {
			t.Errorf("measured %v times", got)
		}
	})
}

// A message's copies are young in SQS's eyes, however long its lead waits.
func TestTheAgeOfWhatIsPutOff(t *testing.T) {
	t.Parallel()
	const stall = 8 * time.Hour
	for name, fault := range map[string]simulator.Fault{
		"answers 429 each minute": {Status: 429, RetryAfter: 60},
		"answers 429 each hour":   {Status: 429, RetryAfter: 3600},
		"a key that is refused":   {Status: 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				w.capture(w.addIB(1), jane())
				w.must(w.sim.SetFaults(fault))
				e := w.start(&life{})
				w.paced(e, 1)
				began := time.Now()
				w.drainFor(e, stall)
				var oldest, last time.Duration
				for _, line := range w.lines() {
					if ms, is := line[string(metric.PutOffAge)].(float64); is {
						last = time.Duration(ms) * time.Millisecond
						oldest = max(oldest, last)
					}
				}
				if took := time.Since(began); oldest < stall-2*time.Hour || oldest > took || last != oldest || w.queue.dead() > 0 {
					t.Errorf("after %v the oldest is %v, the last one %v, with %d dead letters", took, oldest, last, w.queue.dead())
				}
				w.must(w.sim.SetFaults())
				w.drain(e)
				w.must(w.sim.SetFaults(fault))
				w.capture(w.addIB(2), jane())
				w.drainFor(e, 10*time.Minute)
				if all := w.lines(); all[len(all)-1][string(metric.PutOffAge)].(float64) > float64((11 * time.Minute).Milliseconds()) {
					t.Errorf("another lead begins with an age: %v", all[len(all)-1])
				}
			})
		})
	}
}
