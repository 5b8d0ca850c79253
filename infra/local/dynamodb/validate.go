package dynamodb

import (
	"slices"
	"strings"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/wire"
)

// violation is the error of a member that breaks a rule of the API's model.
func violation(value, member, rule string) *wire.Error {
	return invalid("1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", value, member, rule)
}

// checkPresent refuses a member that is missing.
func checkPresent(member string, present bool) error {
	if !present {
		return violation("null", member, "Member must not be null")
	}
	return nil
}

// checkOneOf refuses a value that is none of those allowed; "" stands for a
// member that is missing, which is allowed.
func checkOneOf(member, value string, allowed ...string) error {
	if value != "" && !slices.Contains(allowed, value) {
		return violation("'"+value+"'", member, "Member must satisfy enum value set: ["+strings.Join(allowed, ", ")+"]")
	}
	return nil
}

func checkReturnConsumedCapacity(value string) error {
	return checkOneOf("returnConsumedCapacity", value, "INDEXES", "TOTAL", "NONE")
}

func checkReturnOnFailure(value string) error {
	return checkOneOf("returnValuesOnConditionCheckFailure", value, "ALL_OLD", "NONE")
}

// checkName refuses what cannot be the name of a table or of an index.
func checkName(member, name string) error {
	const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	if err := checkPresent(member, name != ""); err != nil {
		return err
	}
	if len(name) < 3 || len(name) > 255 || strings.Trim(name, characters) != "" {
		return invalid("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	return nil
}

// text is an expression of a request; nil when the request has none.
type text struct {
	kind  string
	value *string
	// plain is set for an expression that has no place for values.
	plain bool
}

// placeholders checks the names and values that a request gives for use in its
// expressions, which are texts.
func placeholders(names map[string]string, values attribute.Values, texts ...text) (*expression.Placeholders, error) {
	var missing []string
	present, withValues := false, false
	for _, t := range texts {
		present = present || t.value != nil
		withValues = withValues || t.value != nil && !t.plain
		if !t.plain {
			missing = append(missing, t.kind)
		}
	}
	if names != nil && !present {
		return nil, invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	if values != nil && !withValues {
		return nil, invalid("ExpressionAttributeValues can only be specified when using expressions: %s", areNull(missing))
	}
	return expression.NewPlaceholders(names, values)
}

func areNull(kinds []string) string {
	if len(kinds) == 1 {
		return kinds[0] + " is null"
	}
	return strings.Join(kinds, " and ") + " are null"
}

// parseCondition reads an expression that a request may have; it returns nil
// when there is none.
func parseCondition(t text, p *expression.Placeholders) (*expression.Condition, error) {
	if t.value == nil {
		return nil, nil
	}
	return expression.ParseCondition(t.kind, *t.value, p)
}

// parseProjection reads a ProjectionExpression that a request may have.
func parseProjection(value *string, p *expression.Placeholders) (*expression.Projection, error) {
	if value == nil {
		return nil, nil
	}
	return expression.ParseProjection(*value, p)
}
