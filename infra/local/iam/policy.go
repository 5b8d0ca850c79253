package iam

import (
	"slices"
	"strings"
)

// Policy is one identity policy. The zero Policy allows nothing.
type Policy struct {
	statements []statement
}

// outcome orders what policies can say: a later one outweighs an earlier one.
type outcome int

const (
	undecided outcome = iota
	allowed
	denied
)

// lookup returns the values of a condition key, none when it is absent.
type lookup func(key string) []string

type statement struct {
	effect     outcome
	principals []string  // of trust policies only
	actions    []pattern // in lower case, as IAM ignores the case of actions
	resources  []arnPattern
	conditions []condition
	elements   map[string]any // as it was read
}

// decide returns what the policy says of a request.
func (p Policy) decide(r Request, values lookup) outcome {
	result := undecided
	for _, s := range p.statements {
		if s.matchesResource(r.Resource, values) && s.applies(r, values) {
			result = max(result, s.effect)
		}
	}
	return result
}

// applies tells whether the statement's action and conditions fit the request.
func (s statement) applies(r Request, values lookup) bool {
	if !s.matchesAction(r.Action) {
		return false
	}
	return !slices.ContainsFunc(s.conditions, func(c condition) bool { return !c.holds(values, s.effect) })
}

func (s statement) matchesAction(action string) bool {
	lower := strings.ToLower(action)
	return slices.ContainsFunc(s.actions, func(p pattern) bool { return p.match(lower, nil) })
}

func (s statement) matchesResource(resource string, values lookup) bool {
	return slices.ContainsFunc(s.resources, func(p arnPattern) bool { return p.match(resource, values) })
}
