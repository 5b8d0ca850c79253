package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"clientflow/infra/deployment"
	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
)

// shared is the stack that the tests of this package share, each with IBs of its
// own. TestMain sets it before any test runs.
var shared *stack.Stack

func TestMain(m *testing.M) {
	// The tests wait for the stack more than they compute.
	err := flag.Set("test.parallel", "4")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Leads would change by themselves.
	shared, err = stack.Start(context.Background(), stack.Options{Systeme: systeme.Options{WorkflowsOff: true}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// configuration reaches the shared stack's AWS as root.
func configuration() aws.Config {
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &shared.AWS,
		Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	}
}

// sharedStack finds the shared stack.
func sharedStack(ctx context.Context, name string) (deployment.Deployment, error) {
	return deployment.Find(ctx, configuration(), name)
}

// run runs the command on the shared stack, and returns what went out and what was
// told of it.
func run(ctx context.Context, arguments ...string) (out, told string, err error) {
	var first, second bytes.Buffer
	err = realMain(ctx, arguments, sharedStack, &first, &second)
	return first.String(), second.String(), err
}

func mustRun(t *testing.T, arguments ...string) (out, told string) {
	t.Helper()
	out, told, err := run(t.Context(), arguments...)
	if err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, told)
	}
	return out, told
}

func TestHelpNamesEveryVerb(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := realMain(t.Context(), []string{"-help"}, nil, &out, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got %v", err)
	}
	for name := range verbs() {
		if !strings.Contains(out.String(), "  "+name+" ") {
			t.Errorf("the help has no %s:\n%s", name, &out)
		}
	}
}

func TestBadCommandLines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		arguments []string
		problem   string
	}{
		"nothing":             {nil, "usage: ops VERB"},
		"an unknown verb":     {[]string{"mend"}, "usage: ops VERB"},
		"an unknown flag":     {[]string{"backfill", "-all"}, "flag provided but not defined: -all"},
		"an argument":         {[]string{"backfill", "now"}, `there is no argument "now"`},
		"a stack that is not": {[]string{"backfill", "-stack", "other"}, "there is no stack other"},
	}
	for name, test := range tests {
		if _, _, err := run(t.Context(), test.arguments...); err == nil || !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: %v, want …%s…", name, err, test.problem)
		}
	}
}
