package tagsync

import (
	"errors"
	"log/slog"
	"time"

	"clientflow/internal/metric"
	"clientflow/internal/systeme"
)

// metrics are the numbers of a delivery's log line. What was put off for the account or
// for its turn is no failure: it was not tried. Nor is what comes again after its last
// try, which was counted. Of what was put off there is how long it has waited by now, since
// its first message was sent; a wait of 0 is not known. What has nothing to do but to look
// again at its time waits for nobody.
func (e end) metrics(waited time.Duration) []slog.Attr {
	var numbers []slog.Attr
	switch {
	case errors.Is(e.err, errInterrupted):
	case e.outcome == refused, e.outcome == failed:
		numbers = append(numbers, metric.Count(metric.PermanentFailures, 1))
	case e.outcome == retried:
		numbers = append(numbers, metric.Count(metric.TemporaryFailures, 1))
	}
	_, early := errors.AsType[*tooEarly](e.err)
	if waited > 0 && !early && (e.outcome == postponed || e.outcome == throttled) {
		numbers = append(numbers, metric.Duration(metric.PutOffAge, waited))
	}
	if e.latency > 0 {
		numbers = append(numbers, metric.Duration(metric.SyncLatency, e.latency))
	}
	if systeme.TooMany(e.err) {
		numbers = append(numbers, metric.Count(metric.RateLimited, 1))
	}
	return numbers
}
