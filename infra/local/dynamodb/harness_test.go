package dynamodb_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// harness calls a DB's operations as wire does, as root unless it says otherwise,
// by a clock that stands still unless it is moved.
type harness struct {
	tb     testing.TB
	db     *dynamodb.DB
	caller iam.Principal
	now    time.Time
}

func newHarness(tb testing.TB) *harness {
	h := &harness{tb: tb, caller: iam.Principal{ARN: iam.RootARN, Root: true}, now: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}
	h.db = dynamodb.New(func() time.Time { return h.now })
	return h
}

// plainTable has the key pk and sk, and a stream.
const plainTable = `{"TableName":"plain","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],
	"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}`

func withPlainTable(tb testing.TB) *harness {
	tb.Helper()
	h := newHarness(tb)
	h.must("CreateTable", plainTable)
	return h
}

// call runs an operation on a request in JSON.
func (h *harness) call(operation, request string) (any, error) {
	return h.db.Service().Operations[operation](h.tb.Context(), wire.Call{Caller: h.caller, Body: []byte(request)})
}

// must runs an operation that has to succeed.
func (h *harness) must(operation, request string) any {
	h.tb.Helper()
	answer, err := h.call(operation, request)
	if err != nil {
		h.tb.Fatalf("%s: %v", operation, err)
	}
	return answer
}

// fail runs an operation that has to fail, and returns its error as AWS's.
func (h *harness) fail(operation, request, kind string) *wire.Error {
	h.tb.Helper()
	answer, err := h.call(operation, request)
	failure, ok := errors.AsType[*wire.Error](err)
	if !ok || failure.Type != kind {
		h.tb.Fatalf("%s answers %v, error %v, want %s", operation, answer, err, kind)
	}
	return failure
}

// json runs an operation that has to succeed and returns its answer in JSON.
func (h *harness) json(operation, request string) string {
	h.tb.Helper()
	encoded, err := json.Marshal(h.must(operation, request))
	if err != nil {
		h.tb.Fatal(err)
	}
	return string(encoded)
}

func (h *harness) put(item string) {
	h.tb.Helper()
	h.must("PutItem", `{"TableName":"plain","Item":`+item+`}`)
}

func (h *harness) stream(table string) *dynamodb.Stream {
	h.tb.Helper()
	stream, err := h.db.Stream(table)
	if err != nil {
		h.tb.Fatal(err)
	}
	return stream
}
