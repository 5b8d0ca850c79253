package expression

import (
	"slices"
	"strings"
	"unicode/utf8"

	"clientflow/infra/local/dynamodb/attribute"
)

// operand is a part of a condition that has a value in an item.
type operand interface {
	// resolve returns the value; nil when the item has none there.
	resolve(item attribute.Item) attribute.Value
	// kind is the kind that the value is known to have before any item is
	// looked at; "" when it depends on the item.
	kind() attribute.Kind
}

// condition is a part of a condition that is true or false of an item.
type condition interface {
	matches(item attribute.Item) bool
}

func (p Path) resolve(item attribute.Item) attribute.Value { return p.Lookup(item) }

func (p Path) kind() attribute.Kind { return "" }

func (l literal) resolve(attribute.Item) attribute.Value { return l.Value }

func (l literal) kind() attribute.Kind {
	if l.Value == nil {
		return ""
	}
	return l.Value.Kind()
}

// size is a function: the length of a value.
type size struct{ of operand }

func (s size) kind() attribute.Kind { return attribute.KindNumber }

func (s size) resolve(item attribute.Item) attribute.Value {
	switch v := s.of.resolve(item).(type) {
	case attribute.String:
		return attribute.IntNumber(utf8.RuneCountInString(string(v)))
	case attribute.Binary:
		return attribute.IntNumber(len(v))
	case attribute.List:
		return attribute.IntNumber(len(v))
	case attribute.Map:
		return attribute.IntNumber(len(v))
	case attribute.Set:
		return attribute.IntNumber(v.Len())
	}
	return nil
}

// unknown stands where a mistake was noted; it is never evaluated.
type unknown struct{}

func (unknown) matches(attribute.Item) bool { return false }

type (
	conjunction struct{ left, right condition }
	disjunction struct{ left, right condition }
	negation    struct{ of condition }
)

func (c conjunction) matches(item attribute.Item) bool {
	return c.left.matches(item) && c.right.matches(item)
}

func (d disjunction) matches(item attribute.Item) bool {
	return d.left.matches(item) || d.right.matches(item)
}

func (n negation) matches(item attribute.Item) bool { return !n.of.matches(item) }

type comparison struct {
	operator    string
	left, right operand
}

func (c comparison) matches(item attribute.Item) bool {
	left, right := c.left.resolve(item), c.right.resolve(item)
	switch c.operator {
	case "=":
		return left != nil && attribute.Equal(left, right)
	case "<>":
		return left == nil || !attribute.Equal(left, right)
	}
	order, ok := compare(left, right)
	if !ok {
		return false
	}
	switch c.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func compare(a, b attribute.Value) (order int, ok bool) {
	if a == nil || b == nil {
		return 0, false
	}
	return attribute.Compare(a, b)
}

type between struct{ value, low, high operand }

func (b between) matches(item attribute.Item) bool {
	value := b.value.resolve(item)
	fromLow, ok := compare(value, b.low.resolve(item))
	if !ok || fromLow < 0 {
		return false
	}
	fromHigh, ok := compare(value, b.high.resolve(item))
	return ok && fromHigh <= 0
}

// membership is the IN operator.
type membership struct {
	value   operand
	members []operand
}

func (m membership) matches(item attribute.Item) bool {
	value := m.value.resolve(item)
	return value != nil && slices.ContainsFunc(m.members, func(member operand) bool {
		return attribute.Equal(value, member.resolve(item))
	})
}

// presence is attribute_exists or attribute_not_exists.
type presence struct {
	of   operand
	want bool
}

func (p presence) matches(item attribute.Item) bool { return (p.of.resolve(item) != nil) == p.want }

// kindTest is attribute_type.
type kindTest struct {
	of   operand
	want attribute.Kind
}

func (k kindTest) matches(item attribute.Item) bool {
	value := k.of.resolve(item)
	return value != nil && value.Kind() == k.want
}

// prefixTest is begins_with.
type prefixTest struct{ value, prefix operand }

func (t prefixTest) matches(item attribute.Item) bool {
	switch value := t.value.resolve(item).(type) {
	case attribute.String:
		prefix, ok := t.prefix.resolve(item).(attribute.String)
		return ok && strings.HasPrefix(string(value), string(prefix))
	case attribute.Binary:
		prefix, ok := t.prefix.resolve(item).(attribute.Binary)
		return ok && strings.HasPrefix(string(value), string(prefix))
	}
	return false
}

// containment is the contains function: a part of a text, or a member of a
// set or list.
type containment struct{ in, of operand }

func (c containment) matches(item attribute.Item) bool {
	part := c.of.resolve(item)
	if part == nil {
		return false
	}
	switch whole := c.in.resolve(item).(type) {
	case attribute.String:
		part, ok := part.(attribute.String)
		return ok && strings.Contains(string(whole), string(part))
	case attribute.Binary:
		part, ok := part.(attribute.Binary)
		return ok && strings.Contains(string(whole), string(part))
	case attribute.Set:
		return whole.Contains(part)
	case attribute.List:
		return slices.ContainsFunc(whole, func(member attribute.Value) bool { return attribute.Equal(member, part) })
	}
	return false
}
