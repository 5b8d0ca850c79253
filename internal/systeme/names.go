package systeme

import (
	"strings"
	"unicode"
)

// maxFieldValue is how many characters the value of a contact field may have.
const maxFieldValue = 255

// unknownName is the first name of who has none that can be read.
const unknownName = "Unknown"

// SplitName splits a full name at its first space into what Systeme.io keeps as
// first_name and surname, at most 255 characters each. The first name is never
// empty; the surname is when there is but one word. Control and invisible
// characters are dropped.
func SplitName(full string) (first, surname string) {
	words := strings.Fields(strings.Map(visible, strings.ToValidUTF8(full, "")))
	if len(words) == 0 {
		return unknownName, ""
	}
	return cut(words[0], maxFieldValue), cut(strings.Join(words[1:], " "), maxFieldValue)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// visible drops what cannot be seen, but for the joiners that some scripts need,
// and makes a space of a control character such as a tab.
func visible(r rune) rune {
	switch {
	case r == zeroWidthJoiner, r == zeroWidthNonJoiner:
		return r
	case unicode.IsControl(r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	default:
		return r
	}
}

// cut shortens a text to so many characters without parting a letter from its
// accents.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	end := limit
	for end > 0 && joined(runes[end-1], runes[end]) {
		end--
	}
	if end == 0 {
		end = limit
	}
	return strings.TrimSpace(string(runes[:end]))
}

func joined(before, after rune) bool {
	return unicode.Is(unicode.M, after) || after == zeroWidthJoiner || before == zeroWidthJoiner
}
