package ssm

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"clientflow/infra/local/wire"
)

type putParameterInput struct {
	Name, Type, Value, Description string
	Overwrite                      bool
	// KeyId may name the key that is taken anyway.
	KeyID string `json:"KeyId"`
	// Tier and DataType may say what is so anyway.
	Tier, DataType string
}

const (
	// longest is the size of a parameter of the standard tier.
	longest = 4096
	// deepest is how many parts a name may have.
	deepest = 15
)

var nameShape = regexp.MustCompile(`^/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$`)

func (s *Service) putParameter(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[putParameterInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "PutParameter", in.Name); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, exists := s.parameters[in.Name]
	switch {
	case exists && !in.Overwrite:
		return nil, wire.Errorf("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	case !exists && in.Type == "":
		return nil, invalid("A parameter type is required when you create a parameter.")
	}
	s.parameters[in.Name] = parameter{
		kind: cmp.Or(in.Type, before.kind), value: in.Value, description: cmp.Or(in.Description, before.description),
		version: before.version + 1, modified: s.clock(),
	}
	return map[string]any{"Version": before.version + 1, "Tier": "Standard"}, nil
}

func (in putParameterInput) check() error {
	first, _, _ := strings.Cut(strings.TrimPrefix(in.Name, "/"), "/")
	switch {
	case !nameShape.MatchString(in.Name), strings.Count(strings.TrimPrefix(in.Name, "/"), "/") >= deepest,
		strings.Contains(in.Name, "/") && !strings.HasPrefix(in.Name, "/"):
		return invalid("Parameter name must be a fully qualified name.")
	case strings.HasPrefix(strings.ToLower(first), "aws"), strings.HasPrefix(strings.ToLower(first), "ssm"):
		return invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")
	case in.Value == "":
		return invalid("1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case len(in.Value) > longest:
		return invalid("Standard tier parameters support a maximum parameter value of %d characters.", longest)
	case in.Type != "" && !slices.Contains([]string{"String", "StringList", secure}, in.Type):
		return invalid("1 validation error detected: Value '%s' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]", in.Type)
	case !slices.Contains([]string{"", "alias/aws/ssm"}, in.KeyID), !slices.Contains([]string{"", "Standard"}, in.Tier),
		!slices.Contains([]string{"", "text"}, in.DataType):
		return invalid("The local AWS does not have this key, tier or data type")
	}
	return nil
}

type deleteParameterInput struct{ Name string }

func (s *Service) deleteParameter(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[deleteParameterInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "DeleteParameter", in.Name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.parameters[in.Name]; !known {
		return nil, notFound(in.Name)
	}
	delete(s.parameters, in.Name)
	return nil, nil
}
