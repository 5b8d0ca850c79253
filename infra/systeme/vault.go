package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"clientflow/internal/signing"
)

// vault is where the secrets of deployments rest: SSM's Parameter Store.
type vault struct{ store *ssm.Client }

func newVault(config aws.Config) vault { return vault{ssm.NewFromConfig(config)} }

// held is what a parameter held when it was read or put; the zero held when there was
// none.
type held struct {
	value   string
	version int64
	// since is when it was put; zero of what was put just now.
	since time.Time
}

// get reads a parameter.
func (v vault) get(ctx context.Context, name string) (held, error) {
	out, err := v.store.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return held{}, nil
	}
	if err != nil {
		return held{}, fmt.Errorf("read the parameter %s: %w", name, err)
	}
	return held{strings.TrimSpace(aws.ToString(out.Parameter.Value)), out.Parameter.Version, aws.ToTime(out.Parameter.LastModifiedDate)}, nil
}

// must reads a parameter that has to be there.
func (v vault) must(ctx context.Context, name string) (held, error) {
	found, err := v.get(ctx, name)
	if err == nil && found.value == "" {
		err = fmt.Errorf("there is no parameter %s: put it with make systeme-key", name)
	}
	return found, err
}

const (
	keyDescription    = "API key of the Systeme.io account"
	secretDescription = "Secret with which Systeme.io signs what it delivers; while it is changed the one before too"
)

// put puts a secret in the place of any other, encrypted.
func (v vault) put(ctx context.Context, name, description, value string) (version int64, err error) {
	out, err := v.store.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Description: &description, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	})
	if err != nil {
		return 0, fmt.Errorf("put the parameter %s: %w", name, err)
	}
	return out.Version, nil
}

// replace puts the webhook's secrets in the place of those that were read, and returns
// what is there now. The store has no put on a condition, so that nobody else has changed
// them is looked at before, and once more by the number of what was put. Who then was the
// first finds it out by same.
func (v vault) replace(ctx context.Context, name string, before held, secrets signing.Secrets) (held, error) {
	if err := v.same(ctx, name, before); err != nil {
		return held{}, err
	}
	after := held{value: secrets.String()}
	var err error
	after.version, err = v.put(ctx, name, secretDescription, after.value)
	if err == nil && after.version != before.version+1 {
		err = changed(name)
	}
	return after, err
}

// same returns an error unless a parameter holds what it held.
func (v vault) same(ctx context.Context, name string, before held) error {
	found, err := v.get(ctx, name)
	if err == nil && (found.value != before.value || found.version != before.version) {
		err = changed(name)
	}
	return err
}

func changed(name string) error {
	return fmt.Errorf("the parameter %s was changed by someone else at the same time: run this again", name)
}
