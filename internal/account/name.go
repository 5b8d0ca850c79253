package account

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 100

// ErrName says that a text is no name that an IB may have.
var ErrName = errors.New("must have 1 to 100 characters, and no control characters")

// ParseName returns an IB's name without surrounding spaces, or ErrName. One of which
// nothing can be seen is none, nor is one that turns the texts around it.
func ParseName(text string) (string, error) {
	name := strings.TrimSpace(text)
	seen := strings.ContainsFunc(name, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
	if !seen || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(text, isControl) {
		return "", ErrName
	}
	return name, nil
}

// isControl tells of controls, and of the characters that turn the writing direction of
// all that follows; right-to-left letters and marks turn only what is beside them.
func isControl(r rune) bool {
	return unicode.IsControl(r) || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}
