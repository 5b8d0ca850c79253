package localtest

import "context"

// Traced returns the context of an invocation that Lambda runs in the trace of a header.
func Traced(ctx context.Context, header string) context.Context {
	//lint:ignore SA1029 this is the key under which aws-lambda-go keeps it
	return context.WithValue(ctx, "x-amzn-trace-id", header)
}
