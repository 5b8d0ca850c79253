// Package search tells what is meant by searching names and addresses, the same on
// every list. It must know nothing of what the lists hold.
package search

import (
	"strings"
	"unicode"
)

// Begins tells whether a word of text begins with what is sought, in any case.
// What is sought may run over several words of the text. Words are of letters,
// marks and digits, so each part of an address is one.
func Begins(text, sought string) bool {
	text, sought = strings.ToLower(text), strings.ToLower(sought)
	inWord := false
	for i, r := range text {
		isWord := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
		if isWord && !inWord && strings.HasPrefix(text[i:], sought) {
			return true
		}
		inWord = isWord
	}
	return false
}
