// Package environments replaces the execution environments of the functions that read the
// secret of Systeme.io's webhook. Each of these reads it when it starts, so that whoever
// changes it has them replaced: nobody refuses for us what was signed with an old one.
//
// Lambda replaces them when a variable of the function changes. Nothing else of a function
// may change here.
package environments

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"clientflow/infra/deployment"
)

const (
	// replacedAt is the variable that is changed. No function looks at it.
	replacedAt = "ENVIRONMENTS_REPLACED_AT"
	// patience is how long Lambda may take, with other changes of the functions before it.
	patience = 5 * time.Minute
	// again is how long after someone else's change of a function ours is tried again.
	again = 500 * time.Millisecond
	// modified is how Lambda writes when a function was last changed.
	modified = "2006-01-02T15:04:05.999-0700"
)

// Readers are the functions of a deployment that read the secret.
type Readers struct {
	api   *lambda.Client
	names []string
}

// logicalIDs are what the template calls them.
func logicalIDs() []string { return []string{"SystemeWebhookFunction", "ReconcileFunction"} }

// Find returns the readers of a deployment.
func Find(of deployment.Deployment) (Readers, error) {
	r := Readers{api: lambda.NewFromConfig(of.AWS)}
	for _, id := range logicalIDs() {
		name, err := of.Resource(id)
		if err != nil {
			return Readers{}, err
		}
		r.names = append(r.names, name)
	}
	return r, nil
}

// Since tells whether all that begin an invocation now were started after a moment.
func (r Readers) Since(ctx context.Context, moment time.Time) (bool, error) {
	for _, name := range r.names {
		found, err := r.look(ctx, name)
		if err != nil {
			return false, err
		}
		changed, err := time.Parse(modified, aws.ToString(found.LastModified))
		if err != nil {
			return false, fmt.Errorf("read when %s was changed: %w", name, err)
		}
		// Lambda counts in milliseconds.
		if found.LastUpdateStatus != types.LastUpdateStatusSuccessful || changed.Before(moment.Truncate(time.Millisecond)) {
			return false, nil
		}
	}
	return true, nil
}

// Replace replaces them all. When it returns, none that was started before begins an
// invocation.
func (r Readers) Replace(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, name := range r.names {
		if err := r.replace(ctx, name); err != nil {
			return fmt.Errorf("replace the environments of %s, in which it may know an old secret: %w", name, err)
		}
	}
	for _, name := range r.names {
		if err := r.settle(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// replace changes a function. While someone else does, as a deployment, that is waited
// for.
func (r Readers) replace(ctx context.Context, name string) error {
	for {
		if err := r.settle(ctx, name); err != nil {
			return err
		}
		err := r.change(ctx, name)
		if !isBusy(err) {
			return err
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return err
		}
	}
}

// isBusy tells whether a function could not be changed since someone else changes it.
func isBusy(err error) bool {
	_, during := errors.AsType[*types.ResourceConflictException](err)
	_, before := errors.AsType[*types.PreconditionFailedException](err)
	return during || before
}

// settle waits until the last change of a function is in force.
func (r Readers) settle(ctx context.Context, name string) error {
	waiter := lambda.NewFunctionUpdatedWaiter(r.api, func(o *lambda.FunctionUpdatedWaiterOptions) {
		o.MinDelay, o.MaxDelay = again, 5*time.Second
	})
	if err := waiter.Wait(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name}, patience); err != nil {
		return fmt.Errorf("wait until the change of %s is in force: %w", name, err)
	}
	return nil
}

// change changes a variable of a function, and keeps the others.
func (r Readers) change(ctx context.Context, name string) error {
	found, err := r.look(ctx, name)
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
	variables[replacedAt] = time.Now().UTC().Format(time.RFC3339Nano)
	_, err = r.api.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &name, RevisionId: found.RevisionId, Environment: &types.Environment{Variables: variables},
	})
	return err
}

func (r Readers) look(ctx context.Context, name string) (*lambda.GetFunctionConfigurationOutput, error) {
	found, err := r.api.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", name, err)
	}
	return found, nil
}
