package dynamodb

import (
	"errors"
	"slices"
	"strings"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/wire"
)

// cancellationReason tells whether an action of a cancelled transaction had a
// part in it; its code is "None" when it had not.
type cancellationReason struct {
	Code    string
	Message string         `json:",omitempty"`
	Item    attribute.Item `json:",omitempty"`
}

func transactionConflict() *wire.Error {
	return wire.Errorf("TransactionConflict", "Transaction is ongoing for the item")
}

// reasonOf words the error of one action.
func reasonOf(err error) cancellationReason {
	if err == nil {
		return cancellationReason{Code: "None"}
	}
	failure, ok := errors.AsType[*wire.Error](asWireError(err))
	if !ok {
		return cancellationReason{Code: "InternalServerError", Message: err.Error()}
	}
	reason := cancellationReason{Code: failure.Type, Message: failure.Message}
	switch failure.Type {
	case "ConditionalCheckFailedException":
		reason.Code = "ConditionalCheckFailed"
		reason.Item, _ = failure.Members["Item"].(attribute.Item)
	case "ValidationException":
		reason.Code = "ValidationError"
	case "ThrottlingException":
		reason.Code = "ThrottlingError"
	case "ProvisionedThroughputExceededException":
		reason.Code = "ProvisionedThroughputExceeded"
	}
	return reason
}

// cancelled is the error of a transaction when one of its actions failed.
func cancelled(reasons []cancellationReason) error {
	codes := make([]string, len(reasons))
	for i, reason := range reasons {
		codes[i] = reason.Code
	}
	if !slices.ContainsFunc(codes, func(code string) bool { return code != "None" }) {
		return nil
	}
	err := wire.Errorf("TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	err.Members = map[string]any{"CancellationReasons": reasons}
	return err
}
