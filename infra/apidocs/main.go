// Command apidocs makes what is served of the API's description out of
// infra/openapi.yaml: a copy of it, and a page for people.
//
// Both are put where package page embeds its files. That package may know nothing of
// infra, and an embedded file must lie beside its package; so the copies are kept in
// the repository, and a test fails while they are not those of the document. The
// function that serves them then needs no reader of YAML.
//
//	make api-docs
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	source = "infra/openapi.yaml"
	folder = "internal/page/static"
)

func main() {
	files, err := generate(".")
	for name, content := range files {
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "apidocs:", err)
		os.Exit(1)
	}
}

// generate returns the files by their name, made of the document in the module at
// root.
func generate(root string) (map[string][]byte, error) {
	document, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(source)))
	if err != nil {
		return nil, err
	}
	page, err := render(document)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", source, err)
	}
	return map[string][]byte{"openapi.yaml": document, "docs.html": page}, nil
}
