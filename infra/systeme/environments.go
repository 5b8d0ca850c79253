package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"clientflow/infra/deployment"
)

const (
	// changedAt is the variable of a function that tells when a secret which it reads was
	// changed. No function looks at it: that it is another replaces the environments.
	changedAt = "SECRET_CHANGED_AT"
	// replacement is how long Lambda may take to replace the environments of a function.
	replacement = 5 * time.Minute
)

// secretReaders are the functions of the template that read the webhook's secret.
func secretReaders() []string { return []string{"SystemeWebhookFunction", "ReconcileFunction"} }

// environments are those of the functions that read the webhook's secret. Each reads it
// when it starts.
type environments struct {
	api       *lambda.Client
	functions []string
}

func findEnvironments(of deployment.Deployment) (environments, error) {
	e := environments{api: lambda.NewFromConfig(of.AWS)}
	for _, id := range secretReaders() {
		name, err := of.Resource(id)
		if err != nil {
			return environments{}, err
		}
		e.functions = append(e.functions, name)
	}
	return e, nil
}

// replace replaces them all. When it returns, none that was started before begins an
// invocation.
func (e environments) replace(ctx context.Context, out io.Writer) error {
	for _, name := range e.functions {
		if err := e.change(ctx, name); err != nil {
			return fmt.Errorf("replace the environments of %s: %w (run this again, so that they read the secret)", name, err)
		}
	}
	for _, name := range e.functions {
		changed := lambda.NewFunctionUpdatedWaiter(e.api)
		if err := changed.Wait(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name}, replacement); err != nil {
			return fmt.Errorf("wait for new environments of %s: %w (run this again, so that they read the secret)", name, err)
		}
	}
	fmt.Fprintln(out, "done    the functions that take what the webhook delivers read its secret anew")
	return nil
}

// change changes a function's variables, which those of an environment never do.
func (e environments) change(ctx context.Context, name string) error {
	found, err := e.api.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		return err
	}
	variables := map[string]string{}
	if found.Environment != nil {
		if unread := found.Environment.Error; unread != nil {
			return fmt.Errorf("its variables cannot be read: %s", aws.ToString(unread.Message))
		}
		maps.Copy(variables, found.Environment.Variables)
	}
	variables[changedAt] = time.Now().UTC().Format(time.RFC3339Nano)
	_, err = e.api.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &name, RevisionId: found.RevisionId, Environment: &types.Environment{Variables: variables},
	})
	return err
}
