package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// ask calls an operation on streams, decodes its answer and returns what it failed
// with.
func (h *harness) ask(operation, request string, into any) error {
	h.tb.Helper()
	answer, err := h.db.StreamsService().Operations[operation](h.tb.Context(), wire.Call{Caller: h.caller, Body: []byte(request)})
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(answer)
	if err == nil {
		err = json.Unmarshal(encoded, into)
	}
	if err != nil {
		h.tb.Fatal(err)
	}
	return nil
}

func (h *harness) iterator(arn, kind string) string {
	h.tb.Helper()
	var described struct {
		StreamDescription struct{ Shards []struct{ ShardID string } }
	}
	if err := h.ask("DescribeStream", fmt.Sprintf(`{"StreamArn":%q}`, arn), &described); err != nil {
		h.tb.Fatal(err)
	}
	var opened struct{ ShardIterator string }
	request := fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":%q}`, arn, described.StreamDescription.Shards[0].ShardID, kind)
	if err := h.ask("GetShardIterator", request, &opened); err != nil {
		h.tb.Fatal(err)
	}
	return opened.ShardIterator
}

func (h *harness) records(iterator string, limit int) (keys, next string) {
	h.tb.Helper()
	var read struct {
		Records []struct {
			Dynamodb struct {
				Keys struct{ SK struct{ N string } }
			}
		}
		NextShardIterator string
	}
	if err := h.ask("GetRecords", fmt.Sprintf(`{"ShardIterator":%q,"Limit":%d}`, iterator, limit), &read); err != nil {
		h.tb.Fatal(err)
	}
	var all []string
	for _, r := range read.Records {
		all = append(all, r.Dynamodb.Keys.SK.N)
	}
	return strings.Join(all, ","), read.NextShardIterator
}

func TestAStreamIsReadByItself(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	arn := h.streamARN()
	put := func(n int) { h.put(fmt.Sprintf(`{"pk":{"S":"a"},"sk":{"N":"%d"}}`, n)) }
	put(1)
	oldest, latest := h.iterator(arn, "TRIM_HORIZON"), h.iterator(arn, "LATEST")
	put(2)
	put(3)
	// Another reader that is done with all takes nothing away.
	other, err := h.db.Stream("plain")
	if err != nil {
		t.Fatal(err)
	}
	read, err := other.Read(t.Context(), "", 10)
	if err == nil {
		put(4)
		_, err = other.Read(t.Context(), read[len(read)-1].Change.SequenceNumber, 10)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, next := h.records(oldest, 2)
	if again, _ := h.records(oldest, 2); got != "1,2" || again != got {
		t.Errorf("from the beginning: %s, then %s", got, again)
	}
	if got, _ = h.records(next, 0); got != "3,4" {
		t.Errorf("then: %s", got)
	}
	if got, next = h.records(latest, 0); got != "2,3,4" {
		t.Errorf("from the latest: %s", got)
	}
	if got, _ = h.records(next, 0); got != "" {
		t.Errorf("at the end: %s", got)
	}
}

func TestAStreamThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	arn := h.streamARN()
	nobody := &harness{tb: t, db: h.db, caller: iam.Principal{ARN: "nobody"}}
	tests := map[string]struct {
		by                          *harness
		operation, request, problem string
	}{
		"no such stream":   {h, "DescribeStream", `{"StreamArn":"x"}`, "ResourceNotFoundException"},
		"no such shard":    {h, "GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":"x","ShardIteratorType":"LATEST"}`, arn), "ResourceNotFoundException"},
		"another iterator": {h, "GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":"shardId-00000000000000000000-00000001","ShardIteratorType":"AFTER_SEQUENCE_NUMBER"}`, arn), "ValidationException"},
		"a bad iterator":   {h, "GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, arn+"|x"), "ValidationException"},
		"no permission":    {nobody, "DescribeStream", fmt.Sprintf(`{"StreamArn":%q}`, arn), "nobody"},
	}
	for name, test := range tests {
		if err := test.by.ask(test.operation, test.request, nil); err == nil || !strings.Contains(fmt.Sprintf("%#v %v", err, err), test.problem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (h *harness) streamARN() string {
	h.tb.Helper()
	var described struct {
		Table struct{ LatestStreamArn string }
	}
	if err := json.Unmarshal([]byte(h.json("DescribeTable", `{"TableName":"plain"}`)), &described); err != nil {
		h.tb.Fatal(err)
	}
	return described.Table.LatestStreamArn
}
