package eventsource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Filter is a pattern of an event source mapping. It knows exact values, prefix,
// exists, anything-but and numeric.
type Filter struct{ root pattern }

// pattern tells whether a value, which may be absent, matches.
type pattern func(v any, present bool) bool

// ParseFilter reads a pattern. What it does not know is an error.
func ParseFilter(text string) (Filter, error) {
	var document any
	if err := decode([]byte(text), &document); err != nil {
		return Filter{}, fmt.Errorf("filter %s: %w", text, err)
	}
	object, ok := document.(map[string]any)
	if !ok {
		return Filter{}, fmt.Errorf("filter %s: is no object", text)
	}
	root, err := parseObject(object)
	if err != nil {
		return Filter{}, fmt.Errorf("filter %s: %w", text, err)
	}
	return Filter{root}, nil
}

// Match tells whether a record matches. What is no JSON matches nothing.
func (f Filter) Match(record []byte) bool {
	var document any
	return decode(record, &document) == nil && f.root(document, true)
}

func decode(document []byte, into *any) error {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("there is more than one value")
	}
	return nil
}

// parseObject matches values that have all the keys, each with what is asked.
func parseObject(object map[string]any) (pattern, error) {
	if len(object) == 0 {
		return nil, errors.New("an object asks for nothing")
	}
	children := map[string]pattern{}
	for key, asked := range object {
		var err error
		switch a := asked.(type) {
		case map[string]any:
			children[key], err = parseObject(a)
		case []any:
			children[key], err = parseList(a)
		default:
			err = errors.New("must be a list or an object")
		}
		if strings.HasPrefix(key, "$") {
			err = errors.New("is an operator that the local AWS does not know")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return func(v any, _ bool) bool {
		object, _ := v.(map[string]any)
		for key, child := range children {
			value, present := object[key]
			if !child(value, present) {
				return false
			}
		}
		return true
	}, nil
}

// parseList matches values that match one of the list. Of a list of values one
// must match.
func parseList(list []any) (pattern, error) {
	if len(list) == 0 {
		return nil, errors.New("a list asks for nothing")
	}
	var alternatives []pattern
	for _, asked := range list {
		p, err := parseMatcher(asked)
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, p)
	}
	return func(v any, present bool) bool {
		return slices.ContainsFunc(alternatives, func(p pattern) bool { return p(v, present) })
	}, nil
}

func parseMatcher(asked any) (pattern, error) {
	operator, ok := asked.(map[string]any)
	if !ok {
		return exactly(asked)
	}
	if len(operator) != 1 {
		return nil, errors.New("an operator stands alone")
	}
	for name, argument := range operator {
		switch name {
		case "prefix":
			return prefix(argument)
		case "exists":
			return exists(argument)
		case "anything-but":
			return anythingBut(argument)
		case "numeric":
			return numeric(argument)
		default:
			return nil, fmt.Errorf("the local AWS does not know the operator %s", name)
		}
	}
	return nil, nil
}

// leaf matches values that are no objects; of a list one item must match.
func leaf(test func(v any) bool) pattern {
	return func(v any, present bool) bool {
		switch value := v.(type) {
		case map[string]any:
			return false
		case []any:
			return slices.ContainsFunc(value, test)
		default:
			return present && test(v)
		}
	}
}

func exactly(asked any) (pattern, error) {
	if number, ok := asked.(json.Number); ok {
		want, err := number.Float64()
		if err != nil {
			return nil, err
		}
		return leaf(func(v any) bool { return holds(v, "=", want) }), nil
	}
	if _, isList := asked.([]any); isList {
		return nil, errors.New("a list within a list")
	}
	return leaf(func(v any) bool { return v == asked }), nil
}

func prefix(argument any) (pattern, error) {
	begin, ok := argument.(string)
	if !ok {
		return nil, errors.New("prefix wants text")
	}
	return leaf(func(v any) bool {
		text, ok := v.(string)
		return ok && strings.HasPrefix(text, begin)
	}), nil
}

func exists(argument any) (pattern, error) {
	want, ok := argument.(bool)
	if !ok {
		return nil, errors.New("exists wants true or false")
	}
	return func(v any, present bool) bool {
		_, isObject := v.(map[string]any)
		return (present && !isObject) == want
	}, nil
}

// anythingBut matches values that are there and are none of those given.
func anythingBut(argument any) (pattern, error) {
	list, ok := argument.([]any)
	if !ok {
		list = []any{argument}
	}
	var forbidden []pattern
	for _, item := range list {
		switch item.(type) {
		case string, json.Number:
		default:
			return nil, errors.New("anything-but wants texts or numbers")
		}
		p, err := exactly(item)
		if err != nil {
			return nil, err
		}
		forbidden = append(forbidden, p)
	}
	if len(forbidden) == 0 {
		return nil, errors.New("anything-but forbids nothing")
	}
	return leaf(func(v any) bool {
		return !slices.ContainsFunc(forbidden, func(p pattern) bool { return p(v, true) })
	}), nil
}

// numeric matches numbers within one or two bounds, such as [">", 0, "<=", 5].
func numeric(argument any) (pattern, error) {
	list, ok := argument.([]any)
	if !ok || len(list) != 2 && len(list) != 4 {
		return nil, errors.New("numeric wants one or two operators with their numbers")
	}
	var bounds []pattern
	for i := 0; i < len(list); i += 2 {
		operator, _ := list[i].(string)
		number, _ := list[i+1].(json.Number)
		limit, err := number.Float64()
		if err != nil || !slices.Contains([]string{"=", "<", "<=", ">", ">="}, operator) {
			return nil, errors.New("numeric wants one or two operators with their numbers")
		}
		bounds = append(bounds, func(v any, _ bool) bool { return holds(v, operator, limit) })
	}
	return leaf(func(v any) bool {
		return !slices.ContainsFunc(bounds, func(b pattern) bool { return !b(v, true) })
	}), nil
}

// holds compares a number; what is none is neither less nor more.
func holds(v any, operator string, limit float64) bool {
	number, _ := v.(json.Number)
	value, err := number.Float64()
	if err != nil {
		return false
	}
	switch operator {
	case "=":
		return value == limit
	case "<":
		return value < limit
	case "<=":
		return value <= limit
	case ">":
		return value > limit
	default:
		return value >= limit
	}
}
