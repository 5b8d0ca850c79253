package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// guard is an entry whose file holds "if bad {".
func guard() entry {
	return entry{"guard", "a/a.go", "if bad {", "if false {", in("a", "TestGuard")}
}

// mustFolder makes a module's folder with one file.
func mustFolder(tb testing.TB, content string) string {
	tb.Helper()
	folder := tb.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "a"), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "a", "a.go"), []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return folder
}

func mustRead(tb testing.TB, folder string) string {
	tb.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "a", "a.go"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(content)
}

func TestApply(t *testing.T) {
	t.Parallel()
	const whole = "if bad {\n}\nrest"
	folder := mustFolder(t, whole)
	restore, err := guard().apply(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, folder); got != "if false {\n}\nrest" {
		t.Errorf("changed to %q", got)
	}
	if err := restore(); err != nil || mustRead(t, folder) != whole {
		t.Errorf("restored to %q, %v", mustRead(t, folder), err)
	}
}

func TestApplyRefusesATextThatIsNotThereOnce(t *testing.T) {
	t.Parallel()
	for _, whole := range []string{"", "if good {", "if bad { if bad {"} {
		folder := mustFolder(t, whole)
		if _, err := guard().apply(folder); err == nil || mustRead(t, folder) != whole {
			t.Errorf("%q: %v", whole, err)
		}
	}
	missing := guard()
	missing.file = "a/b.go"
	if _, err := missing.apply(mustFolder(t, "")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

const (
	passing = `{"Action":"run","Test":"TestGuard"}` + "\n" + `{"Action":"pass","Test":"TestGuard"}` + "\n" + `{"Action":"pass"}`
	failing = `{"Action":"fail","Test":"TestGuard/part"}` + "\n" + `{"Action":"fail","Test":"TestGuard"}` + "\n" + `{"Action":"fail"}`
	// noTests is what go test tells of a package without a test of that name.
	noTests = `{"Action":"output","Output":"testing: warning: no tests to run\n"}` + "\n" + `{"Action":"pass"}`
	// broken is what it tells of one that does not compile.
	broken = `{"Action":"build-output","Output":"undefined: x\n"}` + "\n" + `{"Action":"build-fail"}` + "\n" + `{"Action":"fail","FailedBuild":"a"}`
	// dead is what it tells of one whose TestMain fails.
	dead = `{"Action":"output","Output":"no stack\n"}` + "\n" + `{"Action":"fail"}`
)

// answering runs tests that go as told, one answer for an untouched file and one
// for a changed one.
func answering(folder, untouched, changed string) bench {
	return bench{folder, func(context.Context, string, tests) ([]byte, error) {
		content, err := os.ReadFile(filepath.Join(folder, "a", "a.go"))
		if strings.Contains(string(content), "if bad {") {
			return []byte(untouched), err
		}
		return []byte(changed), err
	}}
}

func TestRunAll(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		untouched, changed string
		// says is in what is printed or in the error.
		says string
		ok   bool
	}{
		"caught":                 {passing, failing, "caught by ./a TestGuard/part", true},
		"not caught":             {passing, passing, "no test of ./a caught it", false},
		"does not compile":       {passing, broken, "does not compile", false},
		"no test ran":            {passing, dead, "no test of ./a caught it", false},
		"red before":             {failing, failing, "not green", false},
		"not compiling before":   {broken, failing, "not green", false},
		"the test is not there":  {noTests, failing, "does not pass TestGuard", false},
		"output that is no JSON": {"?", failing, "read what go test writes", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := mustFolder(t, "if bad {")
			var out bytes.Buffer
			err := runAll(t.Context(), answering(folder, tt.untouched, tt.changed), []entry{guard()}, &out)
			if (err == nil) != tt.ok {
				t.Errorf("ended with %v", err)
			}
			said := out.String()
			if err != nil {
				said += err.Error()
			}
			if !strings.Contains(said, tt.says) {
				t.Errorf("said %s", said)
			}
			if mustRead(t, folder) != "if bad {" {
				t.Errorf("left behind: %s", mustRead(t, folder))
			}
		})
	}
}

func TestAStaleEntryFailsTheRunAndNotTheOthers(t *testing.T) {
	t.Parallel()
	stale := guard()
	stale.name, stale.old = "stale", "if worse {"
	var out bytes.Buffer
	err := runAll(t.Context(), answering(mustFolder(t, "if bad {"), passing, failing), []entry{stale, guard()}, &out)
	if err == nil || !strings.Contains(out.String(), "FAIL stale") || !strings.Contains(out.String(), "ok   guard") {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	all := []entry{{name: "tag: a"}, {name: "claims: b"}}
	if got, err := choose(all, ""); err != nil || len(got) != 2 {
		t.Errorf("all: %v, %v", got, err)
	}
	if got, err := choose(all, "^tag"); err != nil || len(got) != 1 || got[0].name != "tag: a" {
		t.Errorf("one: %v, %v", got, err)
	}
	for _, pattern := range []string{"nothing", "("} {
		if got, err := choose(all, pattern); err == nil {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}

func TestMergeRunsEachPackageOnce(t *testing.T) {
	t.Parallel()
	merged := merge([]entry{
		{tests: in("a", "TestA", "TestB")}, {tests: in("b", "TestC")}, {tests: in("a", "TestB", "TestD")},
	})
	if len(merged) != 2 || merged[0].pattern() != "^(TestA|TestB|TestD)$" || merged[1].pkg != "./b" {
		t.Errorf("merged to %+v", merged)
	}
}

func TestCopyModule(t *testing.T) {
	t.Parallel()
	root, folder := mustFolder(t, "as it is"), filepath.Join(t.TempDir(), "copy")
	for _, name := range []string{"ignored", "removed", ".gitignore"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte("/ignored\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, arguments := range [][]string{{"init", "-q"}, {"add", "."}} {
		command := exec.CommandContext(t.Context(), "git", arguments...)
		command.Dir = root
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", arguments, err, output)
		}
	}
	if err := os.Remove(filepath.Join(root, "removed")); err != nil {
		t.Fatal(err)
	}
	if err := copyModule(t.Context(), root, folder); err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, folder); got != "as it is" {
		t.Errorf("copied %q", got)
	}
	for _, name := range []string{"ignored", "removed", ".git"} {
		if _, err := os.Stat(filepath.Join(folder, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was copied: %v", name, err)
		}
	}
	if err := copyModule(t.Context(), t.TempDir(), folder); err == nil {
		t.Error("a folder without git was copied")
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-list", "-run", "^claims"}, &out); err != nil || strings.Count(out.String(), "\n") < 5 {
		t.Errorf("%v\n%s", err, &out)
	}
	for _, arguments := range [][]string{{"-unknown"}, {"-run", "("}, {"-root", t.TempDir()}} {
		if err := run(t.Context(), arguments, &bytes.Buffer{}); err == nil {
			t.Errorf("%q was taken", arguments)
		}
	}
}

// The list is whole: names are not given twice, and each text is still in its file.
func TestEntries(t *testing.T) {
	t.Parallel()
	all := entries()
	if len(all) < 20 {
		t.Errorf("only %d entries", len(all))
	}
	var names []string
	for _, e := range all {
		names = append(names, e.name)
		whole, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(e.file)))
		if err != nil {
			t.Fatal(err)
		}
		if found := strings.Count(string(whole), e.old); found != 1 || e.old == e.replacement || len(e.tests.names) == 0 {
			t.Errorf("%s: its text is %d times in %s", e.name, found, e.file)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(all) {
		t.Error("a name is given twice")
	}
}
