package trace_test

import (
	"regexp"
	"strings"
	"testing"

	"clientflow/infra/local/localtest"
	"clientflow/internal/trace"
)

const (
	id     = "1-5759e988-bd862e3fe1be46a994272793"
	header = "Root=" + id + ";Parent=53995c3f42cd8ad8;Sampled=1"
)

var shape = regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;Parent=[0-9a-f]{16})?(;Sampled=[01])?$`)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ header, want string }{
		"whole":                      {header, header},
		"not sampled":                {"Root=" + id + ";Parent=53995c3f42cd8ad8;Sampled=0", "Root=" + id + ";Parent=53995c3f42cd8ad8;Sampled=0"},
		"the root alone":             {"Root=" + id, "Root=" + id},
		"in another order":           {"Sampled=1; Parent=53995c3f42cd8ad8; Root=" + id, header},
		"with members of AWS's":      {"Self=1-67891234-12456789abcdef012345678;" + header + ";Lineage=1:6f5e1ca3:0", header},
		"nothing":                    {"", ""},
		"no root":                    {"Parent=53995c3f42cd8ad8;Sampled=1", ""},
		"an empty root":              {"Root=;Sampled=1", ""},
		"two roots":                  {header + ";Root=" + id, ""},
		"two parents":                {header + ";Parent=53995c3f42cd8ad8", ""},
		"a root in capitals":         {strings.ToUpper(header), ""},
		"capital digits":             {"Root=1-5759E988-bd862e3fe1be46a994272793", ""},
		"another version":            {"Root=2" + id[1:], ""},
		"a root too short":           {"Root=" + id[:34], ""},
		"a root too long":            {"Root=" + id + "0", ""},
		"a root without its hyphen":  {"Root=1-5759e9880bd862e3fe1be46a994272793", ""},
		"a root that is an address":  {"Root=1-5759e988-jane@acme.example.test...", ""},
		"a root with a line break":   {"Root=" + id[:34] + "\n", ""},
		"a parent that is none":      {"Root=" + id + ";Parent=53995c3f42cd8adX", ""},
		"a parent too short":         {"Root=" + id + ";Parent=5399", ""},
		"a decision that is none":    {"Root=" + id + ";Sampled=yes", ""},
		"a decision that is left":    {"Root=" + id + ";Sampled=?", ""},
		"longer than any":            {header + ";Self=" + strings.Repeat("a", 512), ""},
		"the names in small letters": {strings.ToLower(header), ""},
	} {
		got := trace.Parse(tt.header)
		wantID := ""
		if tt.want != "" {
			wantID = id
		}
		if got.String() != tt.want || got.ID() != wantID {
			t.Errorf("%s: %q of %q, want %q", name, got, got.ID(), tt.want)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	if got := trace.Of(t.Context()); got != (trace.Trace{}) {
		t.Errorf("outside of Lambda: %q", got)
	}
	if got := trace.Of(localtest.Traced(t.Context(), header)); got.String() != header {
		t.Errorf("in an invocation: %q", got)
	}
	if got := trace.Of(localtest.Traced(t.Context(), "Root=jane@acme.test")); got != (trace.Trace{}) {
		t.Errorf("with what is no trace: %q", got)
	}
}

// Whatever a header holds, what is made of it has the shape of one, and reads the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{header, "Root=" + id, "", ";;", "Root=" + id + ";Sampled=1;Lineage=1:6f5e1ca3:0", "Self=x; " + header} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := trace.Parse(text)
		if trace.Parse(got.String()) != got {
			t.Errorf("%q reads otherwise", got)
		}
		if got.ID() != "" && !shape.MatchString(got.String()) {
			t.Errorf("%q is no header", got)
		}
		if got.ID() != "" && !strings.Contains(text, "Root="+got.ID()) {
			t.Errorf("%q has %q from nowhere", text, got.ID())
		}
	})
}
