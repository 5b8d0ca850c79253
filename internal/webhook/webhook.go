// Package webhook brings back what workflows did in Systeme.io: it takes the
// deliveries that tell of a contact's tags, and changes the status and the tags of
// the lead that each is about.
//
// # What is believed
//
// Only the body of a delivery is signed. The name of the event, its time and the
// message's id are headers that whoever has caught a delivery can set as they like,
// and a caught body stays valid for ever. The body itself has no time in it, and a
// tag that is put on, taken off and put on again may give the same body twice. So a
// delivery proves one thing: this contact carried this tag at some time.
//
// # Whose it is
//
// The tag's prefix tells the tenant, by look-up, and the tenant and the address tell
// the lead. A body carries the tags and fields of every IB that shares the contact;
// all but the one tag, the address and the contact's id is dropped unread.
//
// # What counts
//
// The names that workflows set, which are the statuses but "new", and no other.
// ClientFlow's own tags come back as echoes and change nothing.
//
// A status follows a tag once in a lead's life: when the tag is first told to have
// been put on. From then on the lead remembers it, and no delivery about that tag
// moves the status again, whatever its headers say. So no replay does anything to a
// status, neither one that a workflow has passed nor one that the IB has set since.
// What is told for the first time goes forward only:
//
//   - engaged and vip-prospect are steps up from new. Neither takes a lead down a
//     step, or back from an outcome.
//   - converted, inactive, re-engaged and churned are outcomes. They take the place
//     of a step, and of one another, since a customer may go quiet and a quiet lead
//     may buy: the one that happened last stands, by the time in the header. That the
//     header is not signed does no harm, since each outcome is weighed once.
//
// In whatever order the events of a lead arrive, the same status comes out. Times are
// in whole seconds; of two outcomes in one second, the later to arrive stands.
//
// The tags that a lead shows follow the time in the header too: an event that is
// older than the last one about the same tag is left out. A removal takes the tag
// from the lead's list, and leaves its status as it is.
//
// # What this cannot do
//
//   - A tag that is taken off and put on again moves the status only the first time:
//     an honest second time looks like a replay. The IB can set the status itself.
//   - A replay with a new time in its header can show a tag of the lead's that is off
//     by now, or hide one that is on. It is one that the contact has carried, and
//     nothing follows from what is shown.
//   - A lead that was erased and comes again has seen nothing yet. Nor has one that
//     was captured after its contact had the tag. A caught body counts for it once.
//   - An event that first arrives after the IB has set the status counts, although it
//     may have happened before.
package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"clientflow/internal/httpapi"
	"clientflow/internal/metric"
	"clientflow/internal/problem"
	"clientflow/internal/signing"
	"clientflow/internal/systeme"
)

// Secret is what Systeme.io signs deliveries with, which may be changed while ClientFlow
// runs. It is a text that package signing reads: meanwhile there are two.
type Secret interface {
	// Value returns the text that is known; "" when none is.
	Value() string
	// Renew returns the text that has taken the place of one by which a signature was
	// refused, or the same one when none has.
	Renew(ctx context.Context, refused string) (string, error)
}

// Routes returns the route that Systeme.io delivers to. Without a secret every
// delivery is refused. Answers are 401 for a bad signature alone, and 204 for
// everything that Systeme.io could not mend by sending it again: it switches off
// webhooks that fail too often.
func Routes(secret Secret, recorder Recorder, log *slog.Logger) httpapi.Routes {
	return httpapi.Routes{"POST /webhooks/systeme": endpoint{secret, recorder, log}.take}
}

type endpoint struct {
	secret   Secret
	recorder Recorder
	log      *slog.Logger
}

func (e endpoint) take(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	body, decoded := signedBytes(r)
	signature := r.Header(systeme.SignatureHeader)
	valid, err := e.verify(ctx, body, signature)
	if err != nil {
		return httpapi.Response{}, err
	}
	if !valid || !decoded {
		httpapi.NoteMetric(ctx, metric.Count(metric.BadSignatures, 1))
		return httpapi.Response{}, problem.New(problem.Unauthorized, "The signature is not valid.")
	}
	event, err := systeme.ParseTagEvent(r.Header(systeme.EventHeader), body)
	switch {
	case errors.Is(err, systeme.OtherEvent):
		return httpapi.Empty(http.StatusNoContent), nil
	case err != nil:
		// Signed, and still not understood: Systeme.io has changed what it sends.
		e.log.LogAttrs(ctx, slog.LevelError, "delivery left behind", slog.String("requestId", r.Context.RequestID))
		return httpapi.Empty(http.StatusNoContent), nil
	}
	if err := e.recorder.Record(ctx, event, eventTime(r, time.Now())); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// verify tells whether a body is signed with a secret that is known, or that has come
// since.
func (e endpoint) verify(ctx context.Context, body []byte, signature string) (bool, error) {
	known := e.secret.Value()
	if signed(known, body, signature) {
		return true, nil
	}
	renewed, err := e.secret.Renew(ctx, known)
	if err != nil {
		return false, err
	}
	return renewed != known && signed(renewed, body, signature), nil
}

// signed tells whether a body is signed with one of the secrets that are accepted now.
// All are tried, so that the time tells nothing of which it was.
func signed(secrets string, body []byte, signature string) bool {
	valid := false
	for _, secret := range signing.Parse(secrets).Accepted(time.Now()) {
		if systeme.VerifySignature(secret, body, signature) {
			valid = true
		}
	}
	return valid
}
