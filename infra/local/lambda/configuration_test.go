package lambda

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// mustServe returns a client of the host's API under a principal.
func mustServe(t *testing.T, host *Host, caller iam.Principal) *sdk.Client {
	t.Helper()
	keys := iam.NewKeys(time.Now, nil)
	mux := wire.NewMux(keys)
	host.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	issued := keys.Issue(caller, time.Hour)
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider(issued.AccessKeyID, issued.SecretAccessKey, issued.SessionToken),
	})
}

var root = iam.Principal{ARN: iam.RootARN, Root: true}

// process is the one that answers an event.
func process(t *testing.T, f *Function) string {
	t.Helper()
	result, err := f.Invoke(t.Context(), []byte("{}"))
	if err != nil || result.FunctionError != "" {
		t.Fatalf("got %s, %v", result.Payload, err)
	}
	return string(result.Payload)
}

// Variables that are replaced replace the environments: those that are idle at once, those
// that have work when it is done.
func TestNewVariablesReplaceTheEnvironments(t *testing.T) {
	t.Parallel()
	host, m := mustHost(t, io.Discard), newMeeting(t)
	f := host.Function(testConfig())
	client := mustServe(t, host, root)
	held := invoke(t.Context(), f, fmt.Sprintf(`{"HoldAt":%q}`, m.address()))
	busy := m.arrive()
	idle := process(t, f)

	name := f.Name()
	found, err := client.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil || found.Environment.Variables[roleVariable] != "function" || found.LastUpdateStatus != types.LastUpdateStatusSuccessful {
		t.Fatalf("found %+v, %v", found, err)
	}
	variables := maps.Clone(found.Environment.Variables)
	variables["ADDED"] = "later"
	changed, err := client.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{
		FunctionName: &name, RevisionId: found.RevisionId, Environment: &types.Environment{Variables: variables},
	})
	if err != nil || changed.Environment.Variables["ADDED"] != "later" || *changed.RevisionId == *found.RevisionId {
		t.Fatalf("changed %+v, %v", changed, err)
	}
	next := process(t, f)
	if next == idle {
		t.Error("an idle environment was kept")
	}
	if count := alive(host); count != 2 {
		t.Errorf("%d environments, want that which has work and the new one", count)
	}
	if err := busy.Close(); err != nil { // its work is done, with an error
		t.Error(err)
	}
	if got := <-held; got.err != nil || got.result.FunctionError == "" {
		t.Errorf("the work ended with %s, %v", got.result.Payload, got.err)
	}
	if got := process(t, f); got != next {
		t.Errorf("%s works, and %s was there", got, next)
	}
	if count := alive(host); count != 1 {
		t.Errorf("%d environments when the work is done", count)
	}
}

// alive counts the environments of a host.
func alive(host *Host) (count int) {
	for _, e := range host.live() {
		if e.alive() {
			count++
		}
	}
	return count
}

func TestWhatIsNotReplaced(t *testing.T) {
	t.Parallel()
	host := mustHost(t, io.Discard)
	config := testConfig()
	config.Name = "Known"
	f := host.Function(config)
	before := process(t, f)
	policy, err := iam.ParsePolicy(fmt.Sprintf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
		"Action": "lambda:GetFunctionConfiguration", "Resource": "arn:aws:lambda:us-east-1:%s:function:Known"}}`, iam.AccountID))
	if err != nil {
		t.Fatal(err)
	}
	reader := iam.Principal{ARN: "reader", Policies: []iam.Policy{policy}}
	for what, test := range map[string]struct {
		caller         iam.Principal
		name, revision string
		code           string
		status         int
	}{
		"another revision":   {root, "Known", "before", "PreconditionFailedException", 412},
		"an unknown one":     {root, "Unknown", "", "ResourceNotFoundException", 404},
		"without permission": {reader, "Known", "", "AccessDeniedException", 403},
	} {
		in := &sdk.UpdateFunctionConfigurationInput{
			FunctionName: &test.name, Environment: &types.Environment{Variables: map[string]string{roleVariable: os.Args[0]}},
		}
		if test.revision != "" {
			in.RevisionId = aws.String(test.revision)
		}
		_, err := mustServe(t, host, test.caller).UpdateFunctionConfiguration(t.Context(), in)
		refusal, ok := errors.AsType[smithy.APIError](err)
		answer, answered := errors.AsType[*smithyhttp.ResponseError](err)
		if !ok || refusal.ErrorCode() != test.code || !answered || answer.HTTPStatusCode() != test.status {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := mustServe(t, host, reader).GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("Known")}); err != nil {
		t.Error(err)
	}
	if after := process(t, f); after != before {
		t.Error("the environment was replaced")
	}
}
