package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"clientflow/infra/local/stack"
	"clientflow/infra/local/template"
)

func TestWriteSAMFile(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, ".build"), 0o755); err != nil {
		t.Fatal(err)
	}
	running := &stack.Stack{
		AWS: "http://127.0.0.1:4566", Systeme: "http://127.0.0.1:8090",
		Template: &template.Template{Functions: []template.Function{{
			LogicalID: "SyncFunction",
			Environment: map[string]string{
				"AWS_ENDPOINT_URL": "", "TABLE": "clientflow-Table", "SYSTEME_API_URL": "http://127.0.0.1:8090", "TOKEN_ISSUER": "http://127.0.0.1:4566/us-east-1_a",
			},
		}}},
	}
	if err := writeSAMFile(root, running); err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(root, samFile))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]string
	if err := json.Unmarshal(document, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"AWS_ENDPOINT_URL": "http://host.docker.internal:4566", "TABLE": "clientflow-Table",
		"SYSTEME_API_URL": "http://host.docker.internal:8090", "TOKEN_ISSUER": "http://127.0.0.1:4566/us-east-1_a",
	}
	if len(got) != 1 || !maps.Equal(got["SyncFunction"], want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
