package attribute

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// MarshalJSON writes an item as the wire protocol does: an object of values,
// each an object with its data type descriptor. Names come in order, so that
// equal items have equal encodings.
func (m Map) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	return appendMembers(nil, m), nil
}

// MarshalJSON writes values as the wire protocol does.
func (v Values) MarshalJSON() ([]byte, error) { return Map(v).MarshalJSON() }

// Describe writes a text, number or binary as AWS quotes it in messages:
// {S:abc}. Of other values it tells the kind alone.
func Describe(v Value) string {
	return "{" + string(v.Kind()) + ":" + scalarText(v) + "}"
}

func scalarTexts(values []Value) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = scalarText(value)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func scalarText(v Value) string {
	switch v := v.(type) {
	case String:
		return string(v)
	case Number:
		return v.String()
	case Binary:
		return base64.StdEncoding.EncodeToString([]byte(v))
	}
	return "…"
}

func appendMembers(dst []byte, m Map) []byte {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, name), ':')
		dst = m[name].appendJSON(dst)
	}
	return append(dst, '}')
}

// appendText appends a JSON string. Plain ASCII is the rule, and is copied.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return appendUnusual(dst, text)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

func appendUnusual(dst []byte, text string) []byte {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic("a string is always encodable: " + err.Error())
	}
	return append(dst, encoded...)
}

func appendTyped(dst []byte, kind Kind) []byte {
	dst = append(dst, '{', '"')
	dst = append(dst, kind...)
	return append(dst, '"', ':')
}

func (s String) appendJSON(dst []byte) []byte {
	return append(appendText(appendTyped(dst, KindString), string(s)), '}')
}

func (n Number) appendJSON(dst []byte) []byte {
	return append(appendText(appendTyped(dst, KindNumber), n.String()), '}')
}

func (b Binary) appendJSON(dst []byte) []byte {
	return append(appendText(appendTyped(dst, KindBinary), scalarText(b)), '}')
}

func (b Bool) appendJSON(dst []byte) []byte {
	if b {
		return append(dst, `{"BOOL":true}`...)
	}
	return append(dst, `{"BOOL":false}`...)
}

func (Null) appendJSON(dst []byte) []byte { return append(dst, `{"NULL":true}`...) }

func (m Map) appendJSON(dst []byte) []byte {
	return append(appendMembers(appendTyped(dst, KindMap), m), '}')
}

func (l List) appendJSON(dst []byte) []byte {
	dst = append(appendTyped(dst, KindList), '[')
	for i, member := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = member.appendJSON(dst)
	}
	return append(dst, ']', '}')
}

func (s Set) appendJSON(dst []byte) []byte {
	dst = append(appendTyped(dst, s.kind), '[')
	for i, member := range s.members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, scalarText(member))
	}
	return append(dst, ']', '}')
}
