package expression

import (
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
)

// call reads the call of a function in a condition.
func (p *parser) call() (node, error) {
	name := p.next().text
	p.next() // the opening parenthesis, which made this a call
	p.operators++
	args, err := p.operands()
	if err != nil {
		return node{}, err
	}
	n := node{function: name}
	if !p.checkFunction(name) || !p.checkOperands(name, args) {
		n.condition = unknown{}
		return n, nil
	}
	if name == "size" {
		n.operand = p.size(args[0])
	} else {
		n.condition = p.test(name, args)
	}
	return n, nil
}

// operandCount is how many operands a function of conditions takes; 0 for a
// function that does not exist.
func operandCount(function string) int {
	switch function {
	case "attribute_exists", "attribute_not_exists", "size":
		return 1
	case "attribute_type", "begins_with", "contains":
		return 2
	}
	return 0
}

func (p *parser) checkFunction(name string) bool {
	switch {
	case operandCount(name) > 0:
		return true
	case isUpdateFunction(name):
		p.note(faultFunction, "The function is not allowed in a condition expression; function: %s", name)
	default:
		p.note(faultFunction, "Invalid function name; function: %s", name)
	}
	return false
}

func (p *parser) checkOperands(name string, args []operand) bool {
	if len(args) != operandCount(name) {
		p.noteCount(name, len(args))
		return false
	}
	if len(args) == 2 {
		p.checkDistinct(name, args[0], args[1])
	}
	return true
}

func (p *parser) noteCount(function string, operands int) {
	p.note(faultOperands, "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", function, operands)
}

func (p *parser) test(name string, args []operand) condition {
	switch name {
	case "attribute_exists":
		return presence{p.pathOperand(name, args[0]), true}
	case "attribute_not_exists":
		return presence{p.pathOperand(name, args[0]), false}
	case "attribute_type":
		return kindTest{args[0], p.typeName(args[1])}
	case "begins_with":
		return p.beginsWith(args[0], args[1])
	}
	return containment{args[0], args[1]}
}

func (p *parser) pathOperand(function string, arg operand) operand {
	if _, ok := arg.(Path); !ok {
		p.note(faultOperands, "Operator or function requires a document path; operator or function: %s", function)
	}
	return arg
}

func (p *parser) typeName(arg operand) attribute.Kind {
	l, ok := arg.(literal)
	if !ok {
		p.noteType("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
		return ""
	}
	name, ok := l.Value.(attribute.String)
	if !ok && l.Value != nil {
		p.noteType("attribute_type", string(l.kind()))
		return ""
	}
	kinds := []attribute.Kind{attribute.KindBinary, attribute.KindNull, attribute.KindStringSet, attribute.KindBool, attribute.KindList,
		attribute.KindBinarySet, attribute.KindNumber, attribute.KindNumberSet, attribute.KindString, attribute.KindMap}
	if !slices.Contains(kinds, attribute.Kind(name)) {
		p.note(faultType, "Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", name)
	}
	return attribute.Kind(name)
}

func (p *parser) beginsWith(value, prefix operand) condition {
	for _, arg := range []operand{value, prefix} {
		switch kind := arg.kind(); kind {
		case "", attribute.KindString, attribute.KindBinary:
		default:
			p.noteType("begins_with", string(kind))
		}
	}
	return prefixTest{value, prefix}
}

func (p *parser) size(arg operand) operand {
	switch kind := arg.kind(); kind {
	case attribute.KindNumber, attribute.KindBool, attribute.KindNull:
		p.noteType("size", string(kind))
	}
	return size{arg}
}
