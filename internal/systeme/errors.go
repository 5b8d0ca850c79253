package systeme

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Kind is the class of a failure. It is an error itself, so that
// errors.Is(err, systeme.Duplicate) asks for it.
type Kind string

const (
	// Temporary is a 5xx, a broken connection, a time-out or an answer that cannot
	// be understood: to be tried again. The work may have been done.
	Temporary Kind = "temporary failure"
	// RateLimited is a 429, or the limiter's own refusal; Error.RetryAfter, at least
	// a second, says how long to stay away.
	RateLimited Kind = "rate limited"
	// Unpaced is a failure of the limiter: nobody knows when the call may be made, so
	// it was not.
	Unpaced Kind = "pace unknown"
	// Unauthorized is a 401: the key is missing, wrong or expired.
	Unauthorized Kind = "unauthorized"
	// Forbidden is a 402 or 403: the account or the network refuses us.
	Forbidden Kind = "forbidden"
	// UnknownField is a 422 about the slug of a contact field: the account lacks a
	// field that ClientFlow needs.
	UnknownField Kind = "unknown contact field"
	// Duplicate is a 409, or a 422 because the value is already used.
	Duplicate Kind = "already used"
	// UnknownTag is a 422 because no tag has the id.
	UnknownTag Kind = "unknown tag"
	// NotFound is a 404 on what the call named, or a look-up without a result.
	NotFound Kind = "not found"
	// Invalid is a 400 or any other 422: what was sent is refused for good, for the
	// reasons in Error.Violations.
	Invalid Kind = "invalid"
)

// Error returns the kind in words.
func (k Kind) Error() string { return string(k) }

// Error is every failure of a call. Its text names no value that was sent or came
// back, so it may be logged; Violations may hold such values, and may not.
type Error struct {
	Kind Kind
	// Call is what was being done, such as "create contact".
	Call string
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// RetryAfter is how long Systeme.io asks to stay away; 0 when it does not.
	RetryAfter time.Duration
	// Violations are the reasons of a 422, for the person whose data it was.
	Violations []Violation
	cause      error
}

// Violation is one reason of a 422.
type Violation struct {
	// Field is what the reason is about: "email", a contact field's slug, or the
	// path that Systeme.io gave.
	Field string
	// Message is Systeme.io's text, possibly in the account's language, cut to 200
	// characters.
	Message string
}

// Error says what was done, what went wrong and which fields were at fault.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("systeme: ")
	if e.Call != "" {
		text.WriteString(e.Call + ": ")
	}
	text.WriteString(string(e.Kind))
	if e.Status != 0 {
		fmt.Fprintf(&text, " (%d)", e.Status)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&text, ", retry after %s", e.RetryAfter)
	}
	for _, v := range e.Violations {
		text.WriteString(", " + safeField(v.Field))
	}
	if e.cause != nil {
		text.WriteString(": " + e.cause.Error())
	}
	return text.String()
}

// Is tells whether the target is the error's kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// Unwrap returns what caused the failure below HTTP, if anything did.
func (e *Error) Unwrap() error { return e.cause }

// AccountFault tells whether the failure is the whole account's, and so nobody's
// lead is to blame: the key, the account, or a contact field that is missing.
func AccountFault(err error) bool {
	return errors.Is(err, Unauthorized) || errors.Is(err, Forbidden) || errors.Is(err, UnknownField)
}

// TooMany tells whether the failure is Systeme.io's answer 429, and not the limiter's
// refusal to ask.
func TooMany(err error) bool {
	e, is := errors.AsType[*Error](err)
	return is && e.Status == http.StatusTooManyRequests
}

// RetryAfter returns how long Systeme.io, or the limiter, asks to stay away; 0 when
// it does not.
func RetryAfter(err error) time.Duration {
	if e, is := errors.AsType[*Error](err); is {
		return e.RetryAfter
	}
	return 0
}

// Violations returns the reasons of a 422; nil of any other failure.
func Violations(err error) []Violation {
	if e, is := errors.AsType[*Error](err); is {
		return e.Violations
	}
	return nil
}

// unsent is the error of a call that the limiter did not let out.
func (r request) unsent(err error) error {
	if e, is := errors.AsType[*Error](err); is {
		held := *e
		held.Call = r.name
		return &held
	}
	kind := Unpaced
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		kind = Temporary
	}
	return &Error{Kind: kind, Call: r.name, cause: err}
}

// failed is the error of a call without an answer. A *url.Error is opened, since
// its text holds the query and with it the lead's address.
func (r request) failed(err error) error {
	if wrapped, is := errors.AsType[*url.Error](err); is {
		err = wrapped.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = context.DeadlineExceeded
	}
	return &Error{Kind: Temporary, Call: r.name, cause: err}
}

// keyless is the error of a call whose key was refused, and could not be read again.
func (r request) keyless(refusal, err error) error {
	status := 0
	if e, is := errors.AsType[*Error](refusal); is {
		status = e.Status
	}
	return &Error{Kind: Unauthorized, Call: r.name, Status: status, cause: err}
}

// safeField keeps of a property path what can be a path, since it goes into logs.
func safeField(path string) string {
	const longest = 64
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]", r) {
			return r
		}
		return -1
	}, path)
	return safe[:min(len(safe), longest)]
}
