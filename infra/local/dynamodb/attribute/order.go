package attribute

import "strings"

// Compare orders two values of one ordered kind: texts by their UTF-8 bytes,
// binaries by their bytes, numbers by value. ok is false for all others.
func Compare(a, b Value) (order int, ok bool) {
	switch a := a.(type) {
	case String:
		b, ok := b.(String)
		return strings.Compare(string(a), string(b)), ok
	case Binary:
		b, ok := b.(Binary)
		return strings.Compare(string(a), string(b)), ok
	case Number:
		b, ok := b.(Number)
		return a.compare(b), ok
	}
	return 0, false
}

func compareScalars(a, b Value) int {
	order, ok := Compare(a, b)
	if !ok {
		panic("members of one set are of different kinds")
	}
	return order
}

// The first byte of each key, so that no key begins with 0xff and a range can
// end just after all keys that share a prefix.
const (
	tagBinary = 0x10
	tagNumber = 0x11
	tagString = 0x12
)

// AppendKey appends the key attribute v so that comparing the bytes compares
// the values, and so that no key is the beginning of another. Values of other
// kinds than S, N and B cannot be keys and append nothing.
func AppendKey(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		dst = appendEscaped(append(dst, tagString), string(v))
		return append(dst, 0x00, 0x01)
	case Binary:
		dst = appendEscaped(append(dst, tagBinary), string(v))
		return append(dst, 0x00, 0x01)
	case Number:
		return appendNumberKey(append(dst, tagNumber), v)
	}
	return dst
}

// AppendKeyPrefix appends what the keys of all texts (or binaries) that begin
// with v have in common.
func AppendKeyPrefix(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		return appendEscaped(append(dst, tagString), string(v))
	case Binary:
		return appendEscaped(append(dst, tagBinary), string(v))
	}
	return dst
}

// appendEscaped writes a zero byte as 00 FF, so that 00 01 may end a key.
func appendEscaped(dst []byte, text string) []byte {
	for i := range len(text) {
		dst = append(dst, text[i])
		if text[i] == 0 {
			dst = append(dst, 0xff)
		}
	}
	return dst
}

// appendNumberKey writes sign, magnitude, digits and an end mark. A negative
// number's bytes are inverted, so that the greater magnitude sorts first.
func appendNumberKey(dst []byte, n Number) []byte {
	var invert byte
	switch n.sign() {
	case 0:
		return append(dst, 2)
	case -1:
		dst, invert = append(dst, 1), 0xff
	default:
		dst = append(dst, 3)
	}
	dst = append(dst, byte(n.point-minPoint)^invert)
	for i := range len(n.digits) {
		dst = append(dst, n.digits[i]^invert)
	}
	return append(dst, invert)
}
