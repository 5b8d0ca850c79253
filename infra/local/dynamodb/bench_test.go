package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"clientflow/infra/local/dynamodb/attribute"
)

// lead is an item of the size that ClientFlow stores, in the wire's JSON.
func leadJSON(user string, i int) string {
	return fmt.Sprintf(`{"userId":{"S":%q},"sk":{"S":"LEAD#%026d"},"leadId":{"S":"%026d"},"email":{"S":"lead%d@example.test"},
		"name":{"S":"A Lead"},"phone":{"S":"+31201234567"},"ibType":{"S":"hybrid"},"monthlyLeads":{"S":"50-199"},"status":{"S":"new"},"source":{"S":"form"},
		"submissions":{"N":"1"},"createdAt":{"S":"2025-01-02T03:04:05.%06dZ"},"updatedAt":{"S":"2025-01-02T03:04:05.000Z"},"syncState":{"S":"pending"},"consent":{"BOOL":true}}`,
		user, i*7919%1_000_000, i, i, i*104729%1_000_000)
}

const leadsTable = `{"TableName":"Leads","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"userId","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"userId","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"createdAt","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"byCreatedAt","KeySchema":[{"AttributeName":"userId","KeyType":"HASH"},{"AttributeName":"createdAt","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}`

func withLeads(b *testing.B, leads int) *harness {
	b.Helper()
	h := newHarness(b)
	h.must("CreateTable", leadsTable)
	for i := range leads {
		h.must("PutItem", `{"TableName":"Leads","Item":`+leadJSON("john", i)+`}`)
	}
	return h
}

// BenchmarkQueryPage is a page of 25 of the newest-first list, from decoding
// the request to encoding the answer.
func BenchmarkQueryPage(b *testing.B) {
	for _, leads := range []int{100, 100_000} {
		b.Run(fmt.Sprintf("of%d", leads), func(b *testing.B) {
			h := withLeads(b, leads)
			request := `{"TableName":"Leads","IndexName":"byCreatedAt","Limit":25,"ScanIndexForward":false,
				"KeyConditionExpression":"userId = :u AND createdAt < :t","ExpressionAttributeValues":{":u":{"S":"john"},":t":{"S":"2025-01-02T03:04:05.5"}}}`
			b.ReportAllocs()
			for b.Loop() {
				answer := h.must("Query", request)
				encoded, err := json.Marshal(answer)
				if err != nil || len(encoded) < 10_000 {
					b.Fatalf("%d bytes, error %v", len(encoded), err)
				}
			}
		})
	}
}

// BenchmarkPutItem is the conditional put of a new lead, with its index and stream.
func BenchmarkPutItem(b *testing.B) {
	h := withLeads(b, 0)
	stream := h.stream("Leads")
	b.ReportAllocs()
	after := ""
	for i := 0; b.Loop(); i++ {
		h.must("PutItem", `{"TableName":"Leads","ConditionExpression":"attribute_not_exists(userId)","Item":`+leadJSON(fmt.Sprint("user", i%50), i)+`}`)
		if i%100 == 99 {
			records, err := stream.Read(b.Context(), after, 100)
			if err != nil {
				b.Fatal(err)
			}
			after = records[len(records)-1].Change.SequenceNumber
		}
	}
}

func BenchmarkDecodeItem(b *testing.B) {
	body := []byte(leadJSON("john", 1))
	for b.Loop() {
		var item attribute.Item
		if err := json.Unmarshal(body, &item); err != nil {
			b.Fatal(err)
		}
	}
}
