package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestKeyConditions(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, sk := range []string{"a", "ab", "abc", "b", "ba", "é"} {
		s.put(t, key("p", sk), key("q", sk))
	}
	values := doc{":p": "p", ":a": "a", ":ab": "ab", ":b": "b", ":e": "é", ":z": "z"}
	tests := map[string]string{
		"pk = :p":                           "a ab abc b ba é",
		":p = pk":                           "a ab abc b ba é",
		"pk = :p AND sk = :ab":              "ab",
		"sk = :ab AND pk = :p":              "ab",
		"(pk = :p) AND (sk = :ab)":          "ab",
		"pk = :p AND sk < :b":               "a ab abc",
		"pk = :p AND sk <= :b":              "a ab abc b",
		"pk = :p AND sk > :b":               "ba é",
		"pk = :p AND :b < sk":               "ba é",
		"pk = :p AND sk >= :b":              "b ba é",
		"pk = :p AND sk BETWEEN :ab AND :b": "ab abc b",
		"pk = :p AND begins_with(sk, :ab)":  "ab abc",
		"pk = :p AND begins_with(sk, :e)":   "é",
		"pk = :p AND begins_with(sk, :z)":   "",
		"pk = :z":                           "",
	}
	for condition, want := range tests {
		in := s.queryInput(t, condition, used(condition, values))
		if got := column(s.query(t, in).Items, "sk"); got != want {
			t.Errorf("%s finds %q, want %q", condition, got, want)
		}
		in.ScanIndexForward = aws.Bool(false)
		words := strings.Fields(want)
		for i := range len(words) / 2 {
			words[i], words[len(words)-1-i] = words[len(words)-1-i], words[i]
		}
		if got := column(s.query(t, in).Items, "sk"); got != strings.Join(words, " ") {
			t.Errorf("%s finds %q backwards, want %q", condition, got, words)
		}
	}
}

func TestKeyConditionMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	const emptyKey = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: "
	const wrongType = "One or more parameter values were invalid: Condition parameter type does not match schema type"
	tests := map[string]string{
		"":                                    "Invalid KeyConditionExpression: The expression can not be empty;",
		"pk":                                  `Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "pk"`,
		"pk = :undefined":                     "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :undefined",
		"pk > :p":                             "Query key condition not supported",
		"begins_with(pk, :p)":                 "Query key condition not supported",
		"pk <> :p":                            "Invalid operator used in KeyConditionExpression: <>",
		"pk IN (:p)":                          "Invalid operator used in KeyConditionExpression: IN",
		"pk = :p OR sk = :s":                  "Invalid operator used in KeyConditionExpression: OR",
		"NOT pk = :p":                         "Invalid operator used in KeyConditionExpression: NOT",
		"pk = :p AND contains(sk, :s)":        "Invalid operator used in KeyConditionExpression: contains",
		"pk = :p AND attribute_exists(sk)":    "Invalid operator used in KeyConditionExpression: attribute_exists",
		"pk = :p AND size(sk) > :n":           "KeyConditionExpressions cannot contain nested operations",
		"pk = :p AND sk = pk":                 "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
		"pk = :p AND sk > :s AND sk < :t":     "KeyConditionExpressions must only contain one condition per key",
		"pk = :p AND sk = :s AND x = :t":      "Conditions can be of length 1 or 2 only",
		"pk.a = :p":                           "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
		"pk = :n":                             wrongType,
		"pk = :p AND sk = :n":                 wrongType,
		"pk = :empty":                         emptyKey + "pk",
		"pk = :p AND begins_with(sk, :empty)": emptyKey + "sk",
		"pk = :p AND begins_with(sk, :n)":     "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
		"pk = :p AND sk BETWEEN :t AND :s":    "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:t}, upper bound operand: AttributeValue: {S:s}",
	}
	values := doc{":p": "p", ":s": "s", ":t": "t", ":n": 1, ":empty": ""}
	for condition, want := range tests {
		_, err := s.Query(t.Context(), s.queryInput(t, condition, used(condition, values)))
		wantInvalid(t, err, want)
	}
	for condition, want := range map[string]string{
		"sk = :s":            "Query condition missed key schema element: pk",
		"pk = :p AND x = :s": "Query condition missed key schema element: sk",
	} {
		_, err := s.Query(t.Context(), s.queryInput(t, condition, used(condition, values)))
		s.wantAWS(t, err, want)
	}
}

func TestQueryMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	tests := map[string]struct {
		change func(*ddb.QueryInput)
		want   string
	}{
		"filter on the partition key": {func(in *ddb.QueryInput) { in.FilterExpression = aws.String("n = :p AND pk = :p") }, "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk"},
		"filter on the sort key":      {func(in *ddb.QueryInput) { in.FilterExpression = aws.String("attribute_exists(sk)") }, "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"},
		"empty filter":                {func(in *ddb.QueryInput) { in.FilterExpression = aws.String("") }, "Invalid FilterExpression: The expression can not be empty;"},
		"limit 0":                     {func(in *ddb.QueryInput) { in.Limit = aws.Int32(0) }, "Limit must be greater than or equal to 1"},
		"no such index":               {func(in *ddb.QueryInput) { in.IndexName = aws.String("gone") }, "The table does not have the specified index: gone"},
		"projected without an index":  {func(in *ddb.QueryInput) { in.Select = types.SelectAllProjectedAttributes }, "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"},
		"specific without projection": {func(in *ddb.QueryInput) { in.Select = types.SelectSpecificAttributes }, "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
		"count with projection":       {func(in *ddb.QueryInput) { in.Select, in.ProjectionExpression = types.SelectCount, aws.String("n") }, "Cannot specify the ProjectionExpression when choosing to get only the Count"},
		"all with projection": {func(in *ddb.QueryInput) {
			in.Select, in.ProjectionExpression = types.SelectAllAttributes, aws.String("n")
		}, "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := s.queryInput(t, "pk = :p", doc{":p": "p"})
			test.change(in)
			_, err := s.Query(t.Context(), in)
			wantInvalid(t, err, test.want)
		})
	}
}

func TestStartKeyMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	const invalid = "The provided starting key is invalid"
	const outside = "The provided starting key is outside query boundaries based on provided conditions"
	tests := map[string]struct {
		start doc
		want  string
	}{
		"no sort key":        {doc{"pk": "p"}, invalid},
		"one attribute more": {key("p", "s").with("n", 1), invalid},
		"another attribute":  {doc{"pk": "p", "n": 1}, invalid},
		"another type":       {doc{"pk": "p", "sk": 1}, invalid + ": The provided key element does not match the schema"},
		"empty":              {key("p", ""), invalid + ": The provided key element does not match the schema"},
		"another partition":  {key("q", "s"), outside},
		"before the range":   {key("p", "a"), outside},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := s.queryInput(t, "pk = :p AND sk > :s", doc{":p": "p", ":s": "k"})
			in.ExclusiveStartKey = test.start.item(t)
			_, err := s.Query(t.Context(), in)
			s.wantAWS(t, err, test.want)
		})
	}
}

