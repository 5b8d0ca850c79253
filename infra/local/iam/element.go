package iam

import (
	"fmt"
	"slices"
	"strconv"
)

// texts reads one value or a list of them; booleans become text, as in AWS.
func texts(name string, element any) ([]string, error) {
	list := asList(element)
	if len(list) == 0 {
		return nil, fmt.Errorf("%s is missing or empty", name)
	}
	result := make([]string, 0, len(list))
	for _, value := range list {
		switch v := value.(type) {
		case string:
			result = append(result, v)
		case bool:
			result = append(result, strconv.FormatBool(v))
		default:
			return nil, fmt.Errorf("%s holds a %T", name, value)
		}
	}
	return result, nil
}

// asList returns a list as it is, and any other element as a list of itself.
func asList(element any) []any {
	switch element.(type) {
	case nil:
		return nil
	case []any, []string:
		return listOf(element)
	default:
		return []any{element}
	}
}

// listOf returns the members of a list, none of anything else.
func listOf(element any) []any {
	switch e := element.(type) {
	case []any:
		return e
	case []string:
		list := make([]any, len(e))
		for i, text := range e {
			list[i] = text
		}
		return list
	default:
		return nil
	}
}

func knownElements(elements map[string]any, known ...string) error {
	for name := range elements {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown element %q", name)
		}
	}
	return nil
}
