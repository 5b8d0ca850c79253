package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
)

// bench is a copy of the module, and the way to run tests in it.
type bench struct {
	folder string
	// test runs tests in a folder and returns what `go test -json` writes, also
	// when tests fail.
	test func(ctx context.Context, folder string, t tests) ([]byte, error)
}

// goTest runs tests without their cache. Compilations are shared with every other
// run: -trimpath keeps the name of the folder out of them.
func goTest(ctx context.Context, folder string, t tests) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-vet=off", "-trimpath", "-run", t.pattern(), t.pkg)
	command.Dir = folder
	output, err := command.Output()
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		return output, nil // which tests is in the output
	}
	return output, err
}

// result is what a run of tests told.
type result struct {
	// passed and failed are tests in the order in which they ended; a part of a
	// test ends before the whole.
	passed, failed []string
	// broken tells that the package does not compile.
	broken bool
	// output is all that was printed.
	output string
}

func read(events []byte) (result, error) {
	var r result
	decoder := json.NewDecoder(bytes.NewReader(events))
	for decoder.More() {
		var event struct{ Action, Test, Output, FailedBuild string }
		if err := decoder.Decode(&event); err != nil {
			return result{}, fmt.Errorf("read what go test writes: %w", err)
		}
		r.output += event.Output
		r.broken = r.broken || event.Action == "build-fail" || event.FailedBuild != ""
		switch {
		case event.Test == "":
		case event.Action == "pass":
			r.passed = append(r.passed, event.Test)
		case event.Action == "fail":
			r.failed = append(r.failed, event.Test)
		}
	}
	return r, nil
}

func (b bench) run(ctx context.Context, t tests) (result, error) {
	events, err := b.test(ctx, b.folder, t)
	if err != nil {
		return result{}, err
	}
	return read(events)
}

// green checks that every test that an entry names is there and passes.
func (b bench) green(ctx context.Context, chosen []entry) error {
	for _, t := range merge(chosen) {
		r, err := b.run(ctx, t)
		if err != nil {
			return err
		}
		if len(r.failed) > 0 || r.broken {
			return fmt.Errorf("%s is not green before anything is removed:\n%s", t.pkg, r.output)
		}
		for _, name := range t.names {
			if !slices.Contains(r.passed, name) {
				return fmt.Errorf("%s does not pass %s, if it has it:\n%s", t.pkg, name, r.output)
			}
		}
	}
	return nil
}

// merge returns the tests of all entries, each package once, in order.
func merge(chosen []entry) []tests {
	var merged []tests
	for _, e := range chosen {
		i := slices.IndexFunc(merged, func(t tests) bool { return t.pkg == e.tests.pkg })
		if i < 0 {
			i = len(merged)
			merged = append(merged, tests{pkg: e.tests.pkg})
		}
		for _, name := range e.tests.names {
			if !slices.Contains(merged[i].names, name) {
				merged[i].names = append(merged[i].names, name)
			}
		}
	}
	return merged
}

// try makes one entry's change, and returns the first test that it turns red.
func (b bench) try(ctx context.Context, e entry) (caught string, err error) {
	restore, err := e.apply(b.folder)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, restore()) }()
	r, err := b.run(ctx, e.tests)
	switch {
	case err != nil:
		return "", err
	case r.broken:
		return "", fmt.Errorf("it does not compile, which proves nothing:\n%s", r.output)
	case len(r.failed) == 0:
		return "", fmt.Errorf("no test of %s caught it", e.tests.pkg)
	}
	return e.tests.pkg + " " + r.failed[0], nil
}
