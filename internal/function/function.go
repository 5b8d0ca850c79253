// Package function starts a Lambda function: what every main has in common.
//
// It knows no function of ClientFlow, and nothing of AWS but how a handler is
// handed to Lambda's runtime.
package function

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/metric"
)

// Build makes a function's handler, of any form that aws-lambda-go takes, from
// the settings in its environment. It runs in INIT, before the first event.
type Build func(settings *env.Reader, log *slog.Logger) (handler any, err error)

// Start builds the handler of the named function and serves events with it. When
// that fails, the log says why and the process ends with 1. Start does not return.
func Start(name string, build Build) {
	settings := &env.Reader{}
	log := metric.Logger(eventlog.New(os.Stdout, name), settings.Optional("METRIC_NAMESPACE"))
	handler, err := build(settings, log)
	if err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	lambda.Start(handler)
}
