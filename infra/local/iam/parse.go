package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// version is the policy language with variables; a document without a Version
// is read by AWS in an older language in which they are plain text.
const version = "2012-10-17"

// ParsePolicy reads an identity policy: a JSON document ([]byte, string or
// json.RawMessage), or one that is decoded already (map[string]any, as a YAML or
// JSON decoder gives it). It refuses every element, operator and variable that
// it would not evaluate.
func ParsePolicy(document any) (Policy, error) {
	statements, err := parseDocument(document, parseIdentityStatement)
	if err != nil {
		return Policy{}, fmt.Errorf("read policy: %w", err)
	}
	return Policy{statements: statements}, nil
}

// parseDocument reads what identity and trust policies have in common.
func parseDocument(document any, parse func(map[string]any) (statement, error)) ([]statement, error) {
	elements, err := decodeDocument(document)
	if err != nil {
		return nil, err
	}
	if err := knownElements(elements, "Version", "Id", "Statement"); err != nil {
		return nil, err
	}
	if err := checkVersion(elements); err != nil {
		return nil, err
	}
	list := asList(elements["Statement"])
	if len(list) == 0 {
		return nil, errors.New("a policy needs a Statement")
	}
	statements := make([]statement, 0, len(list))
	for i, element := range list {
		s, err := parseStatement(element, parse)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		statements = append(statements, s)
	}
	return statements, nil
}

func decodeDocument(document any) (map[string]any, error) {
	switch d := document.(type) {
	case map[string]any:
		return d, nil
	case json.RawMessage:
		return decodeJSON(d)
	case []byte:
		return decodeJSON(d)
	case string:
		return decodeJSON([]byte(d))
	default:
		return nil, fmt.Errorf("a policy document cannot be a %T", document)
	}
}

func decodeJSON(document []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	var elements map[string]any
	if err := decoder.Decode(&elements); err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON document")
	}
	return elements, nil
}

// checkVersion accepts the current language only, or no Version at all in a
// document without variables, which means the same in both languages.
func checkVersion(elements map[string]any) error {
	switch v := elements["Version"].(type) {
	case string:
		if v == version {
			return nil
		}
	case time.Time: // what YAML makes of an unquoted date
		if v.Format(time.DateOnly) == version {
			return nil
		}
	case nil:
		if holdsVariable(elements) {
			return fmt.Errorf("policy variables need Version %q; without it AWS reads them as plain text", version)
		}
		return nil
	}
	return fmt.Errorf("unknown policy Version %v", elements["Version"])
}

func holdsVariable(element any) bool {
	switch e := element.(type) {
	case string:
		return strings.Contains(e, "${")
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(e)), holdsVariable)
	default:
		return slices.ContainsFunc(listOf(e), holdsVariable)
	}
}

// parseStatement reads the elements that every statement has; parse reads those
// that identity and trust policies do not share.
func parseStatement(element any, parse func(map[string]any) (statement, error)) (statement, error) {
	elements, ok := element.(map[string]any)
	if !ok {
		return statement{}, fmt.Errorf("a statement cannot be a %T", element)
	}
	s, err := parse(elements)
	if err != nil {
		return statement{}, err
	}
	s.elements = elements
	switch elements["Effect"] {
	case "Allow":
		s.effect = allowed
	case "Deny":
		s.effect = denied
	default:
		return statement{}, fmt.Errorf("the Effect must be Allow or Deny, not %v", elements["Effect"])
	}
	if s.actions, err = parseActions(elements["Action"]); err != nil {
		return statement{}, err
	}
	if s.conditions, err = parseConditions(elements["Condition"]); err != nil {
		return statement{}, err
	}
	return s, nil
}

func parseIdentityStatement(elements map[string]any) (statement, error) {
	if err := knownElements(elements, "Sid", "Effect", "Action", "Resource", "Condition"); err != nil {
		return statement{}, err
	}
	list, err := texts("Resource", elements["Resource"])
	if err != nil {
		return statement{}, err
	}
	var s statement
	for _, text := range list {
		p, err := compileARN(text)
		if err != nil {
			return statement{}, fmt.Errorf("element Resource: %w", err)
		}
		s.resources = append(s.resources, p)
	}
	return s, nil
}

func parseActions(element any) ([]pattern, error) {
	list, err := texts("Action", element)
	if err != nil {
		return nil, err
	}
	actions := make([]pattern, 0, len(list))
	for _, text := range list {
		service, name, ok := strings.Cut(text, ":")
		if text != "*" && (!ok || service == "" || name == "" || strings.ContainsAny(service, "*?$")) {
			return nil, fmt.Errorf("action %q is neither service:Name nor *", text)
		}
		p, err := compilePattern(strings.ToLower(text), true)
		if err != nil || strings.Contains(text, "$") {
			return nil, fmt.Errorf("action %q: variables are not allowed here", text)
		}
		actions = append(actions, p)
	}
	return actions, nil
}

func parseConditions(element any) ([]condition, error) {
	if element == nil {
		return nil, nil
	}
	operators, ok := element.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a Condition cannot be a %T (YAML reads an unquoted Null as no key at all: quote it)", element)
	}
	var conditions []condition
	for operator, element := range operators {
		keys, ok := element.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s cannot be a %T", operator, element)
		}
		for key, value := range keys {
			expected, err := texts(operator+" of "+key, value)
			if err != nil {
				return nil, err
			}
			c, err := parseCondition(operator, key, expected)
			if err != nil {
				return nil, err
			}
			conditions = append(conditions, c)
		}
	}
	return conditions, nil
}
