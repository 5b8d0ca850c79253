package expression

import (
	"cmp"
	"maps"
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
)

// Apply returns what an item becomes, which is not nil; the item itself does
// not change. All values are computed from the item as it was. What cannot be done to this
// item is an *attribute.Error.
func (u *Update) Apply(item attribute.Item) (attribute.Item, error) {
	writes, removals, err := u.plan(item)
	if err != nil {
		return nil, err
	}
	// Elements beyond the end of a list are appended in the order of their indexes.
	slices.SortStableFunc(writes, func(a, b write) int { return cmp.Compare(a.path.last().index, b.path.last().index) })
	// Removing the last elements first leaves the indexes of the others right.
	slices.SortStableFunc(removals, func(a, b Path) int { return cmp.Compare(b.last().index, a.last().index) })
	updated := maps.Clone(item)
	for _, w := range writes {
		if err := put(updated, w.path, w.value); err != nil {
			return nil, err
		}
	}
	for _, path := range removals {
		if err := put(updated, path, nil); err != nil {
			return nil, err
		}
	}
	return updated, nil
}

// put makes path lead to value in an item that is still the caller's own, or
// to nothing when value is nil.
func put(item attribute.Item, path Path, value attribute.Value) error {
	if path.Nested() {
		inner, err := edit(item[path.Attribute()], path[1:], value)
		if err != nil {
			return err
		}
		value = inner
	}
	if value == nil {
		delete(item, path.Attribute())
	} else {
		item[path.Attribute()] = value
	}
	return nil
}

func (p Path) last() step { return p[len(p)-1] }

// write is a value and the place it goes to.
type write struct {
	path  Path
	value attribute.Value
}

// plan computes what is to be written and what is to be removed.
func (u *Update) plan(item attribute.Item) (writes []write, removals []Path, err error) {
	for _, set := range u.sets {
		value, err := set.value.evaluate(item)
		if err != nil {
			return nil, nil, err
		}
		writes = append(writes, write{set.path, value})
	}
	for _, add := range u.adds {
		value, err := added(add.path.Lookup(item), add.value)
		if err != nil {
			return nil, nil, err
		}
		writes = append(writes, write{add.path, value})
	}
	removals = slices.Clone(u.removals)
	for _, del := range u.deletes {
		rest, err := without(del.path.Lookup(item), del.value)
		switch {
		case err != nil:
			return nil, nil, err
		case rest.Len() == 0:
			removals = append(removals, del.path)
		default:
			writes = append(writes, write{del.path, rest})
		}
	}
	return writes, removals, nil
}

// added is what ADD makes of an attribute; nil is one that does not exist.
func added(old, value attribute.Value) (attribute.Value, error) {
	switch value := value.(type) {
	case attribute.Number:
		if old == nil {
			return value, nil
		}
		if old, ok := old.(attribute.Number); ok {
			return old.Add(value)
		}
	case attribute.Set:
		if old == nil {
			return value, nil
		}
		if old, ok := old.(attribute.Set); ok {
			if union, ok := old.Union(value); ok {
				return union, nil
			}
		}
	}
	return nil, wrongType()
}

// without is what DELETE makes of an attribute; nil is one that does not
// exist, and an empty set says that nothing is left.
func without(old, value attribute.Value) (attribute.Set, error) {
	if old == nil {
		return attribute.Set{}, nil
	}
	from, ok := old.(attribute.Set)
	members, isSet := value.(attribute.Set)
	if !ok || !isSet {
		return attribute.Set{}, wrongType()
	}
	rest, ok := from.Without(members)
	if !ok {
		return attribute.Set{}, wrongType()
	}
	return rest, nil
}

// edit returns a container in which path leads to value, or to nothing when
// value is nil. Everything off the path is shared with the old container.
func edit(container attribute.Value, path Path, value attribute.Value) (attribute.Value, error) {
	s := path[0]
	if len(path) > 1 {
		inner, err := edit(s.in(container), path[1:], value)
		if err != nil {
			return nil, err
		}
		value = inner
	}
	switch container := container.(type) {
	case attribute.Map:
		if s.name != "" {
			return editMap(container, s.name, value), nil
		}
	case attribute.List:
		if s.name == "" {
			return editList(container, s.index, value), nil
		}
	}
	return nil, attribute.Errorf("The document path provided in the update expression is invalid for update")
}

func editMap(old attribute.Map, name string, value attribute.Value) attribute.Map {
	edited := maps.Clone(old)
	if value == nil {
		delete(edited, name)
	} else {
		edited[name] = value
	}
	return edited
}

func editList(old attribute.List, index int, value attribute.Value) attribute.List {
	switch {
	case value == nil && index >= len(old):
		return old
	case value == nil:
		return slices.Delete(slices.Clone(old), index, index+1)
	case index >= len(old):
		return append(old[:len(old):len(old)], value)
	}
	edited := slices.Clone(old)
	edited[index] = value
	return edited
}
