package localtest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/dynamodb/attribute"
)

// patience is how long a change may take to be in the stream.
const patience = 10 * time.Second

// LeadChanges waits until the stream of the leads table has told of that many
// changes of leads and of their erasures since its beginning, and returns them as a
// function is handed them. Changes of other items are left out, as the function's
// filter does.
func (a *AWS) LeadChanges(tb testing.TB, count int) []json.RawMessage {
	tb.Helper()
	stream, err := a.DB.Stream(a.LeadsTable)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	var changes []json.RawMessage
	after := ""
	for len(changes) < count {
		records, err := stream.Read(ctx, after, 100)
		if err != nil {
			tb.Fatalf("read the stream: %v after %d of %d changes", err, len(changes), count)
		}
		for _, record := range records {
			after = record.Change.SequenceNumber
			if isPublished(record) {
				changes = append(changes, encode(tb, record))
			}
		}
	}
	return changes
}

func isPublished(record dynamodb.StreamRecord) bool {
	key, ok := record.Change.Keys["sk"].(attribute.String)
	return ok && (strings.HasPrefix(string(key), "LEAD#") || strings.HasPrefix(string(key), "ERASURE#"))
}

func encode(tb testing.TB, record dynamodb.StreamRecord) json.RawMessage {
	tb.Helper()
	raw, err := json.Marshal(record)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}
