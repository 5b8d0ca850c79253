package origin_test

import (
	"context"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"clientflow/internal/origin"
)

func TestOf(t *testing.T) {
	t.Parallel()
	invoked := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "invocation"})
	called := origin.With(invoked, origin.Origin{Actor: origin.IB, RequestID: "request"})
	tests := map[string]struct {
		ctx  context.Context
		want origin.Origin
	}{
		"nothing said":         {t.Context(), origin.Origin{Actor: origin.System}},
		"an invocation":        {invoked, origin.Origin{Actor: origin.System, RequestID: "invocation"}},
		"a request":            {called, origin.Origin{Actor: origin.IB, RequestID: "request"}},
		"a request for others": {origin.As(called, origin.Workflow), origin.Origin{Actor: origin.Workflow, RequestID: "request"}},
		"an event for others":  {origin.As(invoked, origin.Workflow), origin.Origin{Actor: origin.Workflow, RequestID: "invocation"}},
	}
	for name, test := range tests {
		if got := origin.Of(test.ctx); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
