// Package expression reads and evaluates DynamoDB's expressions: conditions,
// filters, key conditions, projections and updates. It knows items and values, but
// no tables, and words its refusals as DynamoDB does.
package expression

import (
	"strconv"

	"clientflow/infra/local/dynamodb/attribute"
)

// The limits of an expression.
const (
	maxLength    = 4096
	maxOperators = 300
	maxMembers   = 100
	maxIndex     = 1<<31 - 1
)

// fault is a class of mistakes other than of syntax. Of several mistakes the
// one of the first class is reported, as AWS does.
type fault int

const (
	faultParentheses fault = iota
	faultFunction
	faultMisuse
	faultReserved
	faultSection
	faultUndefined
	faultOperands
	faultOverlap
	faultDistinct
	faultType
	faultClasses
)

// parser reads one expression. A mistake of syntax ends it; other mistakes are
// noted, because a mistake of syntax further on counts for more.
type parser struct {
	kind         string
	text         string
	tokens       []token
	at           int
	placeholders *Placeholders
	faults       [faultClasses]error
	operators    int
	// attributes are the top-level attributes that occur, in order.
	attributes []string
}

// newParser begins to read an expression of a kind, such as "FilterExpression".
func newParser(kind, text string, placeholders *Placeholders) (*parser, error) {
	p := &parser{kind: kind, text: text, placeholders: placeholders}
	if len(text) > maxLength {
		return nil, p.errorf("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	p.tokens = tokenise(text)
	if len(p.tokens) == 1 {
		return nil, p.errorf("The expression can not be empty;")
	}
	return p, nil
}

func (p *parser) errorf(format string, args ...any) error {
	return attribute.Errorf("Invalid "+p.kind+": "+format, args...)
}

// note remembers the first mistake of a class.
func (p *parser) note(class fault, format string, args ...any) {
	if p.faults[class] == nil {
		p.faults[class] = p.errorf(format, args...)
	}
}

// finish returns the mistake to report once the whole expression is read.
func (p *parser) finish() error {
	if p.peek().kind != tokenEnd {
		return p.syntaxError()
	}
	for _, err := range p.faults {
		if err != nil {
			return err
		}
	}
	if p.operators > maxOperators {
		return p.errorf("The expression contains too many operators; operator count: %d", maxOperators+1)
	}
	return nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// take consumes the next token if it is this symbol or keyword.
func (p *parser) take(text string) bool {
	t := p.peek()
	if (t.kind == tokenSymbol || t.kind == tokenKeyword) && t.text == text {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.take(text) {
		return p.syntaxError()
	}
	return nil
}

// syntaxError says that the next token is wrong, and shows it with its neighbours.
func (p *parser) syntaxError() error {
	t := p.peek()
	start, end := t.start, t.end
	if p.at > 0 {
		start = p.tokens[p.at-1].start
	}
	if p.at+1 < len(p.tokens) && p.tokens[p.at+1].kind != tokenEnd {
		end = p.tokens[p.at+1].end
	}
	token := t.text
	if t.kind == tokenKeyword {
		token = p.text[t.start:t.end]
	}
	return p.errorf(`Syntax error; token: "%s", near: "%s"`, token, p.text[start:end])
}

// path reads a document path.
func (p *parser) path() (Path, error) {
	first, err := p.name()
	if err != nil {
		return nil, err
	}
	path := Path{first}
	p.attributes = append(p.attributes, first.name)
	for {
		var s step
		switch {
		case p.take("."):
			s, err = p.name()
		case p.take("["):
			s, err = p.index()
		default:
			return path, nil
		}
		if err != nil {
			return nil, err
		}
		path = append(path, s)
	}
}

// name reads an attribute name, or a placeholder for one.
func (p *parser) name() (step, error) {
	switch t := p.peek(); t.kind {
	case tokenWord:
		p.at++
		if isReserved(t.text) {
			p.note(faultReserved, "Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		return step{name: t.text}, nil
	case tokenName:
		p.at++
		name, ok := p.placeholders.name(t.text)
		if !ok {
			p.note(faultUndefined, "An expression attribute name used in the document path is not defined; attribute name: %s", t.text)
		}
		return step{name: name}, nil
	}
	return step{}, p.syntaxError()
}

// index reads what follows an opening bracket.
func (p *parser) index() (step, error) {
	t := p.peek()
	if t.kind != tokenDigits {
		return step{}, p.syntaxError()
	}
	p.at++
	index, err := strconv.Atoi(t.text)
	if err != nil || index > maxIndex {
		p.note(faultOperands, "List index is not within the allowable range; index: [%s]", t.text)
	}
	return step{index: index}, p.expect("]")
}

// value reads a placeholder for a value.
func (p *parser) value() (literal, error) {
	t := p.peek()
	if t.kind != tokenValue {
		return literal{}, p.syntaxError()
	}
	p.at++
	value, ok := p.placeholders.value(t.text)
	if !ok {
		p.note(faultUndefined, "An expression attribute value used in expression is not defined; attribute value: %s", t.text)
	}
	return literal{value}, nil
}

// literal is a value that the request gave. It is nil where the placeholder is
// not defined, which is noted.
type literal struct{ attribute.Value }

// distinct notes paths that overlap or conflict with each other.
func (p *parser) distinct(paths []Path) {
	for i, two := range paths {
		for _, one := range paths[:i] {
			overlap, conflict := clash(one, two)
			switch {
			case overlap:
				p.note(faultOverlap, "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", one, two)
			case conflict:
				p.note(faultOverlap, "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", one, two)
			}
		}
	}
}
