// Command expansion compares what the local AWS reads of template.yaml with what AWS
// makes of it, as expand.py beside it tells: routes, event sources, environments, roles
// statement by statement, tables, queues, user pools and outputs. So what is tested on
// the local AWS is what is deployed.
//
//	python infra/expansion/expand.py template.yaml | go run ./infra/expansion template.yaml
//
// Both take values for parameters, as Name=Value. It exits with 1 when they differ.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"clientflow/infra/local/template"
)

func main() {
	if err := realMain(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// realMain reads the expansion, compares it with the template that the first argument
// names, and prints each difference.
func realMain(arguments []string, expansion io.Reader, out io.Writer) error {
	if len(arguments) == 0 {
		return errors.New("usage: expansion TEMPLATE [Parameter=Value]... < what expand.py printed")
	}
	read, err := load(arguments[0], arguments[1:])
	if err != nil {
		return err
	}
	var expanded any
	if err := json.NewDecoder(expansion).Decode(&expanded); err != nil {
		return fmt.Errorf("read the expansion: %w", err)
	}
	described, err := plain(describe(read))
	if err != nil {
		return err
	}
	differences := compare("", expanded, described)
	for _, d := range differences {
		fmt.Fprintln(out, d)
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d differences between what AWS makes of %s and what the local AWS reads", len(differences), arguments[0])
	}
	fmt.Fprintf(out, "The local AWS reads %s as AWS does: %s.\n", arguments[0], extent(read))
	return nil
}

// load reads a template under the names that expand.py gives to what AWS names.
func load(path string, parameters []string) (*template.Template, error) {
	given := map[string]string{}
	for _, pair := range parameters {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not Parameter=Value", pair)
		}
		given[name] = value
	}
	return template.Load(path, template.Options{
		Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test", Parameters: given,
		IDs: map[string]string{"HttpApi": "HttpApi", "UserPool": "UserPool", "UserPoolClient": "UserPoolClient"},
	})
}

// plain is a value as JSON has it.
func plain(value any) (any, error) {
	document, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var result any
	return result, json.Unmarshal(document, &result)
}

// extent says how much was compared.
func extent(t *template.Template) string {
	routes, sources, statements := 0, 0, 0
	for _, f := range t.Functions {
		routes += len(f.Routes)
		sources += len(f.Queues) + len(f.Streams) + len(f.Schedules)
	}
	for _, r := range t.Roles {
		statements += len(policies(r))
	}
	return fmt.Sprintf("%d functions, %d routes, %d event sources, %d roles with %d statements, %d tables, %d queues",
		len(t.Functions), routes, sources, len(t.Roles), statements, len(t.Tables), len(t.Queues))
}
