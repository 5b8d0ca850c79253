package env_test

import (
	"strings"
	"testing"

	"clientflow/internal/env"
)

func reader(values map[string]string) *env.Reader {
	return &env.Reader{Lookup: func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}}
}

func TestReader(t *testing.T) {
	t.Parallel()
	r := reader(map[string]string{"TABLE": "leads", "RATE": "0.5"})
	if got := r.Text("TABLE", "the table"); got != "leads" {
		t.Errorf("Text: %q", got)
	}
	if got := r.Positive("RATE", "the rate"); got != 0.5 {
		t.Errorf("Positive: %v", got)
	}
	if got := r.Optional("KEY"); got != "" {
		t.Errorf("Optional: %q", got)
	}
	if err := r.Err(); err != nil {
		t.Errorf("Err: %v", err)
	}
}

func TestReaderNamesAllThatIsWrong(t *testing.T) {
	t.Parallel()
	r := reader(map[string]string{"EMPTY": "", "WORD": "fast", "ZERO": "0", "NAN": "NaN"})
	r.Text("TABLE", "the table of leads")
	r.Text("EMPTY", "the queue")
	for _, name := range []string{"WORD", "ZERO", "NAN", "NONE"} {
		if got := r.Positive(name, "the rate"); got != 0 {
			t.Errorf("Positive(%s) = %v", name, got)
		}
	}
	err := r.Err()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"TABLE", "the table of leads", "EMPTY", "WORD", "ZERO", "NAN", "NONE"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not name %q: %v", want, err)
		}
	}
}

func TestChoice(t *testing.T) {
	t.Parallel()
	r := reader(map[string]string{"MODE": "exclusive", "EMPTY": ""})
	for name, want := range map[string]string{"MODE": "exclusive", "EMPTY": "shared", "NONE": "shared"} {
		if got := r.Choice(name, "shared", "exclusive"); got != want {
			t.Errorf("Choice(%s) = %q, want %q", name, got, want)
		}
	}
	if err := r.Err(); err != nil {
		t.Errorf("Err: %v", err)
	}
	if got := r.Choice("MODE", "shared", "own"); got != "" || r.Err() == nil || !strings.Contains(r.Err().Error(), "MODE is none of shared, own") {
		t.Errorf("got %q, %v", got, r.Err())
	}
}
