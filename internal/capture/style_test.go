package capture_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var token = regexp.MustCompile(`(--[a-z0-9-]+):\s*([^;]+);`)

// tokens returns the design tokens of a style sheet, those of light and of dark.
func tokens(tb testing.TB, file string) map[string]string {
	tb.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(content), "@media (prefers-color-scheme: dark)")
	if !ok {
		tb.Fatalf("%s has no dark scheme", file)
	}
	found := map[string]string{}
	for scheme, part := range map[string]string{"light": light, "dark": dark} {
		for _, match := range token.FindAllStringSubmatch(part, -1) {
			found[scheme+" "+match[1]] = match[2]
		}
	}
	return found
}

// TestTheFormLooksLikeTheOtherPages compares the form's tokens with those of the
// pages that IBs see. The form brings its own, to be one file.
func TestTheFormLooksLikeTheOtherPages(t *testing.T) {
	t.Parallel()
	theirs, all := tokens(t, "page/style.css"), tokens(t, "../page/static/assets/base.css")
	if len(theirs) < 20 {
		t.Errorf("only %d tokens were found", len(theirs))
	}
	for name, value := range theirs {
		if all[name] != value {
			t.Errorf("%s is %s, and %s on the other pages", name, value, all[name])
		}
	}
}
