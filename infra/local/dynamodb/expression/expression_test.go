package expression_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
)

const sampleItem = `{"a":{"S":"abc"},"n":{"N":"5"},"b":{"B":"AAE="},"t":{"BOOL":true},"z":{"NULL":true},"l":{"L":[{"N":"1"},{"S":"x"},{"M":{"k":{"N":"2"}}}]},
	"m":{"M":{"a":{"S":"x"},"l":{"L":[{"N":"1"}]}}},"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]}}`

const sampleValues = `{":s":{"S":"abc"},":n":{"N":"1"},":b":{"B":"AA=="},":t":{"BOOL":true},":z":{"NULL":true},":l":{"L":[{"N":"9"}]},":m":{"M":{}},":ss":{"SS":["a"]},":ns":{"NS":["2","3"]},":type":{"S":"S"}}`

func item(tb testing.TB, text string) attribute.Item {
	tb.Helper()
	var parsed attribute.Item
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		tb.Fatal(err)
	}
	return parsed
}

func placeholders(tb testing.TB) *expression.Placeholders {
	tb.Helper()
	var values attribute.Values
	if err := json.Unmarshal([]byte(sampleValues), &values); err != nil {
		tb.Fatal(err)
	}
	p, err := expression.NewPlaceholders(map[string]string{"#n": "n", "#status": "status", "#d": "a.b"}, values)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestExpressionsNameTheirAttributes(t *testing.T) {
	t.Parallel()
	condition, err := expression.ParseCondition("ConditionExpression", "a = :s AND (size(m.a[1]) > #n OR attribute_exists(#status))", placeholders(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(condition.Attributes()), "[a m n status]"; got != want {
		t.Errorf("condition names %s, want %s", got, want)
	}
	update, err := expression.ParseUpdate("SET m.a = if_not_exists(x, y) + :n REMOVE l[1] ADD #n :n DELETE ss :ss", placeholders(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(update.Attributes(), update.Targets()), "[m x y l n ss] [m l n ss]"; got != want {
		t.Errorf("update names %s, want %s", got, want)
	}
	projection, err := expression.ParseProjection("m.a, l[0], #d", placeholders(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(projection.Attributes()), "[m l a.b]"; got != want {
		t.Errorf("projection names %s, want %s", got, want)
	}
}

func TestPlaceholdersAreSharedByExpressions(t *testing.T) {
	t.Parallel()
	p, err := expression.NewPlaceholders(map[string]string{"#a": "a", "#b": "b", "#c": "c"}, attribute.Values{":a": attribute.Null{}, ":b": attribute.Null{}})
	if err != nil {
		t.Fatal(err)
	}
	unused := func(want string) {
		t.Helper()
		if err := p.Unused(); fmt.Sprint(err) != want {
			t.Errorf("unused: %v, want %s", err, want)
		}
	}
	unused("Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b, #c}")
	if _, err := expression.ParseUpdate("SET #a = :a, #c = :a", p); err != nil {
		t.Fatal(err)
	}
	unused("Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}")
	if _, err := expression.ParseProjection("x.#b", p); err != nil {
		t.Fatal(err)
	}
	unused("Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}")
	if _, err := expression.ParseCondition("FilterExpression", "x = :b", p); err != nil {
		t.Fatal(err)
	}
	unused("<nil>")
}

func TestKeyConditions(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a = :s":                          "a = {S:abc}",
		":s = a":                          "a = {S:abc}",
		":n < n":                          "n > {N:1}",
		":n >= n AND a = :s":              "n <= {N:1}; a = {S:abc}",
		"#status BETWEEN :n AND :n":       "status BETWEEN {N:1} {N:1}",
		"(a = :s) AND begins_with(b, :b)": "a = {S:abc}; b begins_with {B:AA==}",
	}
	for text, want := range tests {
		parsed, err := expression.ParseKeyCondition(text, placeholders(t))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := ""
		for i, test := range parsed {
			if i > 0 {
				got += "; "
			}
			got += test.Attribute + " " + test.Operator
			for _, value := range test.Values {
				got += " " + attribute.Describe(value)
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

// seeds are expressions of all kinds, right and wrong, for the fuzzers to start from.
func seeds() []string {
	return []string{
		"a = :s", "NOT (a <> :s AND n BETWEEN :n AND :n) OR #n IN (:n, m.a)", "attribute_exists(l[2].k) AND attribute_type(a, :type)",
		"begins_with(a, :s) AND contains(ss, :s) AND size(m) < :n", "((a = :s))", "a = ", ":s = :s",
		"SET n = n + :n, l[7] = :s, m.a = if_not_exists(x, :l)", "SET l = list_append(l, :l) REMOVE m.a, l[0]", "ADD n :n, ns :ns DELETE ss :ss",
		"SET a = :s SET n = :n", "a, m.a, l[0], #d", "a..b", "l[99999999999999999999]", "#", ":", "日本", "_a", "name = :s", "\x00\xff",
	}
}

func addSeeds(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed)
	}
}

// checkError fails the test unless the error of a parser is one for the caller.
func checkError(t *testing.T, err error) {
	t.Helper()
	if _, ok := err.(*attribute.Error); !ok {
		t.Errorf("error %v of type %T", err, err)
	}
}

func FuzzParseCondition(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		condition, err := expression.ParseCondition("ConditionExpression", text, placeholders(t))
		if err != nil {
			checkError(t, err)
			return
		}
		negated, err := expression.ParseCondition("ConditionExpression", "NOT ("+text+")", placeholders(t))
		if err != nil {
			return // in parentheses already, or too long now
		}
		for _, of := range []attribute.Item{nil, item(t, sampleItem)} {
			if condition.Matches(of) == negated.Matches(of) {
				t.Errorf("%q and its negation are both %t", text, condition.Matches(of))
			}
		}
	})
}

func FuzzParseUpdate(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		update, err := expression.ParseUpdate(text, placeholders(t))
		if err != nil {
			checkError(t, err)
			return
		}
		before := item(t, sampleItem)
		after, err := update.Apply(before)
		if !attribute.Equal(before, item(t, sampleItem)) {
			t.Fatalf("%q changes the item in place", text)
		}
		if err != nil {
			checkError(t, err)
			return
		}
		for name, value := range before {
			if !slices.Contains(update.Targets(), name) && !attribute.Equal(after[name], value) {
				t.Errorf("%q changes %s, which is none of its targets", text, name)
			}
		}
		if touched := update.Touched(after); len(touched) > len(after) {
			t.Errorf("%q touches %v of %v", text, touched, after)
		}
	})
}

func FuzzParseProjection(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		projection, err := expression.ParseProjection(text, placeholders(t))
		if err != nil {
			checkError(t, err)
			return
		}
		whole := item(t, sampleItem)
		for name := range projection.Of(whole) {
			if whole[name] == nil || !slices.Contains(projection.Attributes(), name) {
				t.Errorf("%q picks %s", text, name)
			}
		}
	})
}

func FuzzParseKeyCondition(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		tests, err := expression.ParseKeyCondition(text, placeholders(t))
		if err != nil {
			checkError(t, err)
			return
		}
		if len(tests) < 1 || len(tests) > 2 {
			t.Errorf("%q has %d tests", text, len(tests))
		}
		for _, test := range tests {
			if want := map[bool]int{true: 2, false: 1}[test.Operator == "BETWEEN"]; len(test.Values) != want || slices.Contains(test.Values, nil) {
				t.Errorf("%q tests %+v", text, test)
			}
		}
	})
}
