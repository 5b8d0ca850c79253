package dynamodb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The actions of a transaction on the suite's table. A condition or an update
// takes the values that it names.

func (s *suite) txPut(t *testing.T, d doc, condition ...string) types.TransactWriteItem {
	put := &types.Put{TableName: &s.table, Item: d.item(t), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	for _, c := range condition {
		put.ConditionExpression, put.ExpressionAttributeValues = &c, used(c, updateValues()).item(t)
	}
	return types.TransactWriteItem{Put: put}
}

func (s *suite) txUpdate(t *testing.T, key doc, expression string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: key.item(t), UpdateExpression: &expression, ExpressionAttributeValues: used(expression, updateValues()).item(t),
	}}
}

func (s *suite) txDelete(t *testing.T, key doc) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: key.item(t)}}
}

func (s *suite) txCheck(t *testing.T, key doc, condition string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &s.table, Key: key.item(t), ConditionExpression: &condition, ExpressionAttributeValues: used(condition, updateValues()).item(t),
	}}
}

func (s *suite) transact(t *testing.T, items ...types.TransactWriteItem) error {
	t.Helper()
	_, err := s.TransactWriteItems(t.Context(), &ddb.TransactWriteItemsInput{TransactItems: items})
	return err
}

// wantCancelled fails the test unless err cancels a transaction for these
// reasons, each "Code" or "Code: message", and returns the reasons.
func wantCancelled(t *testing.T, err error, reasons ...string) []types.CancellationReason {
	t.Helper()
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		t.Fatalf("error %v, want a cancelled transaction", err)
	}
	codes := make([]string, len(reasons))
	for i, reason := range reasons {
		codes[i], _, _ = strings.Cut(reason, ": ")
	}
	want := "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"
	if got := cancelled.ErrorMessage(); got != want {
		t.Fatalf("message %q, want %q", got, want)
	}
	for i, reason := range cancelled.CancellationReasons {
		got := aws.ToString(reason.Code)
		if message := strings.TrimSuffix(aws.ToString(reason.Message), "."); message != "" {
			got += ": " + message
		}
		if got != reasons[i] {
			t.Errorf("reason %d is %q, want %q", i, got, reasons[i])
		}
	}
	return cancelled.CancellationReasons
}

const failed = "ConditionalCheckFailed: The conditional request failed"

func TestTransactionWritesAll(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "updated").with("n", 1), key("p", "deleted"), key("p", "checked").with("n", 1))
	err := s.transact(t, s.txPut(t, key("p", "put").with("n", 7), "attribute_not_exists(pk)"), s.txUpdate(t, key("p", "updated"), "ADD n :1"),
		s.txDelete(t, key("p", "deleted")), s.txCheck(t, key("p", "checked"), "n = :1"))
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, s.get(t, key("p", "put")), key("p", "put").with("n", 7))
	wantItem(t, s.get(t, key("p", "updated")), key("p", "updated").with("n", 2))
	wantItem(t, s.get(t, key("p", "deleted")), nil)
	wantItem(t, s.get(t, key("p", "checked")), key("p", "checked").with("n", 1))
}

func TestTransactionWritesNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "old").with("n", 1))
	err := s.transact(t, s.txPut(t, key("p", "new")), s.txPut(t, key("p", "old"), "attribute_not_exists(pk)"), s.txCheck(t, key("p", "gone"), "attribute_exists(pk)"))
	reasons := wantCancelled(t, err, "None", failed, failed)
	wantItem(t, reasons[1].Item, key("p", "old").with("n", 1))
	wantItem(t, reasons[2].Item, nil)
	wantItem(t, s.get(t, key("p", "new")), nil)
	wantItem(t, s.get(t, key("p", "old")), key("p", "old").with("n", 1))
}

func TestTransactionMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "1").with("str", "x"))
	other := s.txPut(t, key("p", "other"))
	wantInvalid(t, s.transact(t, other, s.txDelete(t, key("p", "other"))), "Transaction request cannot include multiple operations on one item")
	wantInvalid(t, s.transact(t, other, s.txCheck(t, key("p", "1"), "n =")), `Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="`)
	wantInvalid(t, s.transact(t, other, types.TransactWriteItem{}), "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
	wantInvalid(t, s.transact(t, types.TransactWriteItem{Put: other.Put, Delete: s.txDelete(t, key("p", "1")).Delete}), "TransactItems can only contain one of Check, Put, Update or Delete")
	gone := s.txPut(t, key("p", "1"))
	gone.Put.TableName = aws.String("not-there")
	wantCode(t, s.transact(t, other, gone), "ResourceNotFoundException")
	var many []types.TransactWriteItem
	for i := range 101 {
		many = append(many, s.txPut(t, key("p", fmt.Sprint(i))))
	}
	wantCode(t, s.transact(t, many...), "ValidationException")
	var large []types.TransactWriteItem
	for i := range 11 {
		large = append(large, s.txPut(t, key("l", fmt.Sprint("s", 100+i)).with("v", strings.Repeat("x", 400_000))))
	}
	s.wantAWS(t, s.transact(t, large...), "Transaction payload size cannot exceed 4MB. Payload Size: 4400110")
	wantItem(t, s.get(t, key("p", "other")), nil)

	err := s.transact(t, s.txUpdate(t, key("p", "1"), "SET pk = :s"), other)
	if s.external { // DynamoDB Local leaves out the reasons of the other actions
		wantCode(t, err, "TransactionCanceledException")
		return // and fails the whole call for what follows
	}
	const keyReason = "ValidationError: One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"
	wantCancelled(t, err, keyReason, "None")
	wantCancelled(t, s.transact(t, other, s.txUpdate(t, key("p", "1"), "ADD str :1")), "None", "ValidationError: An operand in the update expression has an incorrect data type")
	wantCancelled(t, s.transact(t, s.txPut(t, doc{"pk": "p", "sk": 1}), other), "ValidationError: One or more parameter values were invalid: Type mismatch for key sk expected: S actual: N", "None")
	wantCancelled(t, s.transact(t, s.txDelete(t, doc{"pk": "p"}), other), "ValidationError: The provided key element does not match the schema", "None")
	wantItem(t, s.get(t, key("p", "other")), nil)
}

