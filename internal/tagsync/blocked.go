package tagsync

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"

	"clientflow/internal/systeme"
)

// The network before Systeme.io may answer a single request with 403, for the words in
// it that a visitor typed. That must neither pass for a fault of the account, which
// stops every IB's sync, nor keep its lead waiting, and calling, for ever.
const (
	// blockedTries are the tries of a lead whose barest request is refused so.
	blockedTries = 3
	// blockedDelay is the time between them.
	blockedDelay = maxDelay
)

// unblocked returns the fields less all that a visitor typed, after a 403 while the
// account is not refused. When nothing is left but the address, the lead is blocked.
func (j *job) unblocked(ctx context.Context, fields []systeme.Field, cause error) ([]systeme.Field, error) {
	if err := j.answered(ctx); err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(fields), optional)
	if len(left) == len(fields) {
		return nil, j.blocked(ctx, cause)
	}
	return left, nil
}

// plain is an address with nothing in it that a network could take for an attack.
var plain = regexp.MustCompile(`^[a-z0-9._+-]+@[a-z0-9.-]+$`)

// blocked returns what becomes of a lead whose address is answered with 403: it waits,
// until it has had its tries and is refused. A 402 is of no network, and so no lead's; nor
// is a 403 to an address as most are, by which an account may refuse all that is new.
func (j *job) blocked(ctx context.Context, cause error) error {
	if err := j.answered(ctx); err != nil {
		return err
	}
	e, is := errors.AsType[*systeme.Error](cause)
	if is && e.Status == http.StatusPaymentRequired || plain.MatchString(j.lead.Email) {
		return &narrowFault{cause}
	}
	times, err := j.owned.RecordBlocked(ctx, j.lead.ID)
	switch {
	case err != nil:
		return err
	case times < blockedTries:
		return errors.Join(cause, &tooEarly{blockedDelay})
	}
	return &refusal{cause}
}

// answered returns nil when the account takes contacts, just not this one. It asks once
// in a try.
func (j *job) answered(ctx context.Context) error {
	if j.accountAnswers {
		return nil
	}
	err := j.contacts.TakesContacts(ctx)
	j.accountAnswers = err == nil
	return err
}

// blocked tells a look for an address that is refused for the words in it from an
// account that is refused. Nobody can change an address that was erased, so the look
// comes again until the network lets it through, but seldom.
func (e *eraser) blocked(ctx context.Context) error {
	if _, err := e.contacts.ContactFields(ctx); err != nil {
		return err
	}
	return &systeme.Error{Kind: systeme.Temporary, Call: "find contact", Status: http.StatusForbidden, RetryAfter: longestRetry}
}
