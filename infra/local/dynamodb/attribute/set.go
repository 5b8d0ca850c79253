package attribute

import (
	"slices"
	"strings"
)

// Set is a set of strings, of numbers or of binaries. It is never empty and
// its members are kept in order.
type Set struct {
	kind    Kind
	members []Value
}

// newSet makes a set of members of one kind. An empty set and a member that
// comes twice are an *Error.
func newSet(member Kind, members []Value) (Value, error) {
	if len(members) == 0 {
		return nil, emptySet(member)
	}
	sorted := slices.SortedFunc(slices.Values(members), compareScalars)
	if len(slices.Compact(sorted)) != len(members) {
		return nil, duplicates(member, members)
	}
	return Set{kind: member + "S", members: sorted}, nil
}

func emptySet(member Kind) error {
	switch member {
	case KindBinary:
		return Errorf("One or more parameter values were invalid: Binary sets should not be empty")
	case KindNumber:
		return Errorf("One or more parameter values were invalid: An number set  may not be empty")
	}
	return Errorf("One or more parameter values were invalid: An string set  may not be empty")
}

func duplicates(member Kind, members []Value) error {
	switch member {
	case KindBinary:
		return Errorf("One or more parameter values were invalid: Input collection %sof type BS contains duplicates.", scalarTexts(members))
	case KindNumber:
		return Errorf("Input collection contains duplicates")
	}
	return Errorf("One or more parameter values were invalid: Input collection %s contains duplicates.", scalarTexts(members))
}

// Kind returns KindStringSet, KindNumberSet or KindBinarySet.
func (s Set) Kind() Kind { return s.kind }

// Len is the number of members.
func (s Set) Len() int { return len(s.members) }

// Contains says whether v is a member.
func (s Set) Contains(v Value) bool {
	_, found := slices.BinarySearchFunc(s.members, v, compareMembers)
	return found
}

// compareMembers orders values of different kinds by kind, so that a number is
// simply not found in a set of strings.
func compareMembers(a, b Value) int {
	if order, ok := Compare(a, b); ok {
		return order
	}
	return strings.Compare(string(a.Kind()), string(b.Kind()))
}

// Union returns a set with the members of both; ok is false when the sets are
// of different kinds.
func (s Set) Union(other Set) (union Set, ok bool) {
	if s.kind != other.kind {
		return Set{}, false
	}
	members := slices.Concat(s.members, other.members)
	slices.SortFunc(members, compareScalars)
	return Set{kind: s.kind, members: slices.Compact(members)}, true
}

// Without returns the set less the members of other; ok is false when the sets
// are of different kinds. The result may have Len 0, which no attribute may hold.
func (s Set) Without(other Set) (rest Set, ok bool) {
	if s.kind != other.kind {
		return Set{}, false
	}
	members := slices.DeleteFunc(slices.Clone(s.members), other.Contains)
	return Set{kind: s.kind, members: members}, true
}
