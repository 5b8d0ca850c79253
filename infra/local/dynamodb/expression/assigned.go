package expression

import "clientflow/infra/local/dynamodb/attribute"

// expression is what SET assigns: something that has a value in an item, or
// fails on it.
type expression interface {
	evaluate(item attribute.Item) (attribute.Value, error)
}

// part is an expression while it is read.
type part struct {
	expression
	parenthesised bool
	// sum is set for what + or - joined, which no further operator may follow.
	sum bool
	// function names the function when the part is nothing but a call.
	function string
}

// assigned reads the right side of an action of SET.
func (p *parser) assigned() (expression, error) {
	left, err := p.assignedPart()
	if err != nil || left.sum || !p.isSign() {
		return left.expression, err
	}
	sum, err := p.sum(left)
	return sum.expression, err
}

func (p *parser) isSign() bool {
	t := p.peek()
	return t.kind == tokenSymbol && (t.text == "+" || t.text == "-")
}

func (p *parser) sum(left part) (part, error) {
	p.operators++
	operator := p.next().text
	right, err := p.assignedPart()
	if err != nil {
		return part{}, err
	}
	for _, operand := range []part{left, right} {
		p.checkUpdateOperand(operator, operand, attribute.KindNumber)
	}
	return part{expression: sum{left.expression, right.expression, operator == "-"}, sum: true}, nil
}

// checkUpdateOperand notes an operand that is known not to be of the kind that
// the operator or function works on.
func (p *parser) checkUpdateOperand(operator string, operand part, want attribute.Kind) {
	if operand.function == "list_append" {
		p.noteMisuse(operand.function)
	}
	if l, ok := operand.expression.(literal); ok && l.kind() != "" && l.kind() != want {
		p.noteType(operator, string(l.kind()))
	}
}

func (p *parser) assignedPart() (part, error) {
	if p.take("(") {
		return p.assignedParentheses()
	}
	if p.peek().kind == tokenValue {
		value, err := p.value()
		return part{expression: value}, err
	}
	if p.peek().kind == tokenWord && p.tokens[p.at+1].text == "(" {
		return p.updateCall()
	}
	path, err := p.path()
	return part{expression: path}, err
}

func (p *parser) assignedParentheses() (part, error) {
	inner, err := p.assignedPart()
	if err == nil && !inner.sum && p.isSign() {
		inner, err = p.sum(inner)
	}
	if err != nil {
		return part{}, err
	}
	if inner.parenthesised {
		p.note(faultParentheses, "The expression has redundant parentheses;")
	}
	inner.parenthesised = true
	return inner, p.expect(")")
}

func isUpdateFunction(name string) bool { return name == "if_not_exists" || name == "list_append" }

// updateCall reads the call of a function in an update.
func (p *parser) updateCall() (part, error) {
	name := p.next().text
	p.next() // the opening parenthesis, which made this a call
	p.operators++
	args, err := p.updateOperands()
	if err != nil {
		return part{}, err
	}
	call := part{expression: literal{}, function: name}
	switch {
	case operandCount(name) > 0:
		p.note(faultFunction, "The function is not allowed in an update expression; function: %s", name)
	case !isUpdateFunction(name):
		p.note(faultFunction, "Invalid function name; function: %s", name)
	case len(args) != 2:
		p.noteCount(name, len(args))
	case name == "list_append":
		call.expression = p.listAppend(args[0], args[1])
	default:
		call.expression = p.ifNotExists(args[0], args[1])
	}
	return call, nil
}

func (p *parser) updateOperands() ([]part, error) {
	var operands []part
	for {
		operand, err := p.assignedPart()
		if err != nil {
			return nil, err
		}
		operands = append(operands, operand)
		if !p.take(",") {
			return operands, p.expect(")")
		}
	}
}

func (p *parser) listAppend(first, second part) expression {
	p.checkUpdateOperand("list_append", first, attribute.KindList)
	p.checkUpdateOperand("list_append", second, attribute.KindList)
	return concatenation{first.expression, second.expression}
}

func (p *parser) ifNotExists(first, second part) expression {
	if second.function == "list_append" {
		p.noteMisuse(second.function)
	}
	path, ok := first.expression.(Path)
	if !ok {
		p.note(faultOperands, "Operator or function requires a document path; operator or function: if_not_exists")
	}
	return fallback{path, second.expression}
}

func (p Path) evaluate(item attribute.Item) (attribute.Value, error) {
	value := p.Lookup(item)
	if value == nil {
		return nil, attribute.Errorf("The provided expression refers to an attribute that does not exist in the item")
	}
	return value, nil
}

func (l literal) evaluate(attribute.Item) (attribute.Value, error) { return l.Value, nil }

func wrongType() error {
	return attribute.Errorf("An operand in the update expression has an incorrect data type")
}

// both evaluates two operands of one kind.
func both[V attribute.Value](left, right expression, item attribute.Item) (a, b V, err error) {
	first, err := left.evaluate(item)
	if err != nil {
		return a, b, err
	}
	second, err := right.evaluate(item)
	if err != nil {
		return a, b, err
	}
	a, ok := first.(V)
	b, alsoOK := second.(V)
	if !ok || !alsoOK {
		return a, b, wrongType()
	}
	return a, b, nil
}

// sum is addition or subtraction.
type sum struct {
	left, right expression
	minus       bool
}

func (s sum) evaluate(item attribute.Item) (attribute.Value, error) {
	left, right, err := both[attribute.Number](s.left, s.right, item)
	if err != nil {
		return nil, err
	}
	if s.minus {
		return left.Subtract(right)
	}
	return left.Add(right)
}

// concatenation is list_append.
type concatenation struct{ first, second expression }

func (c concatenation) evaluate(item attribute.Item) (attribute.Value, error) {
	first, second, err := both[attribute.List](c.first, c.second, item)
	if err != nil {
		return nil, err
	}
	return append(first[:len(first):len(first)], second...), nil
}

// fallback is if_not_exists.
type fallback struct {
	path      Path
	otherwise expression
}

// evaluate evaluates both operands, as DynamoDB does: one that fails fails the
// call even when it is not needed.
func (f fallback) evaluate(item attribute.Item) (attribute.Value, error) {
	otherwise, err := f.otherwise.evaluate(item)
	if err != nil {
		return nil, err
	}
	if value := f.path.Lookup(item); value != nil {
		return value, nil
	}
	return otherwise, nil
}
