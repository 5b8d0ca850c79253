package expression

import (
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
)

// checkDistinct notes an attribute that is compared with itself.
func (p *parser) checkDistinct(operator string, first operand, rest ...operand) {
	path, ok := first.(Path)
	if !ok {
		return
	}
	for _, other := range rest {
		if same, ok := other.(Path); ok && slices.Equal(path, same) {
			p.note(faultDistinct, "The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, path)
		}
	}
}

// checkOrdered notes an operand of a kind that has no order.
func (p *parser) checkOrdered(operator string, operands ...operand) {
	for _, o := range operands {
		switch kind := o.kind(); kind {
		case "", attribute.KindString, attribute.KindNumber, attribute.KindBinary:
		default:
			p.noteType(operator, string(kind))
		}
	}
}

func (p *parser) noteType(operator, kind string) {
	p.note(faultType, "Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, kind)
}

// checkBounds notes bounds of BETWEEN that no value can lie between.
func (p *parser) checkBounds(low, high operand) {
	lower, ok := low.(literal)
	upper, isLiteral := high.(literal)
	if !ok || !isLiteral || lower.Value == nil || upper.Value == nil {
		return
	}
	const operands = "lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s"
	order, comparable := attribute.Compare(lower.Value, upper.Value)
	switch {
	case lower.kind() != upper.kind():
		p.note(faultType, "The BETWEEN operator requires same data type for lower and upper bounds; "+operands,
			attribute.Describe(lower.Value), attribute.Describe(upper.Value))
	case comparable && order > 0:
		p.note(faultType, "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+operands,
			attribute.Describe(lower.Value), attribute.Describe(upper.Value))
	}
}
