// Package template reads the project's SAM template into plain Go values: what
// the functions are, which events start them, which tables, queues, user pools
// and roles there are.
//
// It knows what ClientFlow's template uses and nothing more. A resource type, a
// property or an intrinsic function that it does not know is an error with its
// line, never skipped: what AWS would do and the local AWS would not must be seen.
// Properties that mean something on AWS only are known by name and dropped.
package template

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"clientflow/infra/local/iam"

	"gopkg.in/yaml.v3"
)

// Region is the region that the local AWS plays.
const Region = "us-east-1"

// Options are what a template needs from outside.
type Options struct {
	// Stack is the name of the stack; it begins the names of resources.
	Stack string
	// Parameters are values for the template's parameters.
	Parameters map[string]string
	// Defaults are values for parameters that Parameters leaves out, in place of
	// the template's own defaults. The template need not have them all.
	Defaults map[string]string
	// AWSURL is the address of the local AWS, such as http://127.0.0.1:4566. It
	// is the host of queue URLs and token issuers.
	AWSURL string
	// APIURL is the address of the HTTP API.
	APIURL string
	// IDs are the ids that services gave to resources, by logical id. A user
	// pool or a client that is not here has an id derived from its name.
	IDs map[string]string
}

// Template is a template whose parameters and functions are resolved. Resources
// are in the order of the file.
type Template struct {
	// Parameters are the values of all parameters.
	Parameters map[string]string
	// Hidden are the names of parameters whose values AWS shows nobody.
	Hidden map[string]bool
	// Outputs are the values of the Outputs section.
	Outputs map[string]string
	// Resources are how all resources are named.
	Resources []Resource

	API       API
	Functions []Function
	Tables    []Table
	Queues    []Queue
	Pools     []UserPool
	Clients   []UserPoolClient
	Groups    []UserPoolGroup
	// Roles holds the roles of the template and the one that SAM makes for each
	// function without a Role.
	Roles []Role

	Alarms     []Alarm
	Dashboards []Dashboard
	// Filtered are the metrics that are made of the lines of logs.
	Filtered []Metric
}

// Resource is how a resource of the template is named.
type Resource struct {
	// LogicalID is its name in the template, and PhysicalID what Ref gives for it: its
	// name, its id or its URL.
	LogicalID, PhysicalID string
	// Type is such as AWS::DynamoDB::Table.
	Type string
}

// Load reads the template in a file.
func Load(path string, options Options) (*Template, error) {
	document, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return Parse(path, document, options)
}

// Parse reads a template. The name stands for the file in errors; all that is
// wrong with the resources is in one error.
func Parse(name string, document []byte, options Options) (*Template, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if root.Kind == 0 {
		return nil, fmt.Errorf("%s: the template is empty", name)
	}
	s := newScope(name, options)
	t := &Template{Outputs: map[string]string{}}
	if err := s.readSections(value{s, root.Content[0], ""}, t); err != nil {
		return nil, err
	}
	t.Parameters, t.Hidden = s.parameters, s.hidden
	return t, nil
}

// sections are the parts of a template, read in an order in which each needs
// only those before it.
type sections struct {
	parameters, conditions, globals, resources, outputs value
}

func (s *scope) readSections(root value, t *Template) error {
	var parts sections
	err := root.object(fields{
		"AWSTemplateFormatVersion": exactly("2010-09-09"),
		"Transform":                exactly("AWS::Serverless-2016-10-31"),
		"Description":              ignored,
		"Metadata":                 ignored,
		"Parameters":               keep(&parts.parameters),
		"Conditions":               keep(&parts.conditions),
		"Globals":                  keep(&parts.globals),
		"Resources":                keep(&parts.resources),
		"Outputs":                  keep(&parts.outputs),
	}, "Resources")
	if err != nil {
		return err
	}
	if err := s.readParameters(parts.parameters); err != nil {
		return err
	}
	if err := s.readConditions(parts.conditions); err != nil {
		return err
	}
	if err := s.indexResources(parts.resources); err != nil {
		return err
	}
	if err := s.readResources(parts.globals, t); err != nil {
		return err
	}
	return s.readOutputs(parts.outputs, t)
}

// readResources reads every resource whose condition holds, and gathers the
// errors of all.
func (s *scope) readResources(globals value, t *Template) error {
	defaults, err := s.readGlobals(globals)
	if err != nil {
		return err
	}
	var wrong []error
	for _, id := range s.order {
		r := s.resources[id]
		if err := s.readResource(r, defaults, t); err != nil {
			wrong = append(wrong, err)
			continue
		}
		name, err := s.physicalName(r)
		if err != nil {
			wrong = append(wrong, err)
		}
		t.Resources = append(t.Resources, Resource{id, cmp.Or(s.attributesOf(r, name)[""], name), r.kind})
	}
	return errors.Join(wrong...)
}

func (s *scope) readResource(r *resource, defaults functionDefaults, t *Template) error {
	properties, err := s.evaluate(r.properties)
	if err != nil {
		return err
	}
	if !properties.present() {
		properties = r.declared.emptyObject("Properties")
	}
	switch r.kind {
	case kindAPI:
		return t.addAPI(r, properties)
	case kindFunction:
		return t.addFunction(r, properties, defaults)
	case kindTable:
		return t.addTable(r, properties)
	case kindQueue:
		return t.addQueue(r, properties)
	case kindPool:
		return t.addPool(r, properties)
	case kindClient:
		return t.addClient(r, properties)
	case kindGroup:
		return t.addGroup(r, properties)
	case kindRole:
		return t.addRole(r, properties)
	case kindPolicy:
		return t.attachPolicy(properties)
	case kindAlarm:
		return t.addAlarm(r, properties)
	case kindFilter:
		return t.addFilter(properties)
	case kindBoard:
		return t.addDashboard(r, properties)
	default:
		return readWatch(r.kind, properties)
	}
}

func (s *scope) readOutputs(section value, t *Template) error {
	return section.each(func(name string, v value) error {
		var condition string
		if c, ok := v.lookup("Condition"); ok {
			if err := text(&condition)(c); err != nil {
				return err
			}
		}
		if exists, err := s.holds(condition, v); err != nil || !exists {
			return err
		}
		return v.object(fields{
			"Description": ignored,
			"Export":      ignored,
			"Condition":   ignored, // read already
			"Value": func(v value) error {
				resolved, err := s.evaluate(v)
				if err != nil {
					return err
				}
				t.Outputs[name], err = resolved.text()
				return err
			},
		}, "Value")
	})
}

// Function returns the function with a logical id.
func (t *Template) Function(logicalID string) (Function, bool) {
	i := slices.IndexFunc(t.Functions, func(f Function) bool { return f.LogicalID == logicalID })
	if i < 0 {
		return Function{}, false
	}
	return t.Functions[i], true
}

// account is the id of the account that the local AWS plays.
const account = iam.AccountID
