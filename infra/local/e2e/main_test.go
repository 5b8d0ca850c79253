// Package e2e_test drives a whole ClientFlow, started as `make run` starts it,
// by HTTP alone; or one that is deployed, as far as can be seen from outside.
package e2e_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
)

// shared is the stack that the tests of this package share, each with IBs of its
// own. TestMain sets it before any test runs.
var shared *stack.Stack

// documented is the document that all of the API's answers are held against.
// TestMain sets it as well.
var documented *contract

// written is what the functions of the shared stack log.
var written buffer

func mustSite(tb testing.TB) site {
	tb.Helper()
	if deployed != nil {
		return site{api: deployed.api}
	}
	return site{shared.API, shared.AWS, shared.Systeme}
}

func TestMain(m *testing.M) {
	// The tests wait for the stack far more than they compute, and each check of the
	// property test is many requests.
	for name, value := range map[string]string{"test.parallel": "16", "rapid.checks": "25"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	asked := decisions{seen: map[iam.Decision]bool{}}
	var err error
	if documented, err = loadContract(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if name := os.Getenv(stackVariable); name != "" {
		if err := runDeployed(m, name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	shared, err = stack.Start(context.Background(), stack.Options{
		Logs: &written, Decisions: asked.record,
		Parameters: map[string]string{"DashboardOrigins": "https://other.test," + dashboard},
		// Leads would change by themselves.
		Systeme: systeme.Options{WorkflowsOff: true},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code = m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	// A run of some tests alone proves nothing of these.
	if code != 0 || flag.Lookup("test.run").Value.String() != "" {
		return code
	}
	// Only now has every function made its last call and written its last line.
	for _, complaint := range slices.Concat(inspectLogs(written.Bytes()),
		inspectMetrics(written.Bytes(), "ClientFlow/"+shared.Template.Parameters["Stage"]),
		asked.inspect(shared.Template), documented.inspect()) {
		fmt.Fprintln(os.Stderr, "FAIL:", complaint)
		code = 1
	}
	return code
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (b *buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes.Write(line)
}

// Bytes returns what was written so far.
func (b *buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.bytes.Bytes())
}