func TestLimitComesBeforeTheFilter(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := range 10 {
		s.put(t, key("p", fmt.Sprint(i)).with("n", i))
	}
	in := s.queryInput(t, "pk = :p", doc{":p": "p", ":n": 5})
	in.FilterExpression, in.Limit = aws.String("n >= :n"), aws.Int32(4)
	var pages []string
	for {
		out := s.query(t, in)
		pages = append(pages, fmt.Sprintf("%s (%d of %d)", column(out.Items, "sk"), out.Count, out.ScannedCount))
		if out.LastEvaluatedKey == nil {
			break
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	if got, want := strings.Join(pages, "; "), " (0 of 4); 5 6 7 (3 of 4); 8 9 (2 of 2)"; got != want {
		t.Errorf("pages %q, want %q", got, want)
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := range 7 {
		s.put(t, key("p", fmt.Sprint(i)), key("q", fmt.Sprint(i)))
	}
	for _, forward := range []bool{true, false} {
		in := s.queryInput(t, "pk = :p", doc{":p": "p"})
		in.Limit, in.ScanIndexForward, in.Select = aws.Int32(3), &forward, types.SelectCount
		counts := ""
		last := ""
		for more := true; more; {
			out := s.query(t, in)
			counts += fmt.Sprint(out.Count)
			if out.Items != nil {
				t.Errorf("a count returns items: %v", out.Items)
			}
			last += " " + show(out.LastEvaluatedKey)
			in.ExclusiveStartKey, more = out.LastEvaluatedKey, out.LastEvaluatedKey != nil
		}
		want := ` {pk: "p", sk: "2"} {pk: "p", sk: "5"} none`
		if !forward {
			want = ` {pk: "p", sk: "4"} {pk: "p", sk: "1"} none`
		}
		if counts != "331" || last != want {
			t.Errorf("counts %s, last keys %s, want 331 and %s", counts, last, want)
		}
	}
	in := s.queryInput(t, "pk = :p", doc{":p": "p"})
	in.Limit = aws.Int32(7)
	out := s.query(t, in)
	if got := show(out.LastEvaluatedKey); got != `{pk: "p", sk: "6"}` {
		t.Errorf("the last page is full, its last key %s", got)
	}
	in.ExclusiveStartKey = out.LastEvaluatedKey
	if out = s.query(t, in); out.Count != 0 || out.LastEvaluatedKey != nil {
		t.Errorf("after the last item come %d, last key %s", out.Count, show(out.LastEvaluatedKey))
	}
	in.ExclusiveStartKey = key("p", "33").item(t) // need not exist
	if got := column(s.query(t, in).Items, "sk"); got != "4 5 6" {
		t.Errorf("after 33 come %s", got)
	}
}

func TestPageOfOneMegabyte(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := range 5 {
		s.put(t, key("p", fmt.Sprint(i)).with("v", strings.Repeat("x", 300_000)))
	}
	in := s.queryInput(t, "pk = :p", doc{":p": "p"})
	in.ProjectionExpression, in.ReturnConsumedCapacity = aws.String("sk"), types.ReturnConsumedCapacityTotal
	out := s.query(t, in)
	if got := column(out.Items, "sk"); got != "0 1 2 3" || show(out.LastEvaluatedKey) != `{pk: "p", sk: "3"}` {
		t.Errorf("first page %s, last key %s", got, show(out.LastEvaluatedKey))
	}
	if got := aws.ToFloat64(out.ConsumedCapacity.CapacityUnits); got != 146.5 { // 4 × 300,009 bytes, halved
		t.Errorf("first page costs %v", got)
	}
	in.ExclusiveStartKey = out.LastEvaluatedKey
	if got := column(s.query(t, in).Items, "sk"); got != "4" {
		t.Errorf("second page %s", got)
	}
}

func TestSortKeysOfNumbersAndBytes(t *testing.T) {
	t.Parallel()
	s := start(t, func(in *ddb.CreateTableInput) { in.AttributeDefinitions[1] = defined("sk", "N") })
	for _, n := range []string{"10", "9", "-1", "-1.5", "0", "0.01", "1e20", "-1e-20", "9.99"} {
		s.put(t, doc{"pk": "p", "sk": num(n)})
	}
	out := s.query(t, s.queryInput(t, "pk = :p", doc{":p": "p"}))
	if got := column(out.Items, "sk"); got != "-1.5 -1 -0.00000000000000000001 0 0.01 9 9.99 10 100000000000000000000" {
		t.Errorf("numbers come as %s", got)
	}
	out = s.query(t, s.queryInput(t, "pk = :p AND sk BETWEEN :a AND :b", doc{":p": "p", ":a": num("-1.0"), ":b": num("9.0")}))
	if got := column(out.Items, "sk"); got != "-1 -0.00000000000000000001 0 0.01 9" {
		t.Errorf("between are %s", got)
	}

	s = start(t, func(in *ddb.CreateTableInput) { in.AttributeDefinitions[1] = defined("sk", "B") })
	for _, b := range []string{"\x00", "\x00\x00", "\x00\xff", "\x01", "\xff", "\xff\x00"} {
		s.put(t, doc{"pk": "p", "sk": []byte(b)})
	}
	out = s.query(t, s.queryInput(t, "pk = :p", doc{":p": "p"}))
	if got := column(out.Items, "sk"); got != "bAA== bAAA= bAP8= bAQ== b/w== b/wA=" {
		t.Errorf("bytes come as %s", got)
	}
	out = s.query(t, s.queryInput(t, "pk = :p AND begins_with(sk, :b)", doc{":p": "p", ":b": []byte{0}}))
	if got := column(out.Items, "sk"); got != "bAA== bAAA= bAP8=" {
		t.Errorf("with a zero begin %s", got)
	}
}
