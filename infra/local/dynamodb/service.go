package dynamodb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// Service returns the operations as they are called over the wire.
func (db *DB) Service() wire.Service {
	return wire.Service{
		Target:      "DynamoDB_20120810",
		JSONVersion: "1.0",
		Operations: map[string]wire.Operation{
			"CreateTable":               operation(db, db.createTable),
			"DescribeTable":             operation(db, db.describeTable),
			"ListTables":                operation(db, db.listTables),
			"DeleteTable":               operation(db, db.deleteTable),
			"UpdateTimeToLive":          operation(db, db.updateTimeToLive),
			"DescribeTimeToLive":        operation(db, db.describeTimeToLive),
			"UpdateContinuousBackups":   operation(db, db.updateContinuousBackups),
			"DescribeContinuousBackups": operation(db, db.describeContinuousBackups),
			"PutItem":                   operation(db, db.putItem),
			"GetItem":                   operation(db, db.getItem),
			"UpdateItem":                operation(db, db.updateItem),
			"DeleteItem":                operation(db, db.deleteItem),
			"Query":                     operation(db, db.query),
			"Scan":                      operation(db, db.scan),
			"BatchGetItem":              operation(db, db.batchGetItem),
			"BatchWriteItem":            operation(db, db.batchWriteItem),
			"TransactWriteItems":        operation(db, db.transactWriteItems),
			"TransactGetItems":          operation(db, db.transactGetItems),
		},
	}
}

// operation runs a typed operation alone on the database.
func operation[In, Out any](db *DB, run func(iam.Principal, In) (Out, error)) wire.Operation {
	return func(_ context.Context, call wire.Call) (any, error) {
		var in In
		if err := decode(call.Body, &in); err != nil {
			return nil, err
		}
		db.mu.Lock()
		defer db.mu.Unlock()
		out, err := run(call.Caller, in)
		if err != nil {
			return nil, asWireError(err)
		}
		return out, nil
	}
}

// decode reads a request. A member that this DynamoDB does not have is an
// error, because leaving it out would make the operation mean something else.
func decode(body []byte, in any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(in)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*attribute.Error](err); ok {
		return asWireError(err)
	}
	if member, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return invalid("The local DynamoDB does not support the member %s", member)
	}
	return wire.Errorf("SerializationException", "%v", err)
}

// asWireError makes a ValidationException of what the data model or an
// expression found wrong.
func asWireError(err error) error {
	if modelError, ok := errors.AsType[*attribute.Error](err); ok {
		return invalid("%s", modelError.Message)
	}
	return err
}
