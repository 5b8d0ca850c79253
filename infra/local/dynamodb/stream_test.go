package dynamodb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"clientflow/infra/local/dynamodb"
)

// read returns what the stream has after a sequence number; there must be something.
func read(tb testing.TB, stream *dynamodb.Stream, after string, limit int) []dynamodb.StreamRecord {
	tb.Helper()
	records, err := stream.Read(tb.Context(), after, limit)
	if err != nil {
		tb.Fatal(err)
	}
	return records
}

// changes writes records as INSERT pk/sk old→new, by the attribute n.
func changes(records []dynamodb.StreamRecord) string {
	parts := make([]string, len(records))
	for i, r := range records {
		parts[i] = fmt.Sprintf("%s %v %v>%v", r.EventName, r.Change.Keys["sk"], r.Change.OldImage["n"], r.Change.NewImage["n"])
	}
	return strings.Join(parts, ", ")
}

func TestStreamRecordsChanges(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	h.put(`{"pk":{"S":"p"},"sk":{"N":"1"},"n":{"N":"1"}}`)
	h.put(`{"pk":{"S":"p"},"sk":{"N":"1"},"n":{"N":"1.0"}}`) // changes nothing
	h.must("UpdateItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}},"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}}`)
	h.must("UpdateItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}},"UpdateExpression":"REMOVE gone"}`)
	h.must("DeleteItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}}}`)
	h.must("DeleteItem", `{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"1"}}}`)
	h.must("BatchWriteItem", `{"RequestItems":{"plain":[{"PutRequest":{"Item":{"pk":{"S":"p"},"sk":{"N":"2"}}}}]}}`)
	h.must("TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"plain","Item":{"pk":{"S":"p"},"sk":{"N":"3"}}}},
		{"ConditionCheck":{"TableName":"plain","Key":{"pk":{"S":"p"},"sk":{"N":"2"}},"ConditionExpression":"attribute_exists(pk)"}}]}`)
	h.fail("PutItem", `{"TableName":"plain","Item":{"pk":{"S":"p"},"sk":{"N":"2"}},"ConditionExpression":"attribute_not_exists(pk)"}`, "ConditionalCheckFailedException")

	records := read(t, h.stream("plain"), "", 100)
	if got, want := changes(records), "INSERT 1 <nil>>1, MODIFY 1 1>2, REMOVE 1 2><nil>, INSERT 2 <nil>><nil>, INSERT 3 <nil>><nil>"; got != want {
		t.Fatalf("changes\n%s, want\n%s", got, want)
	}
	for i, r := range records[1:] {
		if before := records[i].Change.SequenceNumber; r.Change.SequenceNumber <= before || len(r.Change.SequenceNumber) != len(before) || len(before) < 21 || r.EventID == records[i].EventID {
			t.Errorf("record %s with %s follows %s with %s", r.EventID, r.Change.SequenceNumber, records[i].EventID, before)
		}
	}
}

func TestStreamRecordIsLambdas(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	h.put(`{"pk":{"S":"p"},"sk":{"N":"1"},"b":{"B":"AAE="},"ss":{"SS":["x","y"]},"m":{"M":{"l":{"L":[{"NULL":true},{"BOOL":false}]}}}}`)
	record := read(t, h.stream("plain"), "", 1)[0]
	encoded, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"eventID":"` + record.EventID + `","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{` +
		`"ApproximateCreationDateTime":1735787045,"Keys":{"pk":{"S":"p"},"sk":{"N":"1"}},` +
		`"NewImage":{"b":{"B":"AAE="},"m":{"M":{"l":{"L":[{"NULL":true},{"BOOL":false}]}}},"pk":{"S":"p"},"sk":{"N":"1"},"ss":{"SS":["x","y"]}},` +
		`"SequenceNumber":"` + record.Change.SequenceNumber + `","SizeBytes":34,"StreamViewType":"NEW_AND_OLD_IMAGES"},` +
		`"eventSourceARN":"arn:aws:dynamodb:us-east-1:000000000000:table/plain/stream/2025-01-02T03:04:05.000"}`
	if string(encoded) != want {
		t.Errorf("record\n%s, want\n%s", encoded, want)
	}
	var decoded events.DynamoDBEventRecord
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	if got := decoded.Change.NewImage["ss"].StringSet(); len(got) != 2 || decoded.Change.Keys["sk"].Number() != "1" || decoded.Change.ApproximateCreationDateTime.Unix() != h.now.Unix() {
		t.Errorf("decoded by Lambda's types: %+v", decoded)
	}
}

