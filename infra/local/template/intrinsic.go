package template

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// intrinsic returns the name and the argument of an intrinsic function, in its
// short form (!Sub x) or its long form (Fn::Sub: x); ok is false for other values.
func (v value) intrinsic() (name string, argument value, ok bool) {
	if tag := v.node.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		bare := *v.node
		bare.Tag = bareTag(v.node)
		name = strings.TrimPrefix(tag, "!")
		return name, value{v.scope, &bare, v.place + " !" + name}, true
	}
	if v.node.Kind != yaml.MappingNode || len(v.node.Content) != 2 {
		return "", value{}, false
	}
	key := v.node.Content[0].Value
	if name, isFunction := strings.CutPrefix(key, "Fn::"); isFunction || key == "Ref" {
		return name, v.child(key, v.node.Content[1]), true
	}
	return "", value{}, false
}

// bareTag is the tag that a node has without a short-form function.
func bareTag(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "!!map"
	case yaml.SequenceNode:
		return "!!seq"
	default:
		return "!!str"
	}
}

// evaluate returns the value with all intrinsic functions in it worked out. What
// is AWS::NoValue is gone: entries and items leave nothing behind, and a value
// that is nothing else is absent.
func (s *scope) evaluate(v value) (value, error) {
	if !v.present() {
		return v, nil
	}
	if name, argument, ok := v.intrinsic(); ok {
		return s.call(name, argument)
	}
	switch v.node.Kind {
	case yaml.MappingNode:
		return s.evaluateObject(v)
	case yaml.SequenceNode:
		return s.evaluateList(v)
	default:
		_, err := v.text()
		return v, err
	}
}

func (s *scope) evaluateObject(v value) (value, error) {
	result := *v.node
	result.Content = nil
	index := 0
	err := v.each(func(name string, entry value) error {
		key := v.node.Content[index]
		index += 2
		resolved, err := s.evaluate(entry)
		if err == nil && resolved.present() {
			result.Content = append(result.Content, key, resolved.node)
		}
		return err
	})
	return value{s, &result, v.place}, err
}

func (s *scope) evaluateList(v value) (value, error) {
	result := *v.node
	result.Content = nil
	err := v.items(func(item value) error {
		resolved, err := s.evaluate(item)
		if err == nil && resolved.present() {
			result.Content = append(result.Content, resolved.node)
		}
		return err
	})
	return value{s, &result, v.place}, err
}

func (s *scope) call(name string, argument value) (value, error) {
	switch name {
	case "Ref":
		return s.ref(argument)
	case "GetAtt":
		return s.getAtt(argument)
	case "Sub":
		return s.sub(argument)
	case "Join":
		return s.join(argument)
	case "Split":
		return s.split(argument)
	case "Select":
		return s.choose(argument)
	case "If":
		return s.ifElse(argument)
	default:
		return value{}, argument.errorf("the local AWS does not know the function %s", name)
	}
}

// scalar returns text as a value in another's place.
func (v value) scalar(content string) value {
	return value{v.scope, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: content, Line: v.node.Line}, v.place}
}

// arguments evaluates a list of exactly so many arguments.
func (s *scope) arguments(v value, count int) ([]value, error) {
	var list []value
	err := v.items(func(item value) error {
		resolved, err := s.evaluate(item)
		if err == nil && !resolved.present() {
			err = item.errorf("cannot be AWS::NoValue")
		}
		list = append(list, resolved)
		return err
	})
	if err == nil && len(list) != count {
		err = v.errorf("takes %d arguments, not %d", count, len(list))
	}
	return list, err
}

func (s *scope) join(v value) (value, error) {
	args, err := s.arguments(v, 2)
	if err != nil {
		return value{}, err
	}
	separator, err := args[0].text()
	if err != nil {
		return value{}, err
	}
	var parts []string
	if err := texts(&parts)(args[1]); err != nil {
		return value{}, err
	}
	return v.scalar(strings.Join(parts, separator)), nil
}

func (s *scope) split(v value) (value, error) {
	args, err := s.arguments(v, 2)
	if err != nil {
		return value{}, err
	}
	var separator, content string
	for i, target := range []*string{&separator, &content} {
		if *target, err = args[i].text(); err != nil {
			return value{}, err
		}
	}
	if separator == "" {
		return value{}, v.errorf("needs a separator")
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: v.node.Line}
	for _, part := range strings.Split(content, separator) {
		list.Content = append(list.Content, v.scalar(part).node)
	}
	return value{s, list, v.place}, nil
}

// choose is Fn::Select.
func (s *scope) choose(v value) (value, error) {
	args, err := s.arguments(v, 2)
	if err != nil {
		return value{}, err
	}
	word, err := args[0].text()
	if err != nil {
		return value{}, err
	}
	var list []value
	err = args[1].items(func(item value) error {
		list = append(list, item)
		return nil
	})
	if err != nil {
		return value{}, err
	}
	index, err := strconv.Atoi(word)
	if err != nil || index < 0 || index >= len(list) {
		return value{}, v.errorf("has no item %s in a list of %d", word, len(list))
	}
	return list[index], nil
}

// sub is Fn::Sub: text with ${Name}, ${Name.Attribute} and ${!literally} in it,
// alone or in a list with an object of names of its own.
func (s *scope) sub(v value) (value, error) {
	content, own := v, map[string]string{}
	if v.node.Kind == yaml.SequenceNode {
		args, err := s.arguments(v, 2)
		if err != nil {
			return value{}, err
		}
		content = args[0]
		err = args[1].each(func(name string, v value) (err error) {
			own[name], err = v.text()
			return err
		})
		if err != nil {
			return value{}, err
		}
	}
	pattern, err := content.text()
	if err != nil {
		return value{}, err
	}
	result, err := s.expand(v, pattern, own)
	return v.scalar(result), err
}

func (s *scope) expand(v value, pattern string, own map[string]string) (string, error) {
	var result strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, "${")
		result.WriteString(before)
		if !found {
			return result.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", v.errorf("has a ${ without its }")
		}
		replacement, err := s.substitute(v, name, own)
		if err != nil {
			return "", err
		}
		result.WriteString(replacement)
		pattern = after
	}
}

func (s *scope) substitute(v value, name string, own map[string]string) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	if replacement, ok := own[name]; ok {
		return replacement, nil
	}
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return s.attribute(v, id, attribute)
	}
	return s.reference(v, name)
}

// ref is Ref: a pseudo parameter, a parameter or a resource.
func (s *scope) ref(v value) (value, error) {
	name, err := v.text()
	if err != nil || name == "AWS::NoValue" {
		return value{}, err
	}
	content, err := s.reference(v, name)
	return v.scalar(content), err
}

// getAtt is Fn::GetAtt: "Resource.Attribute" or a list of the two.
func (s *scope) getAtt(v value) (value, error) {
	if v.node.Kind == yaml.ScalarNode {
		id, attribute, ok := strings.Cut(v.node.Value, ".")
		if !ok {
			return value{}, v.errorf("needs Resource.Attribute, not %q", v.node.Value)
		}
		content, err := s.attribute(v, id, attribute)
		return v.scalar(content), err
	}
	var parts []string
	if err := texts(&parts)(v); err != nil {
		return value{}, err
	}
	if len(parts) != 2 || slices.Contains(parts, "") {
		return value{}, v.errorf("needs a resource and an attribute")
	}
	content, err := s.attribute(v, parts[0], parts[1])
	return v.scalar(content), err
}
