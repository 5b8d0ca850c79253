package main

import (
	"net/http"
	"strings"
	"testing"

	"clientflow/infra/local/template"
)

const (
	queueMapping = `{"EventSourceArn":"arn:aws:sqs:eu-west-1:111122223333:clientflow-prod-LeadSyncQueue-1AB2","State":"Enabled","BatchSize":1,
		"FunctionResponseTypes":["ReportBatchItemFailures"],"ScalingConfig":{"MaximumConcurrency":2},"FunctionArn":"f","UUID":"1"}`
	streamMapping = `{"EventSourceArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/clientflow-prod-LeadsTable-1AB2/stream/2026-01-01T00:00:00.000",
		"State":"Enabled","BatchSize":100,"BisectBatchOnFunctionError":true,"MaximumRecordAgeInSeconds":79200,
		"FunctionResponseTypes":["ReportBatchItemFailures"],"FilterCriteria":{"Filters":[{"Pattern":"PATTERN"}]},
		"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:eu-west-1:111122223333:dead"}},"LastProcessingResult":"OK","FunctionArn":"f","UUID":"1"}`
)

// mustLook looks at the sources of a function whose mappings Lambda tells of as given, of
// which the stack owns the one of that id.
func mustLook(t *testing.T, logicalID, mapping, owned string) finding {
	t.Helper()
	p := mustFind(t, cloud{
		stack: "clientflow-prod", parameters: map[string]string{"Stage": "prod"},
		resources: map[string]string{logicalID: "the-function", "SyncTagsFunctionLeadSync": owned, "PublishLeadsFunctionLeadChanges": owned},
		answer: func(r *http.Request) string {
			if r.FormValue("FunctionName") != "the-function" {
				t.Errorf("asked for %s", r.URL)
			}
			return `{"EventSourceMappings":[` + mapping + `]}`
		},
	})
	f, ok := p.wanted.Function(logicalID)
	if !ok || len(f.Queues)+len(f.Streams) != 1 {
		t.Fatalf("%s has other sources", logicalID)
	}
	p.wanted.Functions = []template.Function{f}
	found := p.sources(t.Context())
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	return found[0]
}

func TestEventSources(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ function, mapping, old, changed, wrong string }{
		"a queue":                      {"SyncTagsFunction", queueMapping, "", "", ""},
		"a stream":                     {"PublishLeadsFunction", streamMapping, "", "", ""},
		"none":                         {"SyncTagsFunction", "", "", "", "is missing"},
		"another queue":                {"SyncTagsFunction", queueMapping, "LeadSyncQueue", "LeadSyncDeadQueue", "is missing"},
		"switched off":                 {"SyncTagsFunction", queueMapping, `"Enabled"`, `"Disabled","StateTransitionReason":"User action"`, "it is Disabled: User action"},
		"larger batches":               {"SyncTagsFunction", queueMapping, `"BatchSize":1`, `"BatchSize":10`, "its batch size is 10 and should be 1"},
		"any concurrency":              {"SyncTagsFunction", queueMapping, `"ScalingConfig":{"MaximumConcurrency":2},`, "", "its concurrency is 0 and should be 2"},
		"whole batches that fail":      {"PublishLeadsFunction", streamMapping, `["ReportBatchItemFailures"]`, "[]", "its telling of single failures is false"},
		"batches that are not halved":  {"PublishLeadsFunction", streamMapping, `"BisectBatchOnFunctionError":true`, `"BisectBatchOnFunctionError":false`, "its halving"},
		"records given up too early":   {"PublishLeadsFunction", streamMapping, "79200", "60", "gives up is 60 and should be 79200"},
		"no filter":                    {"PublishLeadsFunction", streamMapping, `"FilterCriteria":{"Filters":[{"Pattern":"PATTERN"}]},`, "", "its filter is  and should be {"},
		"nobody told of what is lost":  {"PublishLeadsFunction", streamMapping, `{"Destination":"arn:aws:sqs:eu-west-1:111122223333:dead"}`, "{}", "gave up is false"},
		"a function that always fails": {"PublishLeadsFunction", streamMapping, `"OK"`, `"PROBLEM: Function call failed"`, "PROBLEM: Function call failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(test.mapping, test.old) {
				t.Fatalf("there is no %q to change", test.old)
			}
			filter := `{\"dynamodb\":{\"Keys\":{\"sk\":{\"S\":[{\"prefix\":\"LEAD#\"},{\"prefix\":\"ERASURE#\"}]}}}}`
			mapping := strings.Replace(strings.Replace(test.mapping, test.old, test.changed, 1), "PATTERN", filter, 1)
			got := mustLook(t, test.function, mapping, "1")
			switch {
			case test.wrong == "" && len(got.wrong) > 0:
				t.Errorf("wrong: %q", got.wrong)
			case test.wrong != "" && (len(got.wrong) != 1 || !strings.Contains(got.wrong[0], test.wrong)):
				t.Errorf("wrong: %q, want %q", got.wrong, test.wrong)
			case !strings.HasPrefix(got.todo, "Deploy again: make deploy STAGE=prod; "):
				t.Errorf("to do: %s", got.todo)
			}
		})
	}
}

// A mapping that was made by hand, when its table was restored, no deployment mends.
func TestAMappingThatTheStackDoesNotOwn(t *testing.T) {
	t.Parallel()
	got := mustLook(t, "SyncTagsFunction", strings.Replace(queueMapping, `"BatchSize":1`, `"BatchSize":10`, 1), "another")
	if len(got.wrong) != 1 || !strings.Contains(got.todo, "update-event-source-mapping --uuid 1,") {
		t.Errorf("got %+v", got)
	}
}
