// Command fuzz throws odd requests at a whole ClientFlow of its own, with
// schemathesis, and holds each answer against infra/openapi.yaml: as nobody, as an IB
// and as an admin.
//
// It fails for what schemathesis complains of, a 5xx or an answer that is not as
// documented, and for every event that a function says it failed at, since what was
// taken without a word may be what a sync stumbles over later. It fails for each route,
// too, that no request has reached behind the gateway. A run can be repeated by its seed;
// what came of the run before cannot, so a failure may need the whole.
//
// "make fuzz-api" gets schemathesis and runs this.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"clientflow/infra/command"
	"clientflow/infra/local/demo"
	"clientflow/infra/local/stack"
)

func main() { command.Main(run) }

// settings are what the flags say.
type settings struct {
	tool           string
	seed, examples int
}

// run starts a stack with the demo's IBs, fuzzes it, and ends it.
func run(ctx context.Context, arguments []string, out io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&s.tool, "schemathesis", ".build/ci/schemathesis/bin/schemathesis", "`path` of schemathesis")
	flags.IntVar(&s.seed, "seed", 1, "where random `numbers` begin")
	flags.IntVar(&s.examples, "examples", 20, "random `requests` at most for each slow operation; three times as many for others")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	root, err := stack.FindRoot()
	if err != nil {
		return err
	}
	logs := &journal{}
	running, err := stack.Start(ctx, stack.Options{Root: root, Logs: logs})
	if err != nil {
		return err
	}
	err = fuzz(ctx, s, root, running, out)
	return errors.Join(err, running.Close(), logs.err(running.Template.Functions))
}

// fuzz lets each caller try, all but the admin side by side: it may disable the IB.
func fuzz(ctx context.Context, s settings, root string, started *stack.Stack, out io.Writer) error {
	api, pool := started.API, started.Template.Outputs["UserPoolId"]
	if err := demo.Load(ctx, demo.Stack{API: api, AWS: started.AWS, UserPoolID: pool}); err != nil {
		return err
	}
	all, err := callers(ctx, api)
	if err != nil {
		return err
	}
	tool := s.tool
	if !filepath.IsAbs(tool) {
		tool = filepath.Join(root, tool)
	}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		failed  []error
	)
	try := func(c caller) {
		report, err := c.fuzz(ctx, tool, root, api, s)
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(out, "\n== as %s, with seed %d\n%s", c.name, s.seed, report)
		if err != nil {
			failed = append(failed, fmt.Errorf("as %s: %w", c.name, err))
		}
	}
	last := len(all) - 1
	for _, c := range all[:last] {
		running.Go(func() { try(c) })
	}
	running.Wait()
	try(all[last])
	return errors.Join(failed...)
}
