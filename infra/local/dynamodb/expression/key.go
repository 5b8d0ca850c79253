package expression

import "clientflow/infra/local/dynamodb/attribute"

// KeyTest is what a key condition demands of one key attribute.
type KeyTest struct {
	// Attribute is the name of the key attribute.
	Attribute string
	// Operator is =, <, <=, >, >=, BETWEEN or begins_with.
	Operator string
	// Values are the operand, or the two bounds of BETWEEN.
	Values []attribute.Value
}

// ParseKeyCondition reads a KeyConditionExpression: one or two tests, each of
// an attribute of its own. A mistake in it is an *attribute.Error. Whether the
// attributes are the right ones is for the table to say.
func ParseKeyCondition(text string, placeholders *Placeholders) ([]KeyTest, error) {
	c, err := ParseCondition("KeyConditionExpression", text, placeholders)
	if err != nil {
		return nil, err
	}
	tests, err := keyTests(c.root)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, test := range tests {
		if seen[test.Attribute] {
			return nil, attribute.Errorf("KeyConditionExpressions must only contain one condition per key")
		}
		seen[test.Attribute] = true
	}
	if len(tests) > 2 {
		return nil, attribute.Errorf("Conditions can be of length 1 or 2 only")
	}
	return tests, nil
}

func keyTests(c condition) ([]KeyTest, error) {
	switch c := c.(type) {
	case conjunction:
		left, err := keyTests(c.left)
		if err != nil {
			return nil, err
		}
		right, err := keyTests(c.right)
		return append(left, right...), err
	case comparison:
		if c.operator == "<>" {
			return nil, notForKeys("<>")
		}
		return comparisonTest(c)
	case between:
		return keyTest("BETWEEN", c.value, c.low, c.high)
	case prefixTest:
		if _, ok := c.value.(literal); ok {
			return nil, attribute.Errorf("Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand")
		}
		return keyTest("begins_with", c.value, c.prefix)
	}
	return nil, notForKeys(operatorName(c))
}

func notForKeys(operator string) error {
	return attribute.Errorf("Invalid operator used in KeyConditionExpression: %s", operator)
}

func operatorName(c condition) string {
	switch c := c.(type) {
	case disjunction:
		return "OR"
	case negation:
		return "NOT"
	case membership:
		return "IN"
	case kindTest:
		return "attribute_type"
	case presence:
		if !c.want {
			return "attribute_not_exists"
		}
		return "attribute_exists"
	}
	return "contains"
}

// comparisonTest puts the attribute first: :v < a is a > :v.
func comparisonTest(c comparison) ([]KeyTest, error) {
	if _, ok := c.left.(literal); !ok {
		return keyTest(c.operator, c.left, c.right)
	}
	mirrored := map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
	return keyTest(mirrored[c.operator], c.right, c.left)
}

func keyTest(operator string, key operand, operands ...operand) ([]KeyTest, error) {
	path, ok := key.(Path)
	if !ok {
		return nil, attribute.Errorf("KeyConditionExpressions cannot contain nested operations")
	}
	if path.Nested() {
		return nil, attribute.Errorf("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", path.Attribute())
	}
	test := KeyTest{Attribute: path.Attribute(), Operator: operator}
	for _, o := range operands {
		switch o := o.(type) {
		case literal:
			test.Values = append(test.Values, o.Value)
		case Path:
			return nil, attribute.Errorf("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
		default:
			return nil, attribute.Errorf("KeyConditionExpressions cannot contain nested operations")
		}
	}
	return []KeyTest{test}, nil
}
