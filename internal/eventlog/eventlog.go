// Package eventlog writes one JSON line for each event that a function handles.
//
// A line carries the request id, the tenant id and the outcome. No email, name,
// phone, token or code may reach it: callers pass identifiers and error texts
// alone, and what looks like an address in an error text is cut out here.
//
// A line that is written with an invocation's context names the trace of X-Ray that it is
// of. The console shows a trace with the lines that hold its id.
package eventlog

import (
	"context"
	"io"
	"log/slog"
	"regexp"

	"clientflow/internal/trace"
)

// personal finds addresses, JSON web tokens, and telephone numbers written with
// a plus sign, in texts of errors that other services worded.
var personal = regexp.MustCompile(`[^\s"'<>(),;:]+@[^\s"'<>(),;:]+|eyJ[\w-]+\.[\w.-]+|\+\d[\d ().-]{5,}\d`)

// New returns the logger of one function, which writes to w.
func New(w io.Writer, function string) *slog.Logger {
	return slog.New(traced{slog.NewJSONHandler(w, nil)}).With("function", function)
}

// traceID is the member of a line that names its trace, called as AWS's own loggers for
// Lambda call it.
const traceID = "xray_trace_id"

// traced adds to each line the trace in which it is written.
type traced struct{ slog.Handler }

// Handle writes the line.
func (h traced) Handle(ctx context.Context, r slog.Record) error {
	if id := trace.Of(ctx).ID(); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String(traceID, id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a handler whose lines have these attributes too.
func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(attrs)} }

// WithGroup returns a handler without traces, as they would be in the group.
func (h traced) WithGroup(name string) slog.Handler { return h.Handler.WithGroup(name) }

// Error returns the attribute "error" with err's text, without what looks like
// personal data in it.
func Error(err error) slog.Attr {
	return slog.String("error", personal.ReplaceAllString(err.Error(), "[removed]"))
}
