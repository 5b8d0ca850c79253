package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/wire"
)

// outcomes runs a request some times and tells of each whether it succeeded.
func (h *harness) outcomes(times int, operation, request string) string {
	outcomes := ""
	for range times {
		_, err := h.call(operation, request)
		switch failure := err.(type) {
		case nil:
			outcomes += "ok "
		case *wire.Error:
			outcomes += failure.Type + " "
		}
	}
	return strings.TrimSpace(outcomes)
}

const putOne = `{"TableName":"plain","Item":{"pk":{"S":"p"},"sk":{"N":"1"}}}`

func TestThrottledWrites(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	h.db.SetFaults(dynamodb.Faults{ThrottledWrites: 0.5})
	if got, want := h.outcomes(4, "PutItem", putOne), "ok ThrottlingException ok ThrottlingException"; got != want {
		t.Errorf("writes: %s, want %s", got, want)
	}
	if got, want := h.outcomes(2, "GetItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}}}`), "ok ok"; got != want {
		t.Errorf("reads: %s, want %s", got, want)
	}
	batch := `{"RequestItems":{"plain":[{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"2"}}}}]}}`
	if got, want := h.json("BatchWriteItem", batch), `{"UnprocessedItems":{"plain":[{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"2"}}}}]}}`; got != want {
		t.Errorf("batch: %s, want %s", got, want)
	}
	h.db.SetFaults(dynamodb.Faults{ThrottledWrites: 1})
	h.fail("BatchWriteItem", batch, "ThrottlingException")
	cancelled := h.fail("TransactWriteItems", `{"TransactItems":[{"Put":`+putOne+`}]}`, "TransactionCanceledException")
	if !strings.HasSuffix(cancelled.Message, "[ThrottlingError]") {
		t.Errorf("transaction: %s", cancelled.Message)
	}
	h.db.SetFaults(dynamodb.Faults{})
	h.must("PutItem", putOne)

	h = newHarness(t)
	h.must("CreateTable", strings.Replace(plainTable, `"BillingMode":"PAY_PER_REQUEST"`, `"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}`, 1))
	h.db.SetFaults(dynamodb.Faults{ThrottledWrites: 1})
	h.fail("PutItem", putOne, "ProvisionedThroughputExceededException")
}

func TestTransactionConflicts(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	h.db.SetFaults(dynamodb.Faults{TransactionConflicts: 0.34})
	transaction := `{"TransactItems":[{"Put":` + putOne + `},{"Delete":{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"2"}}}}]}`
	if got, want := h.outcomes(3, "TransactWriteItems", transaction), "ok ok TransactionCanceledException"; got != want {
		t.Errorf("transactions: %s, want %s", got, want)
	}
	h.db.SetFaults(dynamodb.Faults{TransactionConflicts: 1})
	cancelled := h.fail("TransactWriteItems", transaction, "TransactionCanceledException")
	if want := "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, TransactionConflict]"; cancelled.Message != want {
		t.Errorf("message %q, want %q", cancelled.Message, want)
	}
}

// indexed counts what a query of the leads' index finds.
func (h *harness) indexed() string {
	h.tb.Helper()
	return h.json("Query", `{"TableName":"Leads","IndexName":"byCreatedAt","Select":"COUNT","KeyConditionExpression":"userId = :u","ExpressionAttributeValues":{":u":{"S":"john"}}}`)
}

func (h *harness) wantIndexed(want int) {
	h.tb.Helper()
	if got := h.indexed(); got != fmt.Sprintf(`{"Count":%d,"ScannedCount":%d}`, want, want) {
		h.tb.Errorf("the index holds %s, want %d", got, want)
	}
}

func (h *harness) putLeads(leads ...int) {
	h.tb.Helper()
	for _, i := range leads {
		h.must("PutItem", `{"TableName":"Leads","Item":`+leadJSON("john", i)+`}`)
	}
}

func TestIndexDelay(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.must("CreateTable", leadsTable)
	h.putLeads(1)
	h.db.SetFaults(dynamodb.Faults{IndexDelay: time.Second})
	h.putLeads(2)
	h.wantIndexed(1)
	h.now = h.now.Add(600 * time.Millisecond)
	h.putLeads(3)
	h.wantIndexed(1)
	h.now = h.now.Add(400 * time.Millisecond)
	h.wantIndexed(2)
	h.now = h.now.Add(time.Second)
	h.wantIndexed(3)
	h.putLeads(4)
	h.db.SetFaults(dynamodb.Faults{})
	h.wantIndexed(4)
}

func TestIndexBacklog(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.must("CreateTable", leadsTable)
	h.db.SetFaults(dynamodb.Faults{IndexBacklog: 2})
	h.putLeads(1, 2)
	h.wantIndexed(0)
	h.putLeads(3)
	h.wantIndexed(1)
	h.db.SetFaults(dynamodb.Faults{})
	h.putLeads(4) // catches up first
	h.wantIndexed(4)
}

func TestRepeatedRecords(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.db.SetFaults(dynamodb.Faults{RepeatedRecords: 0.5})
	h.must("CreateTable", plainTable)
	for i := range 4 {
		h.put(fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"N":"%d"}}`, i))
	}
	stream, after, seen := h.stream("plain"), "", ""
	for range 2 {
		records := read(t, stream, after, 2)
		for _, r := range records {
			seen += fmt.Sprint(r.Change.Keys["sk"])
			after = r.Change.SequenceNumber
		}
	}
	if seen != "011233" {
		t.Errorf("records %s", seen)
	}
}
