// Command reconcile is the function that makes up for what was missed.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/reconcile"
)

func main() { function.Start("reconcile", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	read, err := reconcile.ReadSettings(settings)
	if err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB)
	reconciler, err := reconcile.New(read, dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB)), log)
	if err != nil {
		return nil, err
	}
	return reconciler.Handle, nil
}
