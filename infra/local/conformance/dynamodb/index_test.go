package dynamodb_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// withIndexes gives a table the index of ClientFlow's leads, which holds all,
// and smaller ones.
func withIndexes(in *ddb.CreateTableInput) {
	define(in, "at:S", "tag:S", "score:N")
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{
		globalIndex("byTime", "pk", "at", all()),
		globalIndex("byTag", "tag", "score", keysOnly()),
		globalIndex("byScore", "score", "", include("a", "b")),
	}
	in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{
		{IndexName: aws.String("local"), KeySchema: keySchema("pk", "score"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}},
	}
}

// byIndex queries an index, which must succeed.
func (s *suite) byIndex(t *testing.T, index, condition string, values doc) *ddb.QueryOutput {
	t.Helper()
	in := s.queryInput(t, condition, values)
	in.IndexName = &index
	return s.query(t, in)
}

func TestIndexesHoldWhatTheyProject(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	whole := key("p", "1").with("at", "t1").with("tag", "x").with("score", 7).with("a", 1).with("c", 3)
	s.put(t, whole, key("p", "2").with("at", "t0"), key("p", "3").with("tag", "x"), key("p", "4").with("score", 7).with("b", 2))

	out := s.byIndex(t, "byTime", "pk = :p", doc{":p": "p"})
	if got := column(out.Items, "sk"); got != "2 1" {
		t.Fatalf("byTime holds %s", got)
	}
	wantItem(t, out.Items[1], whole)
	out = s.byIndex(t, "byTag", "tag = :x", doc{":x": "x"})
	if len(out.Items) != 1 {
		t.Fatalf("byTag holds %d items", len(out.Items))
	}
	wantItem(t, out.Items[0], doc{"pk": "p", "sk": "1", "tag": "x", "score": 7})
	out = s.byIndex(t, "byScore", "score = :7", doc{":7": 7})
	if len(out.Items) != 2 {
		t.Fatalf("byScore holds %d items", len(out.Items))
	}
	if column(out.Items[:1], "sk") == "4" {
		out.Items[0], out.Items[1] = out.Items[1], out.Items[0]
	}
	wantItem(t, out.Items[0], key("p", "1").with("score", 7).with("a", 1))
	wantItem(t, out.Items[1], key("p", "4").with("score", 7).with("b", 2))
}

