package attribute

import (
	"encoding/json"
	"maps"
	"slices"
)

// maxDepth is how many documents may lie within each other in one attribute;
// with the item itself that makes AWS's 32 levels.
const maxDepth = 31

// wireValue is a value as the wire protocol carries it: exactly one member set.
type wireValue struct {
	S    *string
	N    *string
	B    *[]byte
	BOOL *bool
	NULL *bool
	L    []wireValue
	M    map[string]wireValue
	SS   []string
	NS   []string
	BS   [][]byte
}

// UnmarshalJSON reads an item from the wire protocol's form. A value that is
// none, or breaks a rule of the data model, is an *Error.
func (m *Map) UnmarshalJSON(data []byte) error {
	var members map[string]wireValue
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	decoded, err := decodeMap(members, 0)
	if err != nil {
		return err
	}
	*m = decoded
	return nil
}

// Values are the values that a request names for use in its expressions.
type Values map[string]Value

// UnmarshalJSON reads values from the wire protocol's form. A value that is
// none, or breaks a rule of the data model, is an *Error that names it.
func (v *Values) UnmarshalJSON(data []byte) error {
	var members map[string]wireValue
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	*v = make(Values, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, err := members[name].decode(0)
		if err != nil {
			return Errorf("ExpressionAttributeValues contains invalid value: %s for key %s", err, name)
		}
		(*v)[name] = value
	}
	return nil
}

// decodeMap goes through the names in order, so that of several errors it is
// always the same that is reported.
func decodeMap(members map[string]wireValue, depth int) (Map, error) {
	if members == nil {
		return nil, nil
	}
	decoded := make(Map, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "" {
			return nil, Errorf("Empty attribute name")
		}
		value, err := members[name].decode(depth)
		if err != nil {
			return nil, err
		}
		decoded[name] = value
	}
	return decoded, nil
}

// decode reads a value that lies within depth documents.
func (w wireValue) decode(depth int) (Value, error) {
	if depth == maxDepth && (w.L != nil || w.M != nil) {
		return nil, Errorf("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
	}
	switch w.count() {
	case 0:
		return nil, Errorf("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	case 1:
		return w.only(depth)
	}
	return nil, Errorf("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
}

func (w wireValue) count() int {
	count := 0
	for _, set := range []bool{w.S != nil, w.N != nil, w.B != nil, w.BOOL != nil, w.NULL != nil,
		w.L != nil, w.M != nil, w.SS != nil, w.NS != nil, w.BS != nil} {
		if set {
			count++
		}
	}
	return count
}

// only decodes the one member that is set.
func (w wireValue) only(depth int) (Value, error) {
	switch {
	case w.S != nil:
		return String(*w.S), nil
	case w.N != nil:
		return ParseNumber(*w.N)
	case w.B != nil:
		return Binary(*w.B), nil
	case w.BOOL != nil:
		return Bool(*w.BOOL), nil
	case w.NULL != nil:
		return decodeNull(*w.NULL)
	case w.L != nil:
		return decodeList(w.L, depth+1)
	case w.M != nil:
		return decodeMap(w.M, depth+1)
	case w.SS != nil:
		return decodeSet(KindString, w.SS, func(s string) (Value, error) { return String(s), nil })
	case w.NS != nil:
		return decodeSet(KindNumber, w.NS, func(s string) (Value, error) { return ParseNumber(s) })
	}
	return decodeSet(KindBinary, w.BS, func(b []byte) (Value, error) { return Binary(b), nil })
}

func decodeNull(isNull bool) (Value, error) {
	if !isNull {
		return nil, Errorf("One or more parameter values were invalid: Null attribute value types must have the value of true")
	}
	return Null{}, nil
}

func decodeList(members []wireValue, depth int) (Value, error) {
	list := make(List, len(members))
	for i, member := range members {
		value, err := member.decode(depth)
		if err != nil {
			return nil, err
		}
		list[i] = value
	}
	return list, nil
}

func decodeSet[T any](member Kind, texts []T, decode func(T) (Value, error)) (Value, error) {
	members := make([]Value, len(texts))
	for i, text := range texts {
		value, err := decode(text)
		if err != nil {
			return nil, err
		}
		members[i] = value
	}
	return newSet(member, members)
}
