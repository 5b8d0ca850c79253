package lambda

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module m\n\ngo 1.26\n")
	write("functions/one/main.go", "package main\n\nfunc main() { println(\"one\") }\n")
	write("functions/two/main.go", "package main\n\nfunc main() {}\n")
	out := filepath.Join(root, ".build")
	if err := Build(t.Context(), root, out, "./functions/..."); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s is no program: %v", name, err)
		}
	}
	write("functions/two/main.go", "package main\n\nfunc main() { wrong }\n")
	if err := Build(t.Context(), root, out, "./functions/..."); err == nil || !strings.Contains(err.Error(), "undefined: wrong") {
		t.Errorf("got %v, want what the compiler says", err)
	}
}
