package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"clientflow/infra/local/stack"
)

// samFile holds the functions' variables for "sam local", which runs functions in
// containers, where the local AWS has another address.
const samFile = ".build/sam-env.json"

// writeSAMFile writes the variables of every function by its logical id.
func writeSAMFile(root string, running *stack.Stack) error {
	all := map[string]map[string]string{}
	for _, f := range running.Template.Functions {
		variables := map[string]string{}
		for name, content := range f.Environment {
			// An issuer is a name, which stays; an address that is called does not.
			if content == running.Systeme {
				content = fromContainer(content)
			}
			variables[name] = content
		}
		variables["AWS_ENDPOINT_URL"] = fromContainer(running.AWS) // empty in the template
		all[f.LogicalID] = variables
	}
	document, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, filepath.FromSlash(samFile)), append(document, '\n'), 0o644)
}

// fromContainer is what an address of this machine is to a container on it.
func fromContainer(address string) string {
	return strings.Replace(address, "127.0.0.1", "host.docker.internal", 1)
}
