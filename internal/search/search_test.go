package search_test

import (
	"testing"

	"clientflow/internal/search"
)

func TestBegins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, sought string
		want         bool
	}{
		{"Jane Doe", "jane", true},
		{"Jane Doe", "DO", true},
		{"Jane Doe", "jane d", true},
		{"Jane Doe", "ane", false},
		{"jane.doe@example.com", "doe", true},
		{"jane.doe@example.com", "example.c", true},
		{"ib-x7k2m4p9-", "x7k2", true},
		{"ib-x7k2m4p9-", "ib-x7k2m4p9-", true},
		{"Élodie Ñandú", "éLO", true},
		{"Élodie Ñandú", "ñan", true},
		{"", "a", false},
		{"x", "xx", false},
	} {
		if got := search.Begins(c.text, c.sought); got != c.want {
			t.Errorf("%q in %q: %v", c.sought, c.text, got)
		}
	}
}
