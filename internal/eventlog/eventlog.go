// Package eventlog writes one JSON line for each event that a function handles.
//
// A line carries the request id, the tenant id and the outcome. No email, name,
// phone, token or code may reach it: callers pass identifiers and error texts
// alone, and what looks like an address in an error text is cut out here.
package eventlog

import (
	"io"
	"log/slog"
	"regexp"
)

// personal finds addresses, JSON web tokens, and telephone numbers written with
// a plus sign, in texts of errors that other services worded.
var personal = regexp.MustCompile(`[^\s"'<>(),;:]+@[^\s"'<>(),;:]+|eyJ[\w-]+\.[\w.-]+|\+\d[\d ().-]{5,}\d`)

// New returns the logger of one function, which writes to w.
func New(w io.Writer, function string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, nil)).With("function", function)
}

// Error returns the attribute "error" with err's text, without what looks like
// personal data in it.
func Error(err error) slog.Attr {
	return slog.String("error", personal.ReplaceAllString(err.Error(), "[removed]"))
}
