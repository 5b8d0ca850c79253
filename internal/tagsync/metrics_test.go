package tagsync

import (
	"maps"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/metric"
)

// counted sums the numbers of the log by metric. Of SyncLatency, which depends on the
// pace, it counts how often it was measured.
func (w *world) counted() map[metric.Name]float64 {
	w.tb.Helper()
	sums := map[metric.Name]float64{}
	for _, line := range w.lines() {
		for _, name := range metric.Names() {
			n, found := line[string(name)].(float64)
			switch {
			case found && name == metric.SyncLatency:
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
