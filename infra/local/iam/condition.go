package iam

import (
	"fmt"
	"slices"
	"strings"
)

// condition is one operator applied to one condition key.
type condition struct {
	key      string
	set      setOperator
	negated  bool // StringNotEquals, StringNotLike
	null     bool // Null, whose value tells whether the key must be absent
	expected []matcher
}

// matcher compares one value of the request with one value of the policy.
type matcher func(value string, values lookup) bool

type setOperator int

const (
	single setOperator = iota
	forAllValues
	forAnyValue
)

// holds tells whether the condition is true, in a statement of this effect.
func (c condition) holds(values lookup, effect outcome) bool {
	found := values(c.key)
	switch {
	case c.null:
		return c.compare(fmt.Sprint(len(found) == 0), values)
	case c.set == forAllValues: // true of none, which is why policies need a Null guard
		return !slices.ContainsFunc(found, func(v string) bool { return !c.compare(v, values) })
	case c.set == forAnyValue:
		return slices.ContainsFunc(found, func(v string) bool { return c.compare(v, values) })
	case len(found) == 0:
		return c.negated
	case len(found) == 1:
		return c.compare(found[0], values)
	default:
		// AWS requires a set operator for a key with several values and does
		// not say what happens without one: take the reading that refuses.
		return effect == denied
	}
}

// compare is true when the value equals one of the expected ones, or for a
// negated operator none of them.
func (c condition) compare(value string, values lookup) bool {
	matched := slices.ContainsFunc(c.expected, func(m matcher) bool { return m(value, values) })
	return matched != c.negated
}

// parseCondition reads an operator such as "ForAllValues:StringEquals" with the
// key and the values that stand under it.
func parseCondition(operator, key string, expected []string) (condition, error) {
	c := condition{key: key}
	if strings.TrimSpace(key) == "" {
		return c, fmt.Errorf("%s has an empty condition key", operator)
	}
	name := operator
	if prefix, rest, ok := strings.Cut(operator, ":"); ok {
		set, known := map[string]setOperator{"ForAllValues": forAllValues, "ForAnyValue": forAnyValue}[prefix]
		if !known || rest == "Null" {
			return c, fmt.Errorf("unknown condition operator %q", operator)
		}
		c.set, name = set, rest
	}
	c.null = name == "Null"
	c.negated = name == "StringNotEquals" || name == "StringNotLike"
	for _, text := range expected {
		m, err := parseMatcher(name, text)
		if err != nil {
			return c, fmt.Errorf("%s of %s: %w", operator, key, err)
		}
		c.expected = append(c.expected, m)
	}
	return c, nil
}

func parseMatcher(operator, text string) (matcher, error) {
	switch operator {
	case "StringEquals", "StringNotEquals":
		p, err := compilePattern(text, false)
		return p.match, err
	case "StringLike", "StringNotLike":
		p, err := compilePattern(text, true)
		return p.match, err
	case "ArnEquals", "ArnLike":
		p, err := compileARN(text)
		return p.match, err
	case "Null", "Bool":
		if text != "true" && text != "false" {
			return nil, fmt.Errorf("%q is neither true nor false", text)
		}
		return func(value string, _ lookup) bool { return strings.EqualFold(value, text) }, nil
	default:
		return nil, fmt.Errorf("unknown condition operator %q", operator)
	}
}
