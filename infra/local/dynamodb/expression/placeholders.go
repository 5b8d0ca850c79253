package expression

import (
	"maps"
	"slices"
	"strings"

	"clientflow/infra/local/dynamodb/attribute"
)

// Placeholders are the names and values that the expressions of one request
// share. Each must be used by at least one of them.
type Placeholders struct {
	names  map[string]string
	values attribute.Values
	used   map[string]bool
}

// NewPlaceholders checks ExpressionAttributeNames and ExpressionAttributeValues;
// nil stands for a member that the request does not have. An *attribute.Error
// says what is wrong with them.
func NewPlaceholders(names map[string]string, values attribute.Values) (*Placeholders, error) {
	if err := checkKeys("ExpressionAttributeNames", '#', names); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		if names[key] == "" {
			return nil, attribute.Errorf("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", key)
		}
	}
	if err := checkKeys("ExpressionAttributeValues", ':', values); err != nil {
		return nil, err
	}
	return &Placeholders{names: names, values: values, used: map[string]bool{}}, nil
}

func checkKeys[V any](member string, mark byte, entries map[string]V) error {
	if entries != nil && len(entries) == 0 {
		return attribute.Errorf("%s must not be empty", member)
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if len(key) < 2 || key[0] != mark || span(key[1:], isWordPart) != len(key)-1 {
			return attribute.Errorf(`%s contains invalid key: Syntax error; key: "%s"`, member, key)
		}
	}
	return nil
}

// Unused returns an *attribute.Error when a name or a value occurs in none of
// the expressions that were parsed so far.
func (p *Placeholders) Unused() error {
	if keys := p.unused(maps.Keys(p.names)); keys != "" {
		return attribute.Errorf("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", keys)
	}
	if keys := p.unused(maps.Keys(p.values)); keys != "" {
		return attribute.Errorf("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", keys)
	}
	return nil
}

func (p *Placeholders) unused(keys func(func(string) bool)) string {
	var rest []string
	for key := range keys {
		if !p.used[key] {
			rest = append(rest, key)
		}
	}
	slices.Sort(rest)
	return strings.Join(rest, ", ")
}

func (p *Placeholders) name(key string) (string, bool) {
	name, ok := p.names[key]
	p.used[key] = true
	return name, ok
}

func (p *Placeholders) value(key string) (attribute.Value, bool) {
	value, ok := p.values[key]
	p.used[key] = true
	return value, ok
}
