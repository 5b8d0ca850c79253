package expression

import "clientflow/infra/local/dynamodb/attribute"

// Condition is a condition or a filter: something that is true or false of an item.
type Condition struct {
	root       condition
	attributes []string
}

// ParseCondition reads an expression of a kind, "ConditionExpression" or
// "FilterExpression". A mistake in it is an *attribute.Error.
func ParseCondition(kind, text string, placeholders *Placeholders) (*Condition, error) {
	p, err := newParser(kind, text, placeholders)
	if err != nil {
		return nil, err
	}
	root, err := p.wholeCondition()
	if err != nil {
		return nil, err
	}
	return &Condition{root: root, attributes: p.attributes}, nil
}

// Matches says whether the condition is true of an item; nil is an item
// without attributes.
func (c *Condition) Matches(item attribute.Item) bool { return c.root.matches(item) }

// Attributes are the top-level attributes that the condition looks at, in the
// order in which it names them.
func (c *Condition) Attributes() []string { return c.attributes }

// node is what a part of the expression turned out to be: an operand, or a
// condition. In "(a) = :b" only what follows the parenthesis tells.
type node struct {
	operand   operand
	condition condition
	// function names the function when the node is nothing but a call.
	function      string
	parenthesised bool
}

func (p *parser) wholeCondition() (condition, error) {
	root, err := p.conditionOf(p.or)
	if err != nil {
		return nil, err
	}
	return root, p.finish()
}

// conditionOf reads a part that must be a condition.
func (p *parser) conditionOf(part func() (node, error)) (condition, error) {
	n, err := part()
	if err != nil {
		return nil, err
	}
	return p.asCondition(n)
}

func (p *parser) or() (node, error) {
	return p.chain("OR", p.and, func(left, right condition) condition { return disjunction{left, right} })
}

func (p *parser) and() (node, error) {
	return p.chain("AND", p.not, func(left, right condition) condition { return conjunction{left, right} })
}

// chain reads parts that a keyword joins.
func (p *parser) chain(keyword string, part func() (node, error), join func(left, right condition) condition) (node, error) {
	first, err := part()
	if err != nil || p.peek().kind != tokenKeyword || p.peek().text != keyword {
		return first, err
	}
	joined, err := p.asCondition(first)
	for err == nil && p.take(keyword) {
		p.operators++
		var right condition
		right, err = p.conditionOf(part)
		joined = join(joined, right)
	}
	return node{condition: joined}, err
}

func (p *parser) not() (node, error) {
	if !p.take("NOT") {
		return p.predicate()
	}
	p.operators++
	negated, err := p.conditionOf(p.not)
	return node{condition: negation{negated}}, err
}

// predicate reads a comparison, or what stands alone.
func (p *parser) predicate() (node, error) {
	left, err := p.term()
	if err != nil || !isOperator(p.peek()) {
		return left, err
	}
	first, err := p.asOperand(left)
	if err != nil {
		return node{}, err
	}
	p.operators++
	var built condition
	switch operator := p.next().text; operator {
	case "BETWEEN":
		built, err = p.between(first)
	case "IN":
		built, err = p.in(first)
	default:
		built, err = p.comparison(first, operator)
	}
	return node{condition: built}, err
}

func isOperator(t token) bool {
	if t.kind == tokenKeyword {
		return t.text == "BETWEEN" || t.text == "IN"
	}
	return t.kind == tokenSymbol && isComparator(t.text)
}

func isComparator(text string) bool {
	switch text {
	case "=", "<>", "<", "<=", ">", ">=":
		return true
	}
	return false
}

func (p *parser) comparison(left operand, operator string) (condition, error) {
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.checkDistinct(operator, left, right)
	if operator != "=" && operator != "<>" {
		p.checkOrdered(operator, left, right)
	}
	return comparison{operator, left, right}, nil
}

func (p *parser) between(value operand) (condition, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.checkDistinct("BETWEEN", value, low, high)
	p.checkOrdered("BETWEEN", value, low, high)
	p.checkBounds(low, high)
	return between{value, low, high}, nil
}

func (p *parser) in(value operand) (condition, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	members, err := p.operands()
	if err != nil {
		return nil, err
	}
	if len(members) > maxMembers {
		p.note(faultOperands, "The IN operator is provided with too many operands; number of operands: %d", len(members))
	}
	p.checkDistinct("IN", value, members...)
	return membership{value, members}, nil
}

// operands reads operands up to a closing parenthesis.
func (p *parser) operands() ([]operand, error) {
	var operands []operand
	for {
		next, err := p.operand()
		if err != nil {
			return nil, err
		}
		operands = append(operands, next)
		if !p.take(",") {
			return operands, p.expect(")")
		}
	}
}

func (p *parser) operand() (operand, error) {
	n, err := p.term()
	if err != nil {
		return nil, err
	}
	return p.asOperand(n)
}

// term reads an operand, a call, or anything in parentheses.
func (p *parser) term() (node, error) {
	if p.take("(") {
		return p.parentheses()
	}
	if p.peek().kind == tokenValue {
		value, err := p.value()
		return node{operand: value}, err
	}
	if p.peek().kind == tokenWord && p.tokens[p.at+1].text == "(" {
		return p.call()
	}
	path, err := p.path()
	return node{operand: path}, err
}

func (p *parser) parentheses() (node, error) {
	inner, err := p.or()
	if err != nil {
		return node{}, err
	}
	if inner.parenthesised {
		p.note(faultParentheses, "The expression has redundant parentheses;")
	}
	inner.parenthesised = true
	return inner, p.expect(")")
}

func (p *parser) asCondition(n node) (condition, error) {
	if n.condition != nil {
		return n.condition, nil
	}
	if n.function == "" {
		return nil, p.syntaxError()
	}
	p.noteMisuse(n.function)
	return unknown{}, nil
}

func (p *parser) asOperand(n node) (operand, error) {
	if n.operand != nil {
		return n.operand, nil
	}
	if n.function == "" {
		return nil, p.syntaxError()
	}
	p.noteMisuse(n.function)
	return literal{}, nil
}

func (p *parser) noteMisuse(function string) {
	p.note(faultMisuse, "The function is not allowed to be used this way in an expression; function: %s", function)
}
