// Package cloudformation plays the part of AWS CloudFormation that tells of a stack
// that is there: its parameters, its outputs, and how its resources are named. It
// makes and changes nothing; the stack is whatever the local AWS was started with.
package cloudformation

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
)

// apiVersion is the version that clients name in every request.
const apiVersion = "2010-05-15"

// Service tells of one stack.
type Service struct {
	name     string
	template *template.Template
	made     time.Time
}

// New returns a service that knows the stack of that name, made of a template at
// that time.
func New(name string, t *template.Template, made time.Time) *Service { return &Service{name, t, made} }

// Register adds the operations to the endpoint.
func (s *Service) Register(mux *wire.Mux) {
	mux.HandleQuery("DescribeStacks", apiVersion, s.describeStacks)
	mux.HandleQuery("ListStackResources", apiVersion, s.listStackResources)
}

// authorize refuses a caller whose policies do not allow the action, a parameter that
// is not known here, and another stack's name.
func (s *Service) authorize(call wire.Call, action string) error {
	if err := call.Caller.Authorize(iam.Request{Action: "cloudformation:" + action, Resource: s.id()}); err != nil {
		return err
	}
	form, err := url.ParseQuery(string(call.Body))
	if err != nil {
		return wire.Errorf("MalformedQueryString", "The query string contains a syntax error: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !slices.Contains([]string{"Action", "Version", "StackName"}, name) {
			return wire.Errorf("ValidationError", "The local AWS does not have the parameter %s", name)
		}
	}
	if wanted := form.Get("StackName"); wanted != s.name && wanted != s.id() && (wanted != "" || action != "DescribeStacks") {
		return wire.Errorf("ValidationError", "Stack with id %s does not exist", wanted)
	}
	return nil
}

func (s *Service) id() string {
	return fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/local", template.Region, iam.AccountID, s.name)
}

type stacks struct {
	Stacks []stack `xml:"Stacks>member"`
}

type stack struct {
	StackName    string
	StackID      string `xml:"StackId"`
	StackStatus  string
	CreationTime string
	Parameters   []parameter `xml:"Parameters>member"`
	Outputs      []output    `xml:"Outputs>member"`
}

type parameter struct {
	Name  string `xml:"ParameterKey"`
	Value string `xml:"ParameterValue"`
}

type output struct {
	Name  string `xml:"OutputKey"`
	Value string `xml:"OutputValue"`
}

func (s *Service) describeStacks(_ context.Context, call wire.Call) (any, error) {
	if err := s.authorize(call, "DescribeStacks"); err != nil {
		return nil, err
	}
	described := stack{StackName: s.name, StackID: s.id(), StackStatus: "CREATE_COMPLETE", CreationTime: moment(s.made)}
	for _, name := range slices.Sorted(maps.Keys(s.template.Parameters)) {
		value := s.template.Parameters[name]
		if s.template.Hidden[name] {
			value = "****"
		}
		described.Parameters = append(described.Parameters, parameter{name, value})
	}
	for _, name := range slices.Sorted(maps.Keys(s.template.Outputs)) {
		described.Outputs = append(described.Outputs, output{name, s.template.Outputs[name]})
	}
	return stacks{[]stack{described}}, nil
}

type resources struct {
	Resources []resource `xml:"StackResourceSummaries>member"`
}

type resource struct {
	LogicalID    string `xml:"LogicalResourceId"`
	PhysicalID   string `xml:"PhysicalResourceId"`
	Type         string `xml:"ResourceType"`
	Status       string `xml:"ResourceStatus"`
	LastModified string `xml:"LastUpdatedTimestamp"`
}

// listStackResources answers with all resources on one page, but those that SAM
// makes beside the template's own.
func (s *Service) listStackResources(_ context.Context, call wire.Call) (any, error) {
	if err := s.authorize(call, "ListStackResources"); err != nil {
		return nil, err
	}
	var all resources
	for _, r := range s.template.Resources {
		all.Resources = append(all.Resources, resource{r.LogicalID, r.PhysicalID, r.Type, "CREATE_COMPLETE", moment(s.made)})
	}
	return all, nil
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
