package systeme

import (
	"log/slog"
	"net/http"
	"time"
)

// Options describes an account. The zero value is a generous local one.
type Options struct {
	// Key is the API key that is accepted; "local" when empty.
	Key string
	// RateLimit requests in each RatePeriod are let through; 600 in a second when
	// zero. The real figures are not published.
	RateLimit  int
	RatePeriod time.Duration
	// NoMX lists the mail domains that the check of the address refuses; nil
	// refuses nomx.test alone.
	NoMX []string
	// Speed is how much faster than real time a workflow waits: 40,000 when zero,
	// which makes two days last 4.3 seconds.
	Speed float64
	// WorkflowDelay is how long after its trigger a workflow starts, in real time;
	// at once when zero.
	WorkflowDelay time.Duration
	// WorkflowsOff switches the workflows off.
	WorkflowsOff bool
	// DeliveryTimeout is how long a webhook's endpoint may take; 10 s when zero.
	DeliveryTimeout time.Duration
	// RetryDelay is the wait before a delivery's first repetition, each further one
	// waiting four times as long; 100 ms when zero, for the 4 s that others report.
	RetryDelay time.Duration
	// Attempts is how often a delivery is tried in all; 6 when zero.
	Attempts int
	// DisableAfter failed attempts in a row disable a subscription with
	// BAD_SUCCESS_RATE; 50 when zero, never when negative.
	DisableAfter int
	// Deliverer sends the webhooks; a client of its own when nil.
	Deliverer *http.Client
	// Logger is told of disabled subscriptions and dropped deliveries; nothing is
	// logged when nil.
	Logger *slog.Logger
	// Quirks selects the behaviours that are not known of the real service.
	Quirks Quirks
}

// Quirks are the behaviours nobody has observed for certain. The zero value is
// the likely one throughout.
type Quirks struct {
	// DoubleNesting sends {"contact":{"contact":{…}},"tag":{…}}, as the official
	// page shows, instead of the flat form seen live.
	DoubleNesting bool
	// SilentWorkflows keeps tags that a workflow adds from emitting an event.
	SilentWorkflows bool
	// NoEcho keeps tags that the API adds or removes from emitting an event.
	NoEcho bool
	// RefireReassigned makes assigning a tag already present emit the event and
	// start the workflows again.
	RefireReassigned bool
	// RefuseReassigned answers 422 when the tag is already present, instead of 204.
	RefuseReassigned bool
	// UnknownTagStatus is the answer to an assigned tag that does not exist: 422 when
	// zero, in which others agree; 404 would be as good.
	UnknownTagStatus int
	// DuplicateStatus is the answer to an email or a tag name already used: 422
	// when zero; some clients expect 409.
	DuplicateStatus int
	// DuplicateMessage is the text of that answer; "This value is already used."
	// when empty. The real one may be in the account's language.
	DuplicateMessage string
	// Reorder holds back every second event for this long, so that the next one
	// overtakes it.
	Reorder time.Duration
	// Duplicate delivers each event twice.
	Duplicate Duplicate
	// Reenable is what makes a disabled subscription work again.
	Reenable Reenable
	// Refill is the format of X-RateLimit-Refill.
	Refill Refill
	// HideRemaining leaves X-RateLimit-Remaining out.
	HideRemaining bool
}

// Duplicate says whether an event is delivered a second time.
type Duplicate string

// The second delivery carries the first one's message id, or one of its own.
const (
	DuplicateNever      Duplicate = ""
	DuplicateSameID     Duplicate = "same-id"
	DuplicateDistinctID Duplicate = "distinct-id"
)

// Reenable says which PATCH of a webhook re-enables its subscriptions.
type Reenable string

// Either active:true or naming the subscriptions again re-enables, or only one of
// the two does.
const (
	ReenableEither          Reenable = ""
	ReenableByActive        Reenable = "active"
	ReenableBySubscriptions Reenable = "subscriptions"
)

// Refill is a format of X-RateLimit-Refill.
type Refill string

// Seconds to wait, a Unix time in seconds, or an HTTP date.
const (
	RefillSeconds Refill = ""
	RefillUnix    Refill = "unix"
	RefillDate    Refill = "date"
)

func (o Options) withDefaults() Options {
	orDefault(&o.Key, "local")
	orDefault(&o.RateLimit, 600)
	orDefault(&o.RatePeriod, time.Second)
	orDefault(&o.Speed, 40_000)
	orDefault(&o.DeliveryTimeout, 10*time.Second)
	orDefault(&o.RetryDelay, 100*time.Millisecond)
	orDefault(&o.Attempts, 6)
	orDefault(&o.DisableAfter, 50)
	orDefault(&o.Quirks.UnknownTagStatus, http.StatusUnprocessableEntity)
	orDefault(&o.Quirks.DuplicateStatus, http.StatusUnprocessableEntity)
	orDefault(&o.Quirks.DuplicateMessage, "This value is already used.")
	if o.NoMX == nil {
		o.NoMX = []string{"nomx.test"}
	}
	if o.Deliverer == nil {
		o.Deliverer = newDeliverer()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func orDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}
