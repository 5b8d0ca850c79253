// Package origin says on whose behalf something is done, and by which request.
//
// It goes along in the context from where a request comes in to where something
// is written, and is written with it, so that the audit trail can tell. It decides
// nothing: what a caller may do depends on its tenant.ID alone.
package origin

import (
	"context"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Actor is who does something.
type Actor string

// The actors. An admin is none of them: no admin's route reaches a lead.
const (
	// Visitor is anyone who calls without a token: whoever fills in a form.
	Visitor Actor = "visitor"
	// IB is the tenant itself, by its access token.
	IB Actor = "ib"
	// Workflow is a workflow in Systeme.io, by a tag that it set or took.
	Workflow Actor = "workflow"
	// System is ClientFlow: the sync, the erasure, what mends them.
	System Actor = "system"
)

// Origin is who does something, by which request.
type Origin struct {
	Actor Actor
	// RequestID is that of the HTTP API, which the caller was told in x-request-id,
	// or that of Lambda for an event that no caller waits for; "" outside of Lambda.
	RequestID string
}

type key struct{}

// With returns a context in which what is done is of that origin.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, key{}, o)
}

// As returns a context in which the same request acts for another.
func As(ctx context.Context, actor Actor) context.Context {
	return With(ctx, Origin{actor, Of(ctx).RequestID})
}

// Of returns the origin of what is done in a context: the system's own invocation
// where none was named.
func Of(ctx context.Context) Origin {
	if o, ok := ctx.Value(key{}).(Origin); ok {
		return o
	}
	o := Origin{Actor: System}
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		o.RequestID = invocation.AwsRequestID
	}
	return o
}
