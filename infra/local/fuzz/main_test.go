package main

import (
	"strings"
	"testing"
)

func TestFailuresKeepsWhatFailed(t *testing.T) {
	t.Parallel()
	logs := &failures{}
	for _, line := range []string{
		`{"level":"INFO","msg":"event","outcome":"refused"}` + "\n", `{"level":"WARN","msg":"event","outcome":"ok"}` + "\n",
	} {
		if n, err := logs.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := logs.err(); err != nil {
		t.Errorf("nothing failed, and it says %v", err)
	}
	if _, err := logs.Write([]byte(`{"level":"ERROR","msg":"event","outcome":"failed","route":"GET /x"}` + "\n")); err != nil {
		t.Fatal(err)
	}
	if err := logs.err(); err == nil || !strings.Contains(err.Error(), "GET /x") || strings.Contains(err.Error(), "refused") {
		t.Errorf("it says %v", err)
	}
}
