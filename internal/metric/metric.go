// Package metric puts numbers for CloudWatch into the log lines that functions write
// anyway, in CloudWatch's embedded metric format. No call is made for them and nothing
// waits: CloudWatch takes them out of the log.
//
// It holds that a line is one JSON object with a member "_aws", and a member for each
// number. Lambda passes a line on as it is: a runtime that is a binary writes to stdout
// itself, and with LogFormat JSON what is JSON already is not wrapped. The log group
// must be of the class Standard, since only there are metrics taken out.
//
// A number has no dimension. Each combination of dimensions is a metric that is paid
// for, so one for each tenant would cost more than the leads do; the tenant's id is
// another member of the same line, by which Logs Insights sums as well:
//
//	filter Captures > 0 | stats sum(Captures) by tenantId
//
// Nothing else may be told of a person here than that id.
package metric

import (
	"log/slog"
	"time"
)

// Name is a metric's name in CloudWatch.
type Name string

// The metrics. Those of failures are one for each class, as an alarm needs each by
// itself.
const (
	// Captures counts the leads that were sent and stored, those of a known address too.
	Captures Name = "Captures"
	// SyncLatency is the time from a lead's capture until its last tag was on its
	// contact for the first time.
	SyncLatency Name = "SyncLatency"
	// PutOffAge is how long a lead that is put off, or an IB whose tags are, has waited by
	// then. SQS cannot tell: each time another message takes the place of the one before.
	PutOffAge Name = "PutOffAge"
	// RateLimited counts the answers 429 of Systeme.io.
	RateLimited Name = "RateLimited"
	// PermanentFailures counts leads that Systeme.io does not take, and those that had
	// all their tries.
	PermanentFailures Name = "PermanentFailures"
	// TemporaryFailures counts tries after which there will be another.
	TemporaryFailures Name = "TemporaryFailures"
	// AccountFaults counts what was found wrong with the Systeme.io account.
	AccountFaults Name = "AccountFaults"
	// WebhookFaults counts those of them that are about the webhook.
	WebhookFaults Name = "WebhookFaults"
	// MailFaults counts the codes that the user pool could mail to nobody.
	MailFaults Name = "MailFaults"
	// AuthFailures counts the answers 401 and 403 of functions: wrong passwords, bad
	// signatures, callers that are disabled or no admin. Tokens that the gateway refuses
	// do not come so far.
	AuthFailures Name = "AuthFailures"
	// BadSignatures counts those of them that are deliveries of the webhook.
	BadSignatures Name = "BadSignatures"
	// Resyncs counts how often an IB has asked for a lead to be synced again.
	Resyncs Name = "Resyncs"
	// Requeued counts leads that had waited too long and were put back into the queue.
	Requeued Name = "Requeued"
	// Redrives counts how often an admin has brought dead letters back.
	Redrives Name = "Redrives"
)

// Names returns every metric that functions write.
func Names() []Name {
	return []Name{Captures, SyncLatency, PutOffAge, RateLimited, PermanentFailures, TemporaryFailures, AccountFaults, WebhookFaults,
		MailFaults, AuthFailures, BadSignatures, Resyncs, Requeued, Redrives}
}

// sample is one number with its unit, as CloudWatch names it.
type sample struct {
	value float64
	unit  string
}

// LogValue is the number: without a Logger of this package a line just holds it.
func (s sample) LogValue() slog.Value { return slog.Float64Value(s.value) }

// Count returns the attribute that adds n to a metric.
func Count(name Name, n int) slog.Attr { return attr(name, sample{float64(n), "Count"}) }

// Duration returns the attribute that adds one measured time to a metric.
func Duration(name Name, d time.Duration) slog.Attr {
	return attr(name, sample{float64(d.Milliseconds()), "Milliseconds"})
}

func attr(name Name, s sample) slog.Attr { return slog.Any(string(name), s) }
