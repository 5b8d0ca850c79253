package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"clientflow/infra/local/template"
)

// functions looks at each function of the template: whether it can be called as it was
// last deployed, and has the time, the memory and the variables that it needs.
func (p *patient) functions(ctx context.Context) []finding {
	client := lambda.NewFromConfig(p.AWS)
	var all []finding
	for _, wanted := range p.wanted.Functions {
		all = append(all, p.function(ctx, client, wanted))
	}
	return all
}

func (p *patient) function(ctx context.Context, client *lambda.Client, wanted template.Function) finding {
	what := "function " + wanted.LogicalID
	name, err := p.Resource(wanted.LogicalID)
	if err != nil {
		return found(what, p.redeploy(), err.Error())
	}
	is, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		return unknown(what, err)
	}
	return found(what, p.redeploy(), complaints(
		reasoned(differs("its state", is.State, types.StateActive), aws.ToString(is.StateReason)),
		reasoned(differs("its last update", is.LastUpdateStatus, types.LastUpdateStatusSuccessful), aws.ToString(is.LastUpdateStatusReason)),
		differs("its memory", int(aws.ToInt32(is.MemorySize)), wanted.MemoryMB),
		differs("its seconds", int(aws.ToInt32(is.Timeout)), int(wanted.Timeout.Seconds())),
		lacking(is.Environment, wanted.Environment),
	)...)
}

// reasoned adds the reason that Lambda gives to a complaint.
func reasoned(complaint, reason string) string {
	if complaint == "" || reason == "" {
		return complaint
	}
	return fmt.Sprintf("%s (%s)", complaint, reason)
}

// lacking names the variables that a function should have and has not. Their values hold
// names that the deployment alone knows.
func lacking(is *types.EnvironmentResponse, wanted map[string]string) string {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if _, has := variables(is)[name]; !has && wanted[name] != "" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return "it lacks " + strings.Join(missing, ", ")
}

func variables(of *types.EnvironmentResponse) map[string]string {
	if of == nil {
		return nil
	}
	return of.Variables
}
