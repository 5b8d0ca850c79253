package expression

import (
	"strconv"
	"strings"

	"clientflow/infra/local/dynamodb/attribute"
)

// Path is a document path: an attribute, or a place within the document that
// an attribute holds, such as a.b[2].
type Path []step

// step is a member of a map by name, or an element of a list by index.
type step struct {
	// name is empty for an index: attribute names never are.
	name  string
	index int
}

// Attribute is the name of the top-level attribute that the path begins at.
func (p Path) Attribute() string { return p[0].name }

// Nested says whether the path leads into a document.
func (p Path) Nested() bool { return len(p) > 1 }

// Lookup returns what the path leads to in an item; nil when nothing is there.
func (p Path) Lookup(item attribute.Item) attribute.Value {
	var found attribute.Value = item
	for _, s := range p {
		found = s.in(found)
		if found == nil {
			return nil
		}
	}
	return found
}

func (s step) in(container attribute.Value) attribute.Value {
	switch container := container.(type) {
	case attribute.Map:
		if s.name != "" {
			return container[s.name]
		}
	case attribute.List:
		if s.name == "" && s.index < len(container) {
			return container[s.index]
		}
	}
	return nil
}

// String writes the path as AWS quotes it in messages: [a, b, [2]].
func (p Path) String() string {
	steps := make([]string, len(p))
	for i, s := range p {
		steps[i] = s.name
		if s.name == "" {
			steps[i] = "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// clash says whether two paths cannot both be used: because one leads to the
// other or past it (overlap), or because they take one value for a map and for
// a list (conflict).
func clash(a, b Path) (overlap, conflict bool) {
	for i := range min(len(a), len(b)) {
		if (a[i].name == "") != (b[i].name == "") {
			return false, true
		}
		if a[i] != b[i] {
			return false, false
		}
	}
	return true, false
}