func TestTransactionOfAHundred(t *testing.T) {
	t.Parallel()
	s := start(t)
	var many []types.TransactWriteItem
	for i := range 100 {
		many = append(many, s.txPut(t, key("p", fmt.Sprintf("%03d", i))))
	}
	if err := s.transact(t, many...); err != nil {
		t.Fatal(err)
	}
	if got := s.query(t, s.queryInput(t, "pk = :p", doc{":p": "p"})).Count; got != 100 {
		t.Errorf("%d items", got)
	}
}

func TestTransactionTokens(t *testing.T) {
	t.Parallel()
	s := start(t)
	call := func(token string, items ...types.TransactWriteItem) (*ddb.TransactWriteItemsOutput, error) {
		return s.TransactWriteItems(t.Context(), &ddb.TransactWriteItemsInput{
			TransactItems: items, ClientRequestToken: aws.String(s.table[:20] + token), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
	}
	count := s.txUpdate(t, key("p", "count"), "ADD n :1")
	for range 3 {
		if _, err := call("once", count); err != nil {
			t.Fatal(err)
		}
	}
	wantItem(t, s.get(t, key("p", "count")), key("p", "count").with("n", 1))
	_, err := call("once", s.txUpdate(t, key("p", "count"), "ADD m :1"))
	wantCode(t, err, "IdempotentParameterMismatchException")
	if _, err = call("twice", count); err != nil {
		t.Fatal(err)
	}
	wantItem(t, s.get(t, key("p", "count")), key("p", "count").with("n", 2))

	_, err = call("failed", s.txPut(t, key("p", "count"), "attribute_not_exists(pk)"))
	wantCancelled(t, err, failed)
	_, err = call("failed", s.txPut(t, key("p", "other"), "attribute_not_exists(pk)"))
	if !s.external && err != nil { // DynamoDB Local remembers failures too
		t.Errorf("the token of a transaction that failed is taken: %v", err)
	}
	if _, err = call(strings.Repeat("x", 17), count); err == nil {
		t.Error("a token of 37 characters is taken")
	}
}

func TestTransactionUnits(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	out, err := s.TransactWriteItems(t.Context(), &ddb.TransactWriteItemsInput{
		TransactItems:          []types.TransactWriteItem{s.txPut(t, key("p", "1").with("at", "t1").with("v", strings.Repeat("x", 1500)))},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(units(&out.ConsumedCapacity[0])), "map[byTime:4 table:4 total:8]"; got != want {
		t.Errorf("a put costs %s, want %s", got, want)
	}
	out, err = s.TransactWriteItems(t.Context(), &ddb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{s.txCheck(t, key("p", "1"), "attribute_exists(pk)")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(units(&out.ConsumedCapacity[0])), "map[table:2 total:2]"; got != want {
		t.Errorf("a check costs %s, want %s", got, want)
	}
}

func TestTransactGet(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "1").with("n", 1).with("m", 2))
	get := func(key doc, projection ...string) types.TransactGetItem {
		g := &types.Get{TableName: &s.table, Key: key.item(t)}
		for _, p := range projection {
			g.ProjectionExpression = &p
		}
		return types.TransactGetItem{Get: g}
	}
	call := func(items ...types.TransactGetItem) (*ddb.TransactGetItemsOutput, error) {
		return s.TransactGetItems(t.Context(), &ddb.TransactGetItemsInput{TransactItems: items, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
	}
	out, err := call(get(key("p", "1"), "n"), get(key("p", "2")))
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, out.Responses[0].Item, doc{"n": 1})
	wantItem(t, out.Responses[1].Item, nil)
	if got, want := fmt.Sprint(units(&out.ConsumedCapacity[0])), "map[table:4 total:4]"; got != want {
		t.Errorf("costs %s, want %s", got, want)
	}
	_, err = call(get(key("p", "1")), get(key("p", "1")))
	wantInvalid(t, err, "Transaction request cannot include multiple operations on one item")
	var many []types.TransactGetItem
	for i := range 101 {
		many = append(many, get(key("p", fmt.Sprint(i))))
	}
	_, err = call(many...)
	wantCode(t, err, "ValidationException")
}
