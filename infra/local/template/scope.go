package template

import (
	"fmt"
	"slices"
	"strings"
)

// The resource types that the local AWS plays.
const (
	kindAPI      = "AWS::Serverless::HttpApi"
	kindFunction = "AWS::Serverless::Function"
	kindTable    = "AWS::DynamoDB::Table"
	kindQueue    = "AWS::SQS::Queue"
	kindPool     = "AWS::Cognito::UserPool"
	kindClient   = "AWS::Cognito::UserPoolClient"
	kindGroup    = "AWS::Cognito::UserPoolGroup"
	kindRole     = "AWS::IAM::Role"
	kindPolicy   = "AWS::IAM::Policy"
	kindLogs     = "AWS::Logs::LogGroup"
	kindFilter   = "AWS::Logs::MetricFilter"
	kindAlarm    = "AWS::CloudWatch::Alarm"
	kindTopic    = "AWS::SNS::Topic"
	kindBoard    = "AWS::CloudWatch::Dashboard"
	kindDomain   = "AWS::ApiGatewayV2::DomainName"
	kindMapping  = "AWS::ApiGatewayV2::ApiMapping"
)

var kinds = []string{kindAPI, kindFunction, kindTable, kindQueue, kindPool, kindClient, kindGroup, kindRole, kindPolicy,
	kindLogs, kindFilter, kindAlarm, kindTopic, kindBoard, kindDomain, kindMapping}

// scope is what names in a template stand for.
type scope struct {
	file       string
	options    Options
	parameters map[string]string
	hidden     map[string]bool // the names of parameters with NoEcho
	conditions map[string]value
	resources  map[string]*resource
	order      []string // logical ids in the order of the file
	resolving  []string // what is being resolved, to find circles
}

// resource is a resource before its properties are read.
type resource struct {
	id, kind   string
	condition  string
	declared   value
	properties value
}

func newScope(file string, options Options) *scope {
	return &scope{
		file:       file,
		options:    options,
		parameters: map[string]string{},
		hidden:     map[string]bool{},
		conditions: map[string]value{},
		resources:  map[string]*resource{},
	}
}

// indexResources finds the resources that exist, those whose condition holds, so
// that others can refer to them.
func (s *scope) indexResources(section value) error {
	err := section.each(func(id string, v value) error {
		r := &resource{id: id, declared: v}
		if err := s.readHeader(r, v); err != nil {
			return err
		}
		exists, err := s.holds(r.condition, v)
		if err != nil {
			return err
		}
		if exists {
			s.resources[id] = r
			s.order = append(s.order, id)
		}
		return nil
	})
	slices.SortStableFunc(s.order, func(a, b string) int {
		return turn(s.resources[a].kind) - turn(s.resources[b].kind)
	})
	return err
}

// turn puts the API before the functions whose routes it settles, and policies
// after the roles to which they are attached.
func turn(kind string) int {
	switch kind {
	case kindAPI:
		return 0
	case kindPolicy:
		return 2
	default:
		return 1
	}
}

func (s *scope) readHeader(r *resource, v value) error {
	err := v.object(fields{
		"Type":                text(&r.kind),
		"Properties":          keep(&r.properties),
		"Condition":           text(&r.condition),
		"Metadata":            readMetadata,
		"DependsOn":           ignored,
		"DeletionPolicy":      ignored,
		"UpdateReplacePolicy": ignored,
	}, "Type")
	if err != nil {
		return err
	}
	if !r.properties.present() {
		r.properties = v.emptyObject("Properties")
	}
	if !slices.Contains(kinds, r.kind) {
		return v.errorf("the local AWS does not know the resource type %s", r.kind)
	}
	return nil
}

func readMetadata(v value) error {
	return v.object(fields{"BuildMethod": exactly("makefile")})
}

// enter marks something as being resolved and fails when it is already; leave
// must follow.
func (s *scope) enter(name string, v value) error {
	if slices.Contains(s.resolving, name) {
		return v.errorf("goes round in a circle: %s", strings.Join(append(s.resolving, name), " → "))
	}
	s.resolving = append(s.resolving, name)
	return nil
}

func (s *scope) leave() { s.resolving = s.resolving[:len(s.resolving)-1] }

// arn names a resource of the account.
func arn(service, rest string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, Region, account, rest)
}