func TestStreamViews(t *testing.T) {
	t.Parallel()
	for view, want := range map[string][2]bool{"KEYS_ONLY": {}, "OLD_IMAGE": {true, false}, "NEW_IMAGE": {false, true}, "NEW_AND_OLD_IMAGES": {true, true}} {
		t.Run(view, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.must("CreateTable", strings.Replace(plainTable, "NEW_AND_OLD_IMAGES", view, 1))
			h.put(`{"pk":{"S":"p"},"sk":{"N":"1"},"n":{"N":"1"}}`)
			h.put(`{"pk":{"S":"p"},"sk":{"N":"1"},"n":{"N":"2"}}`)
			change := read(t, h.stream("plain"), "", 9)[1].Change
			if got := [2]bool{change.OldImage != nil, change.NewImage != nil}; got != want || change.StreamViewType != view {
				t.Errorf("images %v of view %s, want %v", got, change.StreamViewType, want)
			}
		})
	}
}

func TestReadWaitsForAChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := withPlainTable(t)
		stream := h.stream("plain")
		got := make(chan string)
		go func() {
			records, err := stream.Read(t.Context(), "", 10)
			got <- fmt.Sprint(changes(records), err)
		}()
		synctest.Wait()
		select {
		case early := <-got:
			t.Fatalf("before the change Read returns %s", early)
		default:
		}
		h.put(`{"pk":{"S":"p"},"sk":{"N":"1"}}`)
		if after := <-got; after != "INSERT 1 <nil>><nil><nil>" {
			t.Errorf("Read returns %s", after)
		}
	})
}

func TestReadEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := withPlainTable(t)
		h.put(`{"pk":{"S":"p"},"sk":{"N":"1"}}`)
		stream := h.stream("plain")
		last := read(t, stream, "", 10)[0].Change.SequenceNumber
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := stream.Read(ctx, last, 10); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("when the context is over: %v", err)
		}
		ended := make(chan error)
		go func() {
			_, err := stream.Read(t.Context(), last, 10)
			ended <- err
		}()
		synctest.Wait()
		h.must("DeleteTable", `{"TableName":"plain"}`)
		if err := <-ended; !errors.Is(err, dynamodb.ErrStreamEnded) {
			t.Errorf("when the table is deleted: %v", err)
		}
	})
	h := withPlainTable(t)
	h.put(`{"pk":{"S":"p"},"sk":{"N":"1"}}`)
	stream := h.stream("plain")
	h.must("DeleteTable", `{"TableName":"plain"}`)
	if got := len(read(t, stream, "", 10)); got != 1 {
		t.Errorf("a deleted table's stream has %d records left", got)
	}
}

func TestReadInPortions(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	for i := range 5 {
		h.put(fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"N":"%d"}}`, i))
	}
	stream := h.stream("plain")
	after, seen := "", ""
	for range 3 {
		records := read(t, stream, after, 2)
		for _, r := range records {
			seen += fmt.Sprint(r.Change.Keys["sk"])
		}
		again := read(t, stream, after, 2)
		if changes(again) != changes(records) {
			t.Errorf("read again: %s, want %s", changes(again), changes(records))
		}
		after = records[len(records)-1].Change.SequenceNumber
	}
	if seen != "01234" {
		t.Errorf("read %s", seen)
	}
}

func TestStreamKeepsWhatSomeoneHasYetToRead(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	quick, slow := h.stream("plain"), h.stream("plain")
	for i := range 4 {
		h.put(fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"N":"%d"}}`, i))
	}
	records := read(t, quick, "", 10)
	read(t, slow, records[0].Change.SequenceNumber, 1)
	read(t, quick, records[2].Change.SequenceNumber, 1)
	if got := len(read(t, h.stream("plain"), "", 10)); got != 3 {
		t.Errorf("%d records are left of those that one of two readers has acknowledged, want 3", got)
	}
	h.now = h.now.Add(25 * time.Hour)
	h.put(`{"pk":{"S":"p"},"sk":{"N":"9"}}`)
	if got := changes(read(t, slow, "", 10)); got != "INSERT 9 <nil>><nil>" {
		t.Errorf("after a day: %s", got)
	}
}

func TestNoStream(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.must("CreateTable", strings.Replace(plainTable, `"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"`, `"StreamEnabled":false`, 1))
	for _, table := range []string{"plain", "none"} {
		if _, err := h.db.Stream(table); err == nil {
			t.Errorf("table %s has a stream", table)
		}
	}
	h.put(`{"pk":{"S":"p"},"sk":{"N":"1"}}`)
}
