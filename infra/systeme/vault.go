package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// vault is where the secrets of deployments rest: SSM's Parameter Store.
type vault struct{ store *ssm.Client }

func newVault(config aws.Config) vault { return vault{ssm.NewFromConfig(config)} }

// get returns a secret; "" when there is none.
func (v vault) get(ctx context.Context, name string) (string, error) {
	out, err := v.store.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the parameter %s: %w", name, err)
	}
	return strings.TrimSpace(aws.ToString(out.Parameter.Value)), nil
}

// must returns a secret that has to be there.
func (v vault) must(ctx context.Context, name string) (string, error) {
	value, err := v.get(ctx, name)
	if err == nil && value == "" {
		err = fmt.Errorf("there is no parameter %s: put it with make systeme-key", name)
	}
	return value, err
}

// put puts a secret in the place of any other, encrypted.
func (v vault) put(ctx context.Context, name, description, value string) error {
	_, err := v.store.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Description: &description, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("put the parameter %s: %w", name, err)
	}
	return nil
}
