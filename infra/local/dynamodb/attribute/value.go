// Package attribute holds DynamoDB's data model: the ten kinds of attribute
// value, exact decimal numbers, items, their JSON form, their sizes by AWS's
// rules, and the order of keys. It knows nothing of tables or requests.
//
// Values are immutable: what changes an item makes a new one. So an item that
// was read may be encoded while the table already holds its successor.
package attribute

import (
	"fmt"
	"maps"
	"slices"
)

// Kind is a data type descriptor, as the wire protocol spells it.
type Kind string

// The kinds of attribute value.
const (
	KindString    Kind = "S"
	KindNumber    Kind = "N"
	KindBinary    Kind = "B"
	KindBool      Kind = "BOOL"
	KindNull      Kind = "NULL"
	KindList      Kind = "L"
	KindMap       Kind = "M"
	KindStringSet Kind = "SS"
	KindNumberSet Kind = "NS"
	KindBinarySet Kind = "BS"
)

// Value is one attribute value: a String, Number, Binary, Bool, Null, List,
// Map or Set.
type Value interface {
	// Kind is the value's data type descriptor.
	Kind() Kind
	// Size is what the value counts towards the size of its item, in bytes.
	Size() int
	appendJSON(dst []byte) []byte
}

// String is a UTF-8 text.
type String string

// Binary holds raw bytes.
type Binary string

// Bool is true or false.
type Bool bool

// Null is the null value.
type Null struct{}

// List is an ordered collection of values of any kind.
type List []Value

// Map is a collection of named values of any kind.
type Map map[string]Value

// Item is a row of a table: attribute values by name. A nil Item is no item.
type Item = Map

// Kind returns KindString.
func (String) Kind() Kind { return KindString }

// Kind returns KindBinary.
func (Binary) Kind() Kind { return KindBinary }

// Kind returns KindBool.
func (Bool) Kind() Kind { return KindBool }

// Kind returns KindNull.
func (Null) Kind() Kind { return KindNull }

// Kind returns KindList.
func (List) Kind() Kind { return KindList }

// Kind returns KindMap.
func (Map) Kind() Kind { return KindMap }

// Error is a violation of the data model; its text is the message of the
// ValidationException that AWS answers with.
type Error struct{ Message string }

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Errorf makes an *Error.
func Errorf(format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...)}
}

// Equal says whether two values are of one kind and hold the same. Sets are
// equal whatever the order of their members; nil equals only nil.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case List:
		b, ok := b.(List)
		return ok && slices.EqualFunc(a, b, Equal)
	case Map:
		b, ok := b.(Map)
		return ok && maps.EqualFunc(a, b, Equal)
	case Set:
		b, ok := b.(Set)
		return ok && a.kind == b.kind && slices.Equal(a.members, b.members)
	}
	switch b.(type) {
	case List, Map, Set:
		return false
	}
	return a == b
}
