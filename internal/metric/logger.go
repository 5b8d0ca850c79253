package metric

import (
	"context"
	"log/slog"
)

// Logger returns a logger that writes what log does, and into each line that has
// numbers of this package what CloudWatch needs to find them. Without a namespace it
// is log itself. A line whose attributes are in a group gets none.
func Logger(log *slog.Logger, namespace string) *slog.Logger {
	if namespace == "" {
		return log
	}
	return slog.New(handler{log.Handler(), namespace})
}

type handler struct {
	slog.Handler
	namespace string
}

// metadata is the member "_aws" of a line.
type metadata struct {
	Timestamp         int64 // in milliseconds
	CloudWatchMetrics [1]directive
}

type directive struct {
	Namespace  string
	Dimensions [1][0]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

// Handle writes the line.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	var found []definition
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindLogValuer {
			if s, is := a.Value.LogValuer().(sample); is {
				found = append(found, definition{a.Key, s.unit})
			}
		}
		return true
	})
	if len(found) > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Any("_aws", metadata{
			Timestamp:         r.Time.UnixMilli(),
			CloudWatchMetrics: [1]directive{{Namespace: h.namespace, Metrics: found}},
		}))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a handler whose lines have these attributes too.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.namespace}
}

// WithGroup returns a handler without metrics.
func (h handler) WithGroup(name string) slog.Handler { return h.Handler.WithGroup(name) }
