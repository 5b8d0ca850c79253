// Command local runs ClientFlow on this machine: the functions that are deployed,
// behind a local AWS that takes everything from template.yaml, and a simulated
// Systeme.io. It needs nothing but Go.
//
// Run it with "make run", or see its flags with "go run ./infra/local -help".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"clientflow/infra/command"
	"clientflow/infra/local/demo"
	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
)

func main() { command.Main(realMain) }

// workflowDelay leaves the time to see a contact with the tags that ClientFlow gave
// it before the workflows add theirs.
const workflowDelay = 10 * time.Second

// realMain starts everything, says so, and ends it when the context ends.
func realMain(ctx context.Context, arguments []string, out io.Writer) error {
	settings, err := parseFlags(arguments, out)
	if err != nil {
		return err
	}
	root, err := stack.FindRoot()
	if err != nil {
		return err
	}
	logs := &lateFile{path: filepath.Join(root, filepath.FromSlash(logFile))}
	defer logs.Close()
	running, err := stack.Start(ctx, stack.Options{
		Root:           root,
		APIAddress:     settings.api,
		AWSAddress:     settings.aws,
		SystemeAddress: settings.systeme,
		Parameters:     settings.parameters,
		Systeme:        systeme.Options{WorkflowDelay: workflowDelay},
		Logs:           logs,
		Started:        func(p stack.Part) { fmt.Fprintf(out, "%-22s %s\n", p.Name, p.Detail) },
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // ended before it was ready
	case err != nil:
		return explain(err)
	}
	err = serve(ctx, root, running, settings.demo, out)
	return errors.Join(err, running.Close())
}

// serve waits for the end of the context, after it has loaded the demo.
func serve(ctx context.Context, root string, running *stack.Stack, withDemo bool, out io.Writer) error {
	if err := writeSAMFile(root, running); err != nil {
		return err
	}
	fmt.Fprintf(out, "%-22s %s\n", "Function logs", logFile)
	fmt.Fprintf(out, "%-22s %s\n", "Variables for sam", samFile)
	if withDemo {
		pool := running.Template.Outputs["UserPoolId"]
		err := demo.Load(ctx, demo.Stack{API: running.API, AWS: running.AWS, UserPoolID: pool})
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		printLogins(out)
	}
	fmt.Fprintf(out, "\nClientFlow is ready at %s. End it with Ctrl-C.\n", running.API)
	<-ctx.Done()
	fmt.Fprintln(out, "Shutting down.")
	return nil
}

func printLogins(out io.Writer) {
	fmt.Fprintf(out, "\nDemo logins, all with the password %s\n", demo.Password)
	for _, a := range demo.Accounts() {
		what := fmt.Sprintf("%d leads", a.Leads)
		if a.Admin {
			what = "the admin"
		}
		fmt.Fprintf(out, "  %-30s %s\n", a.Email, what)
	}
}

// explain adds the flag with which an address that is taken can be changed.
func explain(err error) error {
	var taken *stack.AddressError
	if !errors.As(err, &taken) {
		return err
	}
	name := map[string]string{"the API": "-addr", "the AWS endpoint": "-aws", "the Systeme.io simulator": "-systeme"}[taken.Part]
	return fmt.Errorf("%w: choose another address with %s", taken, name)
}