func TestIndexesFollowTheTable(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	held := func(want string) {
		t.Helper()
		if got := column(s.byIndex(t, "byTime", "pk = :p", doc{":p": "p"}).Items, "at"); got != want {
			t.Errorf("byTime holds %q, want %q", got, want)
		}
	}
	s.put(t, key("p", "1").with("at", "t1"), key("p", "2").with("at", "t2"))
	held("t1 t2")
	_, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{
		TableName: &s.table, Key: key("p", "1").item(t), UpdateExpression: aws.String("SET #at = :t"),
		ExpressionAttributeNames: map[string]string{"#at": "at"}, ExpressionAttributeValues: doc{":t": "t3"}.item(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	held("t2 t3")
	if _, err := s.update(t, key("p", "2"), "SET n = :n", doc{":n": 1}); err != nil {
		t.Fatal(err)
	}
	held("t2 t3")
	s.put(t, key("p", "2")) // without the key attribute: out of the index
	held("t3")
	if _, err := s.DeleteItem(t.Context(), &ddb.DeleteItemInput{TableName: &s.table, Key: key("p", "1").item(t)}); err != nil {
		t.Fatal(err)
	}
	held("")
}

func TestIndexPages(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	for i := range 5 {
		s.put(t, key("p", fmt.Sprint(i)).with("at", fmt.Sprint("t", 9-i)))
	}
	in := s.queryInput(t, "pk = :p", doc{":p": "p"})
	in.IndexName, in.Limit, in.ScanIndexForward = aws.String("byTime"), aws.Int32(2), aws.Bool(false)
	got := ""
	for {
		out := s.query(t, in)
		got += column(out.Items, "at") + " " + show(out.LastEvaluatedKey) + " "
		if out.LastEvaluatedKey == nil {
			break
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	if want := `t9 t8 {at: "t8", pk: "p", sk: "1"} t7 t6 {at: "t6", pk: "p", sk: "3"} t5 none `; got != want {
		t.Errorf("pages %s, want %s", got, want)
	}
	for name, start := range map[string]doc{"no index key": key("p", "1"), "no table key": {"pk": "p", "at": "t8"}} {
		t.Run(name, func(t *testing.T) {
			in.ExclusiveStartKey = start.item(t)
			_, err := s.Query(t.Context(), in)
			s.wantAWS(t, err, "The provided starting key is invalid")
		})
	}
}

func TestIndexKeysAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	s.put(t, key("p", "1"))
	wantInvalid(t, s.tryPut(t, key("p", "1").with("at", "")), "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byTime, IndexKey: at")
	s.wantAWS(t, s.tryPut(t, key("p", "1").with("at", 1)), "One or more parameter values were invalid: Type mismatch for Index Key at Expected: S Actual: N IndexName: byTime")
	if !s.external { // DynamoDB Local stores a scalar of the wrong type
		_, err := s.update(t, key("p", "1"), "SET tag = :n", doc{":n": 1})
		wantInvalid(t, err, "The update expression attempted to update the secondary index key to unsupported type")
	}
	wantItem(t, s.get(t, key("p", "1")), key("p", "1"))
}

func TestWhatAnIndexCannotAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	query := func(index, condition string, change func(*ddb.QueryInput)) error {
		in := s.queryInput(t, condition, doc{":v": "v"})
		in.IndexName = &index
		change(in)
		_, err := s.Query(t.Context(), in)
		return err
	}
	err := query("byTime", "pk = :v", func(in *ddb.QueryInput) { in.ConsistentRead = aws.Bool(true) })
	s.wantAWS(t, err, "Consistent reads are not supported on global secondary indexes")
	_, err = s.Scan(t.Context(), &ddb.ScanInput{TableName: &s.table, IndexName: aws.String("byTime"), ConsistentRead: aws.Bool(true)})
	s.wantAWS(t, err, "Consistent reads are not supported on global secondary indexes")
	if err = query("local", "pk = :v", func(in *ddb.QueryInput) { in.ConsistentRead = aws.Bool(true) }); err != nil {
		t.Errorf("consistent read of a local index: %v", err)
	}
	err = query("byTag", "tag = :v", func(in *ddb.QueryInput) { in.Select = types.SelectAllAttributes })
	wantInvalid(t, err, "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index byTag because its projection type is not ALL")
	err = query("byTag", "tag = :v", func(in *ddb.QueryInput) { in.ProjectionExpression = aws.String("a") })
	wantInvalid(t, err, "One or more parameter values were invalid: Global secondary index byTag does not project [a]")
	err = query("byTag", "tag = :v", func(in *ddb.QueryInput) { in.FilterExpression = aws.String("attribute_exists(a)") })
	wantInvalid(t, err, "One or more parameter values were invalid: Secondary index byTag does not project one or more filter attributes: [a]")
	err = query("byTime", "pk = :v", func(in *ddb.QueryInput) {
		in.FilterExpression, in.ExpressionAttributeNames = aws.String("attribute_exists(#at)"), map[string]string{"#at": "at"}
	})
	wantInvalid(t, err, "Filter Expression can only contain non-primary key attributes: Primary key attribute: at")
	if err = query("byTime", "pk = :v", func(in *ddb.QueryInput) { in.FilterExpression = aws.String("sk > :v") }); err != nil {
		t.Errorf("filter on the table's sort key: %v", err)
	}
}

func TestLocalIndexReadsTheRestFromTheTable(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes)
	s.put(t, key("p", "1").with("score", 2).with("a", "x"), key("p", "2").with("score", 1).with("a", "y"), key("p", "3").with("a", "z"))
	wantItem(t, s.byIndex(t, "local", "pk = :p", doc{":p": "p"}).Items[0], key("p", "2").with("score", 1))

	in := s.queryInput(t, "pk = :p AND score > :r", doc{":p": "p", ":r": 0})
	in.IndexName, in.Select, in.ReturnConsumedCapacity = aws.String("local"), types.SelectAllAttributes, types.ReturnConsumedCapacityIndexes
	out := s.query(t, in)
	if got := column(out.Items, "a"); got != "y x" {
		t.Errorf("items %s", got)
	}
	if got, want := fmt.Sprint(units(out.ConsumedCapacity)), "map[local:0.5 table:1 total:1.5]"; got != want {
		t.Errorf("consumed %s, want %s", got, want)
	}
	in.Select, in.ProjectionExpression = "", aws.String("a")
	if got := column(s.query(t, in).Items, "a"); got != "y x" {
		t.Errorf("projected %s", got)
	}
}
