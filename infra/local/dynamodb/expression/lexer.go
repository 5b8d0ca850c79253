package expression

import "strings"

// tokenKind says what a token is.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	// tokenWord is an attribute name or a function's name.
	tokenWord
	// tokenKeyword is a word of the grammar, kept in upper case.
	tokenKeyword
	// tokenName is a placeholder for an attribute name, such as #n.
	tokenName
	// tokenValue is a placeholder for a value, such as :v.
	tokenValue
	// tokenDigits is an index into a list.
	tokenDigits
	// tokenSymbol is a punctuation mark or an operator; also any byte that
	// the grammar does not know.
	tokenSymbol
)

type token struct {
	kind tokenKind
	// text is the token as it was written, but keywords are in upper case.
	text string
	// start and end are byte offsets into the expression.
	start, end int
}

func isKeyword(word string) bool {
	switch word {
	case "AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE":
		return true
	}
	return false
}

// tokenise cuts an expression into tokens, the last of which is tokenEnd.
func tokenise(text string) []token {
	var tokens []token
	for at := 0; at < len(text); {
		if strings.IndexByte(" \t\r\n", text[at]) >= 0 {
			at++
			continue
		}
		next := scan(text, at)
		tokens = append(tokens, next)
		at = next.end
	}
	return append(tokens, token{kind: tokenEnd, text: "<EOF>", start: len(text), end: len(text)})
}

// scan reads the token that begins at a byte that is not a blank.
func scan(text string, at int) token {
	switch c := text[at]; {
	case isLetter(c):
		return word(text, at, at+1+span(text[at+1:], isWordPart))
	case isDigit(c):
		return newToken(tokenDigits, text, at, at+span(text[at:], isDigit))
	case c == '#' || c == ':':
		if length := span(text[at+1:], isWordPart); length > 0 {
			return newToken(placeholderKind(c), text, at, at+1+length)
		}
	case at+1 < len(text) && isTwoByteOperator(text[at:at+2]):
		return newToken(tokenSymbol, text, at, at+2)
	}
	return newToken(tokenSymbol, text, at, at+runeLength(text[at:]))
}

func word(text string, start, end int) token {
	t := newToken(tokenWord, text, start, end)
	if upper := strings.ToUpper(t.text); isKeyword(upper) {
		t.kind, t.text = tokenKeyword, upper
	}
	return t
}

func newToken(kind tokenKind, text string, start, end int) token {
	return token{kind: kind, text: text[start:end], start: start, end: end}
}

func placeholderKind(mark byte) tokenKind {
	if mark == '#' {
		return tokenName
	}
	return tokenValue
}

func isTwoByteOperator(text string) bool {
	return text == "<>" || text == "<=" || text == ">="
}

// span is the length of the run of bytes that are in a class.
func span(text string, in func(byte) bool) int {
	for i := range len(text) {
		if !in(text[i]) {
			return i
		}
	}
	return len(text)
}

// runeLength is the length of the first character, so that a message quotes it whole.
func runeLength(text string) int {
	for i := range text {
		if i > 0 {
			return i
		}
	}
	return len(text)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordPart(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }
