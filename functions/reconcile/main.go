// Command reconcile is the function that makes up for what was missed.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/reconcile"
	"clientflow/internal/secret"
)

func main() { function.Start("reconcile", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	read, err := reconcile.ReadSettings(settings)
	if err != nil {
		return nil, err
	}
	aws := awsclient.New()
	store := ssm.NewFromConfig(aws.Config(awsclient.SSM))
	key, signed := secret.New(store, read.SystemeKey), secret.New(store, read.WebhookSecret)
	aws.Open([]awsclient.Service{awsclient.DynamoDB}, key.Load, signed.Load)
	reconciler, err := reconcile.New(read, key, signed, dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB)), log)
	if err != nil {
		return nil, err
	}
	return reconciler.Handle, nil
}
