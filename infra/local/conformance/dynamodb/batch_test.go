package dynamodb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func batchPut(t *testing.T, d doc) types.WriteRequest {
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: d.item(t)}}
}

func batchDelete(t *testing.T, key doc) types.WriteRequest {
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key.item(t)}}
}

func (s *suite) batch(t *testing.T, requests ...types.WriteRequest) (*ddb.BatchWriteItemOutput, error) {
	return s.BatchWriteItem(t.Context(), &ddb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{s.table: requests}, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
	})
}

func TestBatchWrite(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	s.put(t, key("p", "old").with("at", "t0"))
	out, err := s.batch(t, batchPut(t, key("p", "new").with("at", "t1").with("v", strings.Repeat("x", 1500))), batchDelete(t, key("p", "old")))
	if err != nil {
		t.Fatal(err)
	}
	if len(out.UnprocessedItems) != 0 {
		t.Errorf("unprocessed %v", out.UnprocessedItems)
	}
	if got, want := fmt.Sprint(units(&out.ConsumedCapacity[0])), "map[byTime:3 table:3 total:6]"; got != want {
		t.Errorf("costs %s, want %s", got, want)
	}
	if got := column(s.query(t, s.queryInput(t, "pk = :p", doc{":p": "p"})).Items, "sk"); got != "new" {
		t.Errorf("items %s", got)
	}
	if _, err = s.batch(t, batchDelete(t, key("p", "none"))); err != nil {
		t.Error(err)
	}
}

func TestBatchWriteMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	var many []types.WriteRequest
	for i := range 26 {
		many = append(many, batchPut(t, key("p", fmt.Sprint(i))))
	}
	_, err := s.batch(t, many...)
	wantInvalid(t, err, "Too many items requested for the BatchWriteItem call")
	_, err = s.batch(t, batchPut(t, key("p", "1")), batchDelete(t, key("p", "1")))
	wantInvalid(t, err, "Provided list of item keys contains duplicates")
	_, err = s.batch(t, types.WriteRequest{})
	wantInvalid(t, err, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	_, err = s.batch(t)
	wantCode(t, err, "ValidationException")
	_, err = s.batch(t, batchPut(t, key("p", "1")), batchPut(t, doc{"pk": "p"}))
	s.wantAWS(t, err, "One or more parameter values were invalid: Missing the key sk in the item")
	_, err = s.batch(t, batchPut(t, key("p", "1")), batchPut(t, key("p", "2").with("v", strings.Repeat("x", 410_000))))
	wantInvalid(t, err, "Item size has exceeded the maximum allowed size")
	_, err = s.BatchWriteItem(t.Context(), &ddb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
		s.table: {batchPut(t, key("p", "1"))}, "not-there": {batchPut(t, key("p", "1"))},
	}})
	wantCode(t, err, "ResourceNotFoundException")
	if got := s.query(t, s.queryInput(t, "pk = :p", doc{":p": "p"})).Count; got != 0 {
		t.Errorf("refused batches wrote %d items", got)
	}
	if _, err = s.batch(t, many[:25]...); err != nil {
		t.Error(err)
	}
}

func (s *suite) batchGet(t *testing.T, request types.KeysAndAttributes) (*ddb.BatchGetItemOutput, error) {
	return s.BatchGetItem(t.Context(), &ddb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{s.table: request}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
}

func keysOf(t *testing.T, keys ...doc) []item {
	items := make([]item, len(keys))
	for i, k := range keys {
		items[i] = k.item(t)
	}
	return items
}

func TestBatchGet(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "1").with("n", 1).with("v", strings.Repeat("x", 5000)), key("q", "2").with("n", 2))
	out, err := s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, key("p", "1"), key("q", "2")), ProjectionExpression: aws.String("n"), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(column(out.Responses[s.table], "n"))
	slices.Sort(got)
	if fmt.Sprint(got) != "[1 2]" || len(out.UnprocessedKeys) != 0 {
		t.Errorf("items %v, unprocessed %v", got, out.UnprocessedKeys)
	}
	if got := aws.ToFloat64(out.ConsumedCapacity[0].CapacityUnits); got != 3 {
		t.Errorf("costs %v", got)
	}
	out, err = s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, key("p", "1"), key("p", "none"))})
	if err != nil || len(out.Responses[s.table]) != 1 {
		t.Errorf("items %v, error %v", out, err)
	}
}

func TestBatchGetMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	var many []doc
	for i := range 101 {
		many = append(many, key("p", fmt.Sprint(i)))
	}
	_, err := s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, many...)})
	wantInvalid(t, err, "Too many items requested for the BatchGetItem call")
	_, err = s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, key("p", "1"), key("p", "1"))})
	wantInvalid(t, err, "Provided list of item keys contains duplicates")
	_, err = s.batchGet(t, types.KeysAndAttributes{Keys: []item{}})
	wantCode(t, err, "ValidationException")
	_, err = s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, doc{"pk": "p"})})
	s.wantAWS(t, err, "The provided key element does not match the schema")
	if _, err = s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, many[:100]...)}); err != nil {
		t.Error(err)
	}
}

func TestBatchGetLeavesWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	s := start(t)
	var keys []doc
	for i := range 42 {
		keys = append(keys, key("p", fmt.Sprintf("%02d", i)))
		s.put(t, keys[i].with("v", strings.Repeat("x", 400_000)))
	}
	out, err := s.batchGet(t, types.KeysAndAttributes{Keys: keysOf(t, keys...), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	rest := out.UnprocessedKeys[s.table]
	if len(out.Responses[s.table]) != 41 || len(rest.Keys) != 1 || !aws.ToBool(rest.ConsistentRead) {
		t.Errorf("%d items, rest %+v", len(out.Responses[s.table]), rest)
	}
}
