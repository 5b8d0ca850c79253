package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"clientflow/infra/local/template"
)

// sources looks at what starts functions with messages and changes.
func (p *patient) sources(ctx context.Context) []finding {
	if !p.onAWS {
		return []finding{{what: "event sources", note: "make run has them in its own process"}}
	}
	client := lambda.NewFromConfig(p.AWS)
	var all []finding
	for _, f := range p.wanted.Functions {
		if len(f.Queues)+len(f.Streams) > 0 {
			all = append(all, p.sourcesOf(ctx, client, f)...)
		}
	}
	return all
}

func (p *patient) sourcesOf(ctx context.Context, client *lambda.Client, f template.Function) []finding {
	name, err := p.Resource(f.LogicalID)
	if err != nil {
		return []finding{found("event sources of "+f.LogicalID, p.redeploy(), err.Error())}
	}
	return p.lookAtSources(ctx, client, f, name)
}

// lookAtSources looks at the event sources of a function of that name.
func (p *patient) lookAtSources(ctx context.Context, client *lambda.Client, f template.Function, name string) []finding {
	out, err := client.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: &name})
	if err != nil {
		return []finding{unknown("event sources of "+f.LogicalID, err)}
	}
	var all []finding
	for _, q := range f.Queues {
		wrong, id := lookAtSource(out.EventSourceMappings, q.Queue, func(m types.EventSourceMappingConfiguration) []string {
			return lookAtQueue(m, q)
		})
		all = append(all, found("event source "+f.LogicalID+" "+q.Event, p.remap(f.LogicalID+q.Event, id), wrong...))
	}
	for _, s := range f.Streams {
		wrong, id := lookAtSource(out.EventSourceMappings, s.Stream, func(m types.EventSourceMappingConfiguration) []string {
			return lookAtStream(m, s)
		})
		all = append(all, found("event source "+f.LogicalID+" "+s.Event, p.remap(f.LogicalID+s.Event, id), wrong...))
	}
	return all
}

// remap is what to do about a mapping of that id, "" for one that is missing, where SAM
// makes one of that logical id. One that was made by hand, for a table that was restored,
// is none of the stack's, and no deployment changes it.
func (p *patient) remap(logicalID, id string) string {
	if owned, err := p.Resource(logicalID); id == "" || err == nil && owned == id {
		return p.redeploy()
	}
	return "The stack does not own it, so no deployment mends it: aws lambda update-event-source-mapping --uuid " + id +
		", or make it anew as infra/operations/restore.md does."
}

func lookAtQueue(m types.EventSourceMappingConfiguration, wanted template.QueueEvent) []string {
	concurrency := 0
	if m.ScalingConfig != nil {
		concurrency = int(aws.ToInt32(m.ScalingConfig.MaximumConcurrency))
	}
	return complaints(
		differs("its batch size", int(aws.ToInt32(m.BatchSize)), wanted.BatchSize),
		differs("its concurrency", concurrency, wanted.MaxConcurrency),
		differs("its telling of single failures", partial(m), wanted.PartialFailures),
	)
}

func lookAtStream(m types.EventSourceMappingConfiguration, wanted template.StreamEvent) []string {
	return complaints(
		differs("its batch size", int(aws.ToInt32(m.BatchSize)), wanted.BatchSize),
		differs("its telling of single failures", partial(m), wanted.PartialFailures),
		differs("its halving of batches that fail", aws.ToBool(m.BisectBatchOnFunctionError), wanted.Bisect),
		differs("the age at which it gives up", int(aws.ToInt32(m.MaximumRecordAgeInSeconds)), int(wanted.MaxAge.Seconds())),
		differs("its filter", strings.Join(filters(m), " "), strings.Join(wanted.Filters, " ")),
		differs("that it tells of what it gave up", gaveUp(m), wanted.OnFailure != ""),
	)
}

// lookAtSource finds the mapping of a queue or a table, by the logical id that is in the
// names of both, and returns what is wrong with it, and its id.
func lookAtSource(all []types.EventSourceMappingConfiguration, wanted string, look func(types.EventSourceMappingConfiguration) []string) (wrong []string, id string) {
	wantedName := sourceName(wanted)
	i := slices.IndexFunc(all, func(m types.EventSourceMappingConfiguration) bool {
		is := sourceName(aws.ToString(m.EventSourceArn))
		return is == wantedName || strings.HasPrefix(is, wantedName+"-") // what CloudFormation adds
	})
	if i < 0 {
		return []string{"is missing"}, ""
	}
	wrong = look(all[i])
	if state := aws.ToString(all[i].State); state != "Enabled" {
		wrong = append(wrong, fmt.Sprintf("it is %s: %s", state, aws.ToString(all[i].StateTransitionReason)))
	}
	if result := aws.ToString(all[i].LastProcessingResult); strings.HasPrefix(result, "PROBLEM") {
		wrong = append(wrong, result)
	}
	return wrong, aws.ToString(all[i].UUID)
}

// sourceName is the name of the queue or the table in an ARN.
func sourceName(arn string) string {
	rest, _, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/stream/")
	if i := strings.Index(arn, ":table/"); i >= 0 {
		rest, _, _ = strings.Cut(arn[i+len(":table/"):], "/stream/")
	}
	return rest
}

func partial(m types.EventSourceMappingConfiguration) bool {
	return slices.Contains(m.FunctionResponseTypes, types.FunctionResponseTypeReportBatchItemFailures)
}

func filters(m types.EventSourceMappingConfiguration) []string {
	var all []string
	if m.FilterCriteria != nil {
		for _, f := range m.FilterCriteria.Filters {
			all = append(all, aws.ToString(f.Pattern))
		}
	}
	return all
}

func gaveUp(m types.EventSourceMappingConfiguration) bool {
	return m.DestinationConfig != nil && m.DestinationConfig.OnFailure != nil && aws.ToString(m.DestinationConfig.OnFailure.Destination) != ""
}
