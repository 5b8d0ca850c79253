package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"clientflow/internal/eventlog"
	"clientflow/internal/metric"
	"clientflow/internal/origin"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

// Handler answers one request. An error that is not a Problem is logged and
// answered as an internal one. A handler that tells of an error in its own way
// returns that answer, a 4xx or 5xx, beside it.
type Handler func(ctx context.Context, r *Request) (Response, error)

// TenantHandler answers one request of a verified caller.
type TenantHandler func(ctx context.Context, r *Request, caller tenant.Caller) (Response, error)

// Routes are a function's handlers by route key, such as "GET /leads/{leadId}",
// as the template names them.
type Routes map[string]Handler

var errNoRoute = problem.New(problem.NotFound, "No such route.")

// ForTenant gives a handler the caller that the request's claims prove; without
// one the answer is 401 and the handler is not called.
func ForTenant(verifier tenant.Verifier, handle TenantHandler) Handler {
	return func(ctx context.Context, r *Request) (Response, error) {
		caller, err := verifier.Verify(r.Context.Authorizer.JWT.Claims)
		if err != nil {
			return Response{}, problem.New(problem.Unauthorized, "Please sign in.")
		}
		NoteTenant(ctx, caller.Tenant)
		return handle(origin.As(ctx, origin.IB), r, caller)
	}
}

// Serve returns the function's Lambda handler: it routes each event, answers
// errors as problem documents, names the request in x-request-id and writes one
// log line.
func (routes Routes) Serve(log *slog.Logger) func(context.Context, *Request) (Response, error) {
	return func(ctx context.Context, r *Request) (Response, error) {
		started := time.Now()
		ctx, noted := noting(ctx)
		ctx = origin.With(ctx, origin.Origin{Actor: origin.Visitor, RequestID: r.Context.RequestID})
		response, err := routes.answer(ctx, r)
		if err != nil && response.Status < http.StatusBadRequest {
			response = Problem(err)
		}
		response.Headers["x-request-id"] = r.Context.RequestID
		level, attrs := outcome(response.Status, err)
		if noted.failure != nil && level < slog.LevelWarn {
			level, attrs = slog.LevelWarn, append(attrs, eventlog.Error(noted.failure))
		}
		attrs = append(attrs, slog.String("requestId", r.Context.RequestID), slog.String("route", r.RouteKey),
			slog.Int("status", response.Status), slog.String("tenantId", noted.tenant.String()),
			slog.Float64("durationMs", float64(time.Since(started).Microseconds())/1000))
		log.LogAttrs(ctx, level, "event", append(attrs, noted.metrics...)...)
		return response, nil
	}
}

// answer calls the route's handler and turns a panic into an error, so that one
// request's defect is answered, logged, and no other request's loss.
func (routes Routes) answer(ctx context.Context, r *Request) (response Response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	handle, ok := routes[r.RouteKey]
	if !ok {
		return Response{}, errNoRoute
	}
	return handle(ctx, r)
}

// outcome names how an event ended: "ok", "refused" for a 4xx, "failed" with
// the error for what is ours to mend.
func outcome(status int, err error) (slog.Level, []slog.Attr) {
	switch {
	case status >= 500 && err != nil:
		return slog.LevelError, []slog.Attr{slog.String("outcome", "failed"), eventlog.Error(err)}
	case status >= 500:
		return slog.LevelError, []slog.Attr{slog.String("outcome", "failed")}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return slog.LevelInfo, []slog.Attr{slog.String("outcome", "refused"), metric.Count(metric.AuthFailures, 1)}
	case status >= 400:
		return slog.LevelInfo, []slog.Attr{slog.String("outcome", "refused")}
	}
	return slog.LevelInfo, []slog.Attr{slog.String("outcome", "ok")}
}

type notesKey struct{}

type notes struct {
	tenant  tenant.ID
	failure error
	metrics []slog.Attr
}

func noting(ctx context.Context) (context.Context, *notes) {
	n := &notes{}
	return context.WithValue(ctx, notesKey{}, n), n
}

// NoteTenant names the tenant of the event in its log line.
func NoteTenant(ctx context.Context, id tenant.ID) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.tenant = id
	}
}

// NoteMetric adds a number, as package metric makes it, to the event's log line.
func NoteMetric(ctx context.Context, number slog.Attr) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.metrics = append(n.metrics, number)
	}
}

// NoteFailure writes into the event's log line that something failed which the
// answer does not depend on, and which will be made up for.
func NoteFailure(ctx context.Context, err error) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.failure = err
	}
}
