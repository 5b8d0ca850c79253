package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"clientflow/internal/problem"
)

// Object is the members of a JSON object, each read on its own so that every
// bad one can be named.
type Object struct {
	members map[string]json.RawMessage
}

// ParseObject reads one JSON object. Anything else, a member twice, text that is
// not UTF-8, and text behind the object are an Invalid problem.
func ParseObject(body []byte) (Object, error) {
	if !utf8.Valid(body) {
		return Object{}, invalid("body", "is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return Object{}, invalid("body", "is not a JSON object")
	}
	object := Object{map[string]json.RawMessage{}}
	var fields problem.Fields
	for decoder.More() {
		name, value, err := member(decoder)
		if err != nil {
			return Object{}, invalid("body", "is not a JSON object")
		}
		if _, twice := object.members[name]; twice {
			fields.Add(name, "is given more than once")
		}
		object.members[name] = value
	}
	if err := end(decoder); err != nil {
		return Object{}, invalid("body", "is not a JSON object")
	}
	return object, fields.Err()
}

func member(decoder *json.Decoder) (string, json.RawMessage, error) {
	name, err := decoder.Token()
	if err != nil {
		return "", nil, err
	}
	var value json.RawMessage
	if err := decoder.Decode(&value); err != nil {
		return "", nil, err
	}
	return name.(string), value, nil // an object's keys are strings
}

func end(decoder *json.Decoder) error {
	if _, err := decoder.Token(); err != nil { // the closing brace
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text behind the object")
	}
	return nil
}

// Given tells whether a member is there, be it null.
func (o Object) Given(name string) bool {
	_, ok := o.members[name]
	return ok
}

// Has tells whether a member is there and not null.
func (o Object) Has(name string) bool {
	return o.Given(name) && string(o.members[name]) != "null"
}

// Text returns a member that must be a string; "" when it is not there or null.
// One of another type is noted in fields.
func (o Object) Text(name string, fields *problem.Fields) string {
	return read[string](o, name, "must be text", fields)
}

// Texts returns a member that must be a list of strings.
func (o Object) Texts(name string, fields *problem.Fields) []string {
	return read[[]string](o, name, "must be a list of texts", fields)
}

// Bool returns a member that must be true or false.
func (o Object) Bool(name string, fields *problem.Fields) bool {
	return read[bool](o, name, "must be true or false", fields)
}

func read[T any](o Object, name, complaint string, fields *problem.Fields) T {
	var value T
	if !o.Has(name) {
		return value
	}
	if err := json.Unmarshal(o.members[name], &value); err != nil {
		fields.Add(name, complaint)
	}
	return value
}
