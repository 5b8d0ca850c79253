package main

import (
	"strings"
	"testing"

	"clientflow/infra/local/template"
)

func TestJournalKeepsWhatFailedAndWhatWasNotReached(t *testing.T) {
	t.Parallel()
	logs := &journal{}
	write := func(line string) {
		t.Helper()
		if n, err := logs.Write([]byte(line + "\n")); n != len(line)+1 || err != nil {
			t.Fatal(n, err)
		}
	}
	functions := []template.Function{
		{Routes: []template.Route{{Method: "GET", Path: "/x"}, {Method: "PUT", Path: "/x"}}}, {Routes: []template.Route{{Method: "GET", Path: "/y"}}},
	}
	want := func(texts ...string) {
		t.Helper()
		said := ""
		if err := logs.err(functions); err != nil {
			said = err.Error()
		}
		if got := strings.Join(texts, "\n"); said != got {
			t.Errorf("it says %q, want %q", said, got)
		}
	}
	write(`{"level":"INFO","msg":"event","outcome":"refused","route":"GET /x","status":404}`)
	write(`{"level":"WARN","msg":"event","outcome":"ok"}`)
	write(`{"level":"INFO","msg":"looked","route":"GET /y"}`)
	want("PUT /x was never reached", "GET /y was never reached")
	write(`{"level":"INFO","msg":"event","outcome":"ok","route":"PUT /x"}`)
	write(`{"level":"INFO","msg":"event","outcome":"ok","route":"GET /y"}`)
	want()
	const failed = `{"level":"ERROR","msg":"event","outcome":"failed","route":"GET /x"}`
	write(failed)
	want("functions failed:", failed, "")
}
