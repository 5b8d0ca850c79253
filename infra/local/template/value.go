package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Error is something wrong at one place of a template.
type Error struct {
	// File and Line are where it stands; Line counts from 1.
	File string
	Line int
	// Place is the way to it, such as "Resources.LeadsTable.Properties.KeySchema".
	Place string
	// Problem says what is wrong.
	Problem string
}

// Error returns "file:line: place: problem".
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Place, e.Problem)
}

// value is a node of the template together with the way to it. The zero value is
// absent.
type value struct {
	scope *scope
	node  *yaml.Node
	place string
}

// reader reads one value into what it was made for.
type reader func(value) error

// fields are the known keys of an object with their readers.
type fields map[string]reader

func (v value) present() bool { return v.node != nil }

func (v value) errorf(format string, args ...any) error {
	place := v.place
	if place == "" {
		place = "the template"
	}
	return &Error{File: v.scope.file, Line: v.node.Line, Place: place, Problem: fmt.Sprintf(format, args...)}
}

// child is the value of a key of an object.
func (v value) child(name string, node *yaml.Node) value {
	place := name
	if v.place != "" {
		place = v.place + "." + name
	}
	return value{v.scope, node, place}
}

// emptyObject stands for an entry that is not there.
func (v value) emptyObject(name string) value {
	return v.child(name, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: v.node.Line})
}

// each calls do for each entry of an object, in the order of the file; an absent
// object has none.
func (v value) each(do func(name string, v value) error) error {
	if !v.present() {
		return nil
	}
	if v.node.Kind != yaml.MappingNode || v.node.Tag != "!!map" {
		return v.errorf("must be an object, not %s", v.describe())
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, node := v.node.Content[i], v.node.Content[i+1]
		at := value{v.scope, key, v.place}
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || key.Tag == "!!null" {
			return at.errorf("a key must be text; quote it if it is a word of YAML, such as Null")
		}
		if seen[key.Value] {
			return at.errorf("%s is there twice", key.Value)
		}
		seen[key.Value] = true
		if err := do(key.Value, v.child(key.Value, node)); err != nil {
			return err
		}
	}
	return nil
}

// lookup finds an entry of an object by its key.
func (v value) lookup(name string) (value, bool) {
	if !v.present() || v.node.Kind != yaml.MappingNode {
		return value{}, false
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == name {
			return v.child(name, v.node.Content[i+1]), true
		}
	}
	return value{}, false
}

// object reads an object all of whose keys are known, and which has the required
// ones.
func (v value) object(known fields, required ...string) error {
	found := map[string]bool{}
	err := v.each(func(name string, v value) error {
		read, ok := known[name]
		if !ok {
			return v.errorf("the local AWS does not know this property")
		}
		found[name] = true
		return read(v)
	})
	if err != nil || !v.present() {
		return err
	}
	for _, name := range required {
		if !found[name] {
			return v.errorf("%s is missing", name)
		}
	}
	return nil
}

// items calls do for each item of a list.
func (v value) items(do func(value) error) error {
	if v.node.Kind != yaml.SequenceNode || v.node.Tag != "!!seq" {
		return v.errorf("must be a list, not %s", v.describe())
	}
	for i, node := range v.node.Content {
		if err := do(value{v.scope, node, v.place + "[" + strconv.Itoa(i) + "]"}); err != nil {
			return err
		}
	}
	return nil
}

// text returns a scalar as the text that the template has for it.
func (v value) text() (string, error) {
	if v.node.Kind != yaml.ScalarNode {
		return "", v.errorf("must be text, not %s", v.describe())
	}
	switch v.node.Tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
		return v.node.Value, nil
	case "!!null":
		return "", v.errorf("has no value")
	default:
		return "", v.errorf("the local AWS does not know %s", v.node.Tag)
	}
}

func (v value) describe() string {
	switch {
	case strings.HasPrefix(v.node.Tag, "!") && !strings.HasPrefix(v.node.Tag, "!!"):
		return v.node.Tag
	case v.node.Kind == yaml.MappingNode:
		return "an object"
	case v.node.Kind == yaml.SequenceNode:
		return "a list"
	case v.node.Kind == yaml.AliasNode:
		return "an alias"
	default:
		return strconv.Quote(v.node.Value)
	}
}

// plain returns the value as encoding/json would decode it, with all scalars as
// text, which is how a policy document wants them.
func (v value) plain() (any, error) {
	switch v.node.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		err := v.each(func(name string, v value) (err error) {
			object[name], err = v.plain()
			return err
		})
		return object, err
	case yaml.SequenceNode:
		list := []any{}
		err := v.items(func(v value) error {
			item, err := v.plain()
			list = append(list, item)
			return err
		})
		return list, err
	default:
		return v.text()
	}
}

// ignored is the reader of properties that have no effect locally.
func ignored(value) error { return nil }

// keep holds a value back for later.
func keep(target *value) reader {
	return func(v value) error {
		*target = v
		return nil
	}
}

func text(target *string) reader {
	return func(v value) (err error) {
		*target, err = v.text()
		return err
	}
}

// oneOf reads text that is one of some words.
func oneOf(target *string, words ...string) reader {
	return func(v value) (err error) {
		if *target, err = v.text(); err != nil {
			return err
		}
		if !slices.Contains(words, *target) {
			return v.errorf("the local AWS knows only %s here, not %q", strings.Join(words, ", "), *target)
		}
		return nil
	}
}

// exactly reads text that must be the one given.
func exactly(word string) reader { return oneOf(new(string), word) }

func flag(target *bool) reader {
	return func(v value) error {
		word, err := v.text()
		if err != nil {
			return err
		}
		if word != "true" && word != "false" {
			return v.errorf("must be true or false, not %q", word)
		}
		*target = word == "true"
		return nil
	}
}

// number reads a whole number from least to most.
func number(target *int, least, most int) reader {
	return func(v value) error {
		word, err := v.text()
		if err != nil {
			return err
		}
		if *target, err = strconv.Atoi(word); err != nil || *target < least || *target > most {
			return v.errorf("must be a whole number from %d to %d, not %q", least, most, word)
		}
		return nil
	}
}

// decimal reads a number that is more than 0.
func decimal(target *float64) reader {
	return func(v value) error {
		word, err := v.text()
		if err != nil {
			return err
		}
		if *target, err = strconv.ParseFloat(word, 64); err != nil || !(*target > 0) || *target > 1e9 {
			return v.errorf("must be a number above 0, not %q", word)
		}
		return nil
	}
}

func texts(target *[]string) reader {
	return listOf(target, func(item *string) reader { return text(item) })
}

// listOf reads a list, each item with the reader that item makes for its place.
func listOf[T any](target *[]T, item func(*T) reader) reader {
	return func(v value) error {
		return v.items(func(v value) error {
			var next T
			if err := item(&next)(v); err != nil {
				return err
			}
			*target = append(*target, next)
			return nil
		})
	}
}
