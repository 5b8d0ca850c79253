package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// putUnits stores an item and shows what it cost.
func (s *suite) putUnits(t *testing.T, d doc) string {
	t.Helper()
	out, err := s.PutItem(t.Context(), &ddb.PutItemInput{TableName: &s.table, Item: d.item(t), ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(units(out.ConsumedCapacity))
}

func (s *suite) updateUnits(t *testing.T, key doc, expression string, values doc) string {
	t.Helper()
	out, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{
		TableName: &s.table, Key: key.item(t), UpdateExpression: &expression, ExpressionAttributeValues: values.item(t),
		ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(units(out.ConsumedCapacity))
}

func (s *suite) deleteUnits(t *testing.T, key doc) string {
	t.Helper()
	out, err := s.DeleteItem(t.Context(), &ddb.DeleteItemInput{TableName: &s.table, Key: key.item(t), ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(units(out.ConsumedCapacity))
}

func TestWriteUnits(t *testing.T) {
	t.Parallel()
	s := start(t, func(in *ddb.CreateTableInput) {
		define(in, "gsi:S", "tag:S", "lsi:S")
		in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{globalIndex("whole", "pk", "gsi", all()), globalIndex("keys", "tag", "", keysOnly())}
		in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{IndexName: aws.String("local"), KeySchema: keySchema("pk", "lsi"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}}
	})
	pad := func(kilobytes int) string { return strings.Repeat("x", kilobytes*1024-100) }
	lead := key("p", "1").with("gsi", "a").with("tag", "a").with("lsi", "a")
	steps := []struct{ name, got, want string }{
		{"put outside the indexes", s.putUnits(t, key("p", "0")), "map[table:1 total:1]"},
		{"put of 3 KB", s.putUnits(t, lead.with("v", pad(3))), "map[keys:1 local:1 table:3 total:8 whole:3]"},
		{"the same again", s.putUnits(t, lead.with("v", pad(3))), "map[table:3 total:3]"},
		{"change of what one index projects", s.updateUnits(t, key("p", "1"), "SET n = :n", doc{":n": 1}), "map[table:3 total:6 whole:3]"},
		{"smaller: the larger of both counts", s.updateUnits(t, key("p", "1"), "SET v = :v", doc{":v": "x"}), "map[table:3 total:6 whole:3]"},
		{"change of an index key: delete and put", s.updateUnits(t, key("p", "1"), "SET gsi = :b", doc{":b": "b"}), "map[table:1 total:3 whole:2]"},
		{"change of a local index key", s.updateUnits(t, key("p", "1"), "SET lsi = :b", doc{":b": "b"}), "map[local:2 table:1 total:4 whole:1]"},
		{"out of an index", s.updateUnits(t, key("p", "1"), "REMOVE tag", nil), "map[keys:1 table:1 total:3 whole:1]"},
		{"delete", s.deleteUnits(t, key("p", "1")), "map[local:1 table:1 total:3 whole:1]"},
		{"delete of nothing", s.deleteUnits(t, key("p", "1")), "map[table:1 total:1]"},
	}
	for _, step := range steps {
		if step.got != step.want {
			t.Errorf("%s costs %s, want %s", step.name, step.got, step.want)
		}
	}
	out, err := s.PutItem(t.Context(), &ddb.PutItemInput{TableName: &s.table, Item: lead.item(t), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(units(out.ConsumedCapacity)); got != "map[total:4]" || aws.ToString(out.ConsumedCapacity.TableName) != s.table {
		t.Errorf("total %s", got)
	}
}

// TestItemSizes finds an attribute's size by how much room it leaves in an item
// of one write unit.
func TestItemSizes(t *testing.T) {
	t.Parallel()
	s := start(t)
	digits := strings.Repeat("1234567890", 4)[:38]
	tests := map[string]struct {
		value any
		size  int
	}{
		"empty text": {"", 0}, "text": {"abc", 3}, "two bytes": {"é", 2}, "true": {true, 1}, "null": {nil, 1}, "bytes": {[]byte{1, 2, 3}, 3},
		"0": {num("0"), 1}, "1": {num("1"), 2}, "12": {num("12"), 2}, "123": {num("123"), 3}, "1234": {num("1234"), 3}, "-1": {num("-1"), 3}, "-123": {num("-123"), 4},
		"0.1": {num("0.1"), 2}, "0.01": {num("0.01"), 2}, "1.5": {num("1.5"), 3}, "12.5": {num("12.5"), 3}, "10": {num("10"), 2}, "100": {num("100"), 2}, "1e-5": {num("1e-5"), 2},
		"38 digits": {num(digits), 20}, "-38 digits": {num("-" + digits), 21}, "-37 digits": {num("-" + digits[:37]), 21},
		"empty list": {[]any{}, 3}, "empty map": {doc{}, 3}, "list": {[]any{"a", "bc"}, 8}, "map": {doc{"k": "a", "l": []any{}}, 11}, "lists": {[]any{[]any{[]any{}}}, 11},
		"texts": {texts("a", "bb"), 3}, "numbers": {nums("1", "22"), 4}, "binaries": {bins("abc"), 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Each item has a key of its own, for an old item's size would count too.
			room := 1024 - len("pk") - len(name) - len("skx") - len("v") - len("pad") - test.size
			for extra, want := range []string{"map[table:1 total:1]", "map[table:2 total:2]"} {
				sk := string("xy"[extra])
				if got := s.putUnits(t, key(name, sk).with("v", test.value).with("pad", strings.Repeat("x", room+extra))); got != want {
					t.Errorf("with %d bytes beside it costs %s, want %s", room+extra, got, want)
				}
			}
		})
	}
}

func TestReadUnits(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	s.put(t, key("p", "1").with("v", strings.Repeat("x", 5000)).with("at", "t1"), key("p", "2").with("v", strings.Repeat("x", 2000)).with("at", "t2"))
	get := func(sk string, consistent bool) string {
		out, err := s.GetItem(t.Context(), &ddb.GetItemInput{
			TableName: &s.table, Key: key("p", sk).item(t), ConsistentRead: &consistent, ProjectionExpression: aws.String("sk"),
			ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
		})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(units(out.ConsumedCapacity))
	}
	query := func(index string, consistent bool) string {
		in := s.queryInput(t, "pk = :p", doc{":p": "p"})
		in.ConsistentRead, in.ReturnConsumedCapacity = &consistent, types.ReturnConsumedCapacityIndexes
		if index != "" {
			in.IndexName = &index
		}
		return fmt.Sprint(units(s.query(t, in).ConsumedCapacity))
	}
	tests := []struct{ name, got, want string }{
		{"get of 5 KB", get("1", true), "map[table:2 total:2]"},
		{"get of 5 KB, eventually consistent", get("1", false), "map[table:1 total:1]"},
		{"get of nothing", get("3", true), "map[table:1 total:1]"},
		{"get of nothing, eventually consistent", get("3", false), "map[table:0.5 total:0.5]"},
		{"query of 7 KB", query("", true), "map[table:2 total:2]"},
		{"query of 7 KB, eventually consistent", query("", false), "map[table:1 total:1]"},
		{"query of an index", query("byTime", false), "map[byTime:1 table:0 total:1]"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s costs %s, want %s", test.name, test.got, test.want)
		}
	}
}
