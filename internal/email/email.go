// Package email reads the addresses that people type.
//
// An address is compared, hashed and stored in one form, so it is brought to
// that form once, here.
package email

import (
	"errors"
	"regexp"
	"strings"
)

// ErrAddress says that a text is not an address that ClientFlow takes.
var ErrAddress = errors.New("not a plain email address such as name@example.com")

const (
	maxLen   = 254 // RFC 5321, section 4.5.3.1, less the angle brackets
	maxLocal = 64
)

// shape takes the dot-atom form of RFC 5322 with a domain of two labels or more.
// Quoted local parts, comments, display names and address literals are legal
// mail, but nobody's own address in a form; non-ASCII domains come as punycode.
var shape = regexp.MustCompile(`^[a-z0-9!#$%&'*+/=?^_{|}~` + "`" + `-]+(\.[a-z0-9!#$%&'*+/=?^_{|}~` + "`" + `-]+)*` +
	`@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)

// Normalise returns an address without surrounding spaces and in lower case, or
// ErrAddress. The local part is lowered too: no mail service in use tells
// addresses apart by case, and people type both.
func Normalise(text string) (string, error) {
	text = strings.Trim(text, " ")
	for i := range len(text) {
		if text[i] >= 0x80 {
			return "", ErrAddress
		}
	}
	address := strings.ToLower(text)
	if len(address) > maxLen || strings.IndexByte(address, '@') > maxLocal || !shape.MatchString(address) {
		return "", ErrAddress
	}
	return address, nil
}
