// Command sabotage removes the guards that keep IBs apart, one at a time, and
// demands that a test turns red for each.
//
// A test that has never failed proves little. Each entry of the list takes one
// guard out of the code or the template, in a copy of the module in a temporary
// folder, and runs the few tests that are to notice; which one did is printed. The
// run fails for an entry that no test catches, for one whose text is no longer in
// its file, for one that does not compile, and when the tests are not green
// without it. The working tree is read and never written.
//
//	go run ./infra/sabotage               all entries
//	go run ./infra/sabotage -run webhook  those whose name matches
//	go run ./infra/sabotage -list         their names, without a run
//
// It says nothing of guards that are not in the list: a new guard needs its entry.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"clientflow/infra/command"
)

func main() { command.Main(run) }

// run reads the flags and does what they ask for.
func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("sabotage", flag.ContinueOnError)
	flags.SetOutput(out)
	pattern := flags.String("run", "", "only entries whose name matches this regular `expression`")
	list := flags.Bool("list", false, "name the entries and run nothing")
	root := flags.String("root", ".", "`folder` of the module")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	chosen, err := choose(entries(), *pattern)
	if err != nil {
		return err
	}
	if *list {
		for _, e := range chosen {
			fmt.Fprintf(out, "%-45s %s\n", e.name, e.file)
		}
		return nil
	}
	folder, err := os.MkdirTemp("", "sabotage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := copyModule(ctx, *root, folder); err != nil {
		return fmt.Errorf("copy the module: %w", err)
	}
	return runAll(ctx, bench{folder, goTest}, chosen, out)
}

// choose returns the entries whose names match. None is an error, lest a run of
// nothing looks like success.
func choose(all []entry, pattern string) ([]entry, error) {
	match, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	var chosen []entry
	for _, e := range all {
		if match.MatchString(e.name) {
			chosen = append(chosen, e)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no entry matches %q", pattern)
	}
	return chosen, nil
}

// runAll checks that the tests are green, and then every entry, whatever became of
// those before it.
func runAll(ctx context.Context, b bench, chosen []entry, out io.Writer) error {
	started := time.Now()
	if err := b.green(ctx, chosen); err != nil {
		return err
	}
	fmt.Fprintf(out, "untouched: green (%.1fs)\n", time.Since(started).Seconds())
	bad := 0
	for _, e := range chosen {
		began := time.Now()
		caught, err := b.try(ctx, e)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			bad++
			fmt.Fprintf(out, "FAIL %-45s %v\n", e.name, err)
			continue
		}
		fmt.Fprintf(out, "ok   %-45s caught by %s (%.1fs)\n", e.name, caught, time.Since(began).Seconds())
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d sabotages went wrong", bad, len(chosen))
	}
	fmt.Fprintf(out, "%d sabotages, each caught (%.0fs)\n", len(chosen), time.Since(started).Seconds())
	return nil
}
