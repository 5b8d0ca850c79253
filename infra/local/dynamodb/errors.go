package dynamodb

import (
	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/wire"
)

// invalid is the error of a request that breaks a rule.
func invalid(format string, args ...any) *wire.Error {
	return wire.Errorf("ValidationException", format, args...)
}

// noTable is how operations on items answer for a table that does not exist.
func noTable() *wire.Error {
	return wire.Errorf("ResourceNotFoundException", "Requested resource not found")
}

// noSuchTable is how operations on tables answer for one that does not exist.
func noSuchTable(name string) *wire.Error {
	return wire.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
}

func inUse(format string, args ...any) *wire.Error {
	return wire.Errorf("ResourceInUseException", format, args...)
}

const conditionFailed = "The conditional request failed"

// conditionalCheckFailed carries the item that failed the condition when the
// request asked for it, and there was one.
func conditionalCheckFailed(item attribute.Item, returnItem string) *wire.Error {
	err := wire.Errorf("ConditionalCheckFailedException", conditionFailed)
	if returnItem == "ALL_OLD" && item != nil {
		err.Members = map[string]any{"Item": item}
	}
	return err
}
