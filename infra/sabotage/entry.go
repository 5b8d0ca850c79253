package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// entry is one guard and its removal.
type entry struct {
	// name says what is removed.
	name string
	// file is the file to change, from the module's folder, with slashes.
	file string
	// old is a text that is in the file exactly once, and replacement takes its
	// place.
	old, replacement string
	// tests are those of which at least one must turn red.
	tests tests
}

// tests are some tests of one package.
type tests struct {
	// pkg is the package as go test takes it, such as "./internal/tag".
	pkg string
	// names are the names of test functions.
	names []string
}

// in names tests of a package of the module, given without "./".
func in(pkg string, names ...string) tests { return tests{"./" + pkg, names} }

// pattern is what -run takes for exactly these tests.
func (t tests) pattern() string { return "^(" + strings.Join(t.names, "|") + ")$" }

// apply changes the entry's file under a folder, and returns a function that puts
// it back.
func (e entry) apply(folder string) (restore func() error, err error) {
	path := filepath.Join(folder, filepath.FromSlash(e.file))
	whole, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if found := strings.Count(string(whole), e.old); found != 1 {
		return nil, fmt.Errorf("its text is %d times in %s: mend the entry", found, e.file)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(whole), e.old, e.replacement, 1)), 0o600); err != nil {
		return nil, err
	}
	return func() error { return os.WriteFile(path, whole, 0o600) }, nil
}
