package attribute

// Sizes follow the rules that AWS publishes for item sizes: names and texts
// count their UTF-8 bytes, numbers about half their digits, and documents an
// overhead of three bytes and one more for each member.
const (
	documentOverhead = 3
	memberOverhead   = 1
)

// Size is the length in bytes of the UTF-8 text.
func (s String) Size() int { return len(s) }

// Size is the number of bytes.
func (b Binary) Size() int { return len(b) }

// Size is 1.
func (Bool) Size() int { return 1 }

// Size is 1.
func (Null) Size() int { return 1 }

// Size is one byte for each two digits, counted in pairs from the decimal
// point, one more for the exponent, and one more for a minus sign.
func (n Number) Size() int {
	if n.digits == "" {
		return 1
	}
	digits := len(n.digits)
	if n.point%2 != 0 {
		digits++
	}
	size := (digits+1)/2 + 1
	if n.negative {
		size++
	}
	return size
}

// Size is the sum of the members' sizes.
func (s Set) Size() int {
	size := 0
	for _, member := range s.members {
		size += member.Size()
	}
	return size
}

// Size is that of the members and of the document.
func (l List) Size() int {
	size := documentOverhead
	for _, member := range l {
		size += member.Size() + memberOverhead
	}
	return size
}

// Size is that of the members, of their names and of the document. For the
// size of an item see ItemSize.
func (m Map) Size() int {
	return documentOverhead + len(m)*memberOverhead + ItemSize(m)
}

// ItemSize is the size of an item in bytes: its names and its values.
func ItemSize(item Item) int {
	size := 0
	for name, value := range item {
		size += len(name) + value.Size()
	}
	return size
}
