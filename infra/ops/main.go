// Command ops looks after a ClientFlow that runs, on AWS or on the local AWS: it
// brings what older versions stored up to date, and mends what an accident left
// behind.
//
//	go run ./infra/ops backfill -stack clientflow-prod
//
// It acts with the operator's own credentials, as the AWS CLI does, and uses the
// product's own packages, so that there is one way in which a thing is done. Every
// verb may be run while the system is, may be ended at any moment and run again, and
// tells of userIds, never of an address or a name. It exits with 1 when something is
// left to do or could not be done.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
)

// verb is one thing that can be done.
type verb struct {
	// does says what, in a line.
	does string
	// flags registers the verb's own flags and returns what it does once they are read.
	flags func(*flag.FlagSet) action
}

// action does something to a deployment.
type action func(context.Context, *operator) error

func verbs() map[string]verb {
	return map[string]verb{
		"backfill":  {"bring the records of IBs that older versions made up to date", backfillFlags},
		"ib-export": {"write all that is stored of an IB, as JSON", exportFlags},
		"ib-erase":  {"erase an IB and all of its leads, here and in Systeme.io", eraseFlags},
		"recount":   {"make an IB's counters anew from its leads, or all IBs'", recountFlags},
		"restore":   {"put back what a copy made by point-in-time recovery has and the table has no more", restoreFlags},
	}
}

// errLeft says that something is left to do.
var errLeft = fmt.Errorf("something is left to do: %w", command.ErrSaid)

func main() {
	command.Main(func(ctx context.Context, arguments []string, out io.Writer) error {
		err := realMain(ctx, arguments, deployment.Open, out, os.Stderr)
		if err != nil && ctx.Err() != nil {
			return errors.New("stopped: run it again to go on")
		}
		return err
	})
}

// finder is deployment.Open, or what a test has in its place.
type finder func(ctx context.Context, stack string) (deployment.Deployment, error)

// realMain does what the arguments name. What is asked for goes to out, and what is
// told of it to tell.
func realMain(ctx context.Context, arguments []string, find finder, out, tell io.Writer) error {
	name := ""
	if len(arguments) > 0 {
		name = arguments[0]
	}
	wanted, known := verbs()[name]
	if !known {
		if slices.Contains([]string{"-h", "-help", "--help", "help"}, name) {
			fmt.Fprint(out, usage())
			return flag.ErrHelp
		}
		return errors.New(strings.TrimSpace(usage()))
	}
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(tell)
	stack := deployment.StackFlag(set)
	act := wanted.flags(set)
	if err := deployment.Parse(set, arguments[1:]); err != nil {
		return err
	}
	found, err := find(ctx, *stack)
	if err != nil {
		return err
	}
	o, err := newOperator(found, out, tell)
	if err != nil {
		return err
	}
	return act(ctx, o)
}

func usage() string {
	var text strings.Builder
	text.WriteString("usage: ops VERB [flags]\n\n")
	for _, name := range slices.Sorted(maps.Keys(verbs())) {
		fmt.Fprintf(&text, "  %-12s %s\n", name, verbs()[name].does)
	}
	text.WriteString("\n\"ops VERB -help\" lists the flags. AWS_PROFILE and AWS_REGION say where, as they do for\n" +
		"the AWS CLI; for make run, set AWS_ENDPOINT_URL=http://127.0.0.1:4566.\n")
	return text.String()
}
