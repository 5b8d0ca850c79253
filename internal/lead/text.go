package lead

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

const missing = "is missing"

// Line returns a line of text without surrounding spaces, and what is wrong with
// it: more than most characters, or one that is not text. The complaint is ""
// for a good line, and for an empty one.
func Line(value string, most int) (line, complaint string) {
	return checked(value, most, func(r rune) bool { return !isText(r) })
}

// WebAddress is Line for the address of a page.
func WebAddress(value string) (address, complaint string) {
	address, complaint = Line(value, maxURL)
	if complaint != "" || address == "" {
		return "", complaint
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", "must be an address that begins with https:// or http://"
	}
	return address, ""
}

// paragraphs is Line for text that may have line breaks and tabs. Line breaks
// come out as "\n".
func paragraphs(value string, most int) (text, complaint string) {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	return checked(value, most, func(r rune) bool { return r != '\n' && r != '\t' && !isText(r) })
}

func checked(value string, most int, bad func(rune) bool) (text, complaint string) {
	if strings.ContainsFunc(value, bad) {
		return "", "must not hold control characters"
	}
	text = strings.TrimSpace(value)
	if utf8.RuneCountInString(text) > most {
		return "", fmt.Sprintf("may have %d characters at most", most)
	}
	return text, ""
}

// isText tells whether a character may stand in a line. Refused are controls,
// line and paragraph separators, the characters that turn the writing direction
// of all that follows (right-to-left letters turn only themselves), and the mark
// of text that could not be decoded.
func isText(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == utf8.RuneError:
		return false
	case '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return false
	}
	return true
}

// isSeen tells whether a reader sees anything of a text: not of one that is of spaces
// without width alone.
func isSeen(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
