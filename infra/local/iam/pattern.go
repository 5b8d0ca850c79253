package iam

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// pattern is text of a policy: literal characters, wildcards and variables.
type pattern []token

type token struct {
	kind tokenKind
	char rune   // of a literal
	key  string // of a variable: the condition key
}

type tokenKind int

const (
	literal  tokenKind = iota
	anyText            // *
	anyChar            // ?
	variable           // ${key}
)

// principalTag begins the one family of policy variables that is known here.
const principalTag = "aws:PrincipalTag/"

// compilePattern reads text with variables, and with wildcards where the place
// in the policy allows them.
func compilePattern(text string, wildcards bool) (pattern, error) {
	var p pattern
	for text != "" {
		if name, rest, ok := cutVariable(text); ok {
			t, err := variableToken(name)
			if err != nil {
				return nil, err
			}
			p, text = append(p, t), rest
			continue
		}
		if strings.HasPrefix(text, "${") {
			return nil, fmt.Errorf("policy variable %q is not closed", text)
		}
		char, size := utf8.DecodeRuneInString(text)
		p, text = append(p, plainToken(char, wildcards)), text[size:]
	}
	return p, nil
}

func cutVariable(text string) (name, rest string, ok bool) {
	after, ok := strings.CutPrefix(text, "${")
	if !ok {
		return "", text, false
	}
	return strings.Cut(after, "}")
}

func variableToken(name string) (token, error) {
	switch {
	case name == "*" || name == "?" || name == "$":
		return token{char: rune(name[0])}, nil
	case len(name) > len(principalTag) && strings.EqualFold(name[:len(principalTag)], principalTag):
		return token{kind: variable, key: name}, nil
	default:
		return token{}, fmt.Errorf("unknown policy variable ${%s}", name)
	}
}

func plainToken(char rune, wildcards bool) token {
	switch {
	case wildcards && char == '*':
		return token{kind: anyText}
	case wildcards && char == '?':
		return token{kind: anyChar}
	default:
		return token{char: char}
	}
}

// match compares a value with the pattern. A variable without a value equals
// nothing, and wildcards inside a variable's value are plain characters.
func (p pattern) match(value string, values lookup) bool {
	resolved, ok := p.resolve(values)
	return ok && glob(resolved, []rune(value))
}

// resolve puts the values of variables in their places.
func (p pattern) resolve(values lookup) (pattern, bool) {
	resolved := make(pattern, 0, len(p))
	for _, t := range p {
		if t.kind != variable {
			resolved = append(resolved, t)
			continue
		}
		found := values(t.key)
		if len(found) != 1 {
			return nil, false
		}
		for _, char := range found[0] {
			resolved = append(resolved, token{char: char})
		}
	}
	return resolved, true
}

// glob matches by going back to the last * on a mismatch, so that its time is
// bounded by the product of both lengths.
func glob(p pattern, value []rune) bool {
	at, star, resume := 0, -1, 0
	for i := 0; i < len(value); {
		switch {
		case at < len(p) && p[at].kind == anyText:
			star, resume = at, i
			at++
		case at < len(p) && (p[at].kind == anyChar || p[at].char == value[i]):
			at++
			i++
		case star >= 0:
			resume++
			at, i = star+1, resume
		default:
			return false
		}
	}
	for at < len(p) && p[at].kind == anyText {
		at++
	}
	return at == len(p)
}

// arnPattern is a pattern for ARNs, matched segment by segment: a wildcard does
// not reach over a colon of the first five. Without segments it matches all.
type arnPattern struct {
	segments []pattern
}

// arnSegments is the number of parts that colons divide an ARN into; the last
// one may hold colons of its own.
const arnSegments = 6

func compileARN(text string) (arnPattern, error) {
	if text == "*" {
		return arnPattern{}, nil
	}
	whole, err := compilePattern(text, true)
	if err != nil {
		return arnPattern{}, err
	}
	segments := make([]pattern, 1, arnSegments)
	for _, t := range whole {
		if t.kind == literal && t.char == ':' && len(segments) < arnSegments {
			segments = append(segments, nil)
			continue
		}
		segments[len(segments)-1] = append(segments[len(segments)-1], t)
	}
	if len(segments) < arnSegments || !strings.HasPrefix(text, "arn:") {
		return arnPattern{}, fmt.Errorf("%q is neither an ARN nor *", text)
	}
	return arnPattern{segments: segments}, nil
}

func (a arnPattern) match(arn string, values lookup) bool {
	if a.segments == nil {
		return true
	}
	parts := strings.SplitN(arn, ":", arnSegments)
	if len(parts) != arnSegments {
		return false
	}
	for i, p := range a.segments {
		if !p.match(parts[i], values) {
			return false
		}
	}
	return true
}
