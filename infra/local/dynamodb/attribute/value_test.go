package attribute_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientflow/infra/local/dynamodb/attribute"
)

func parse(tb testing.TB, text string) attribute.Item {
	tb.Helper()
	var item attribute.Item
	if err := json.Unmarshal([]byte(text), &item); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return item
}

func TestItemsKeepTheirJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{}`:   ``,
		`null`: ``,
		`{"a":{"S":""},"b":{"N":"-1.5"},"c":{"B":"AAE="},"d":{"BOOL":true},"e":{"BOOL":false},"f":{"NULL":true}}`: ``,
		`{"l":{"L":[]},"m":{"M":{}},"n":{"M":{"x":{"L":[{"S":"y"},{"M":{"z":{"N":"1"}}}]}}}}`:                     ``,
		`{"b":{"BS":["/w==","AA=="]},"n":{"NS":["10","9.0","-1"]},"s":{"SS":["b","a"]}}`:                          `{"b":{"BS":["AA==","/w=="]},"n":{"NS":["-1","9","10"]},"s":{"SS":["a","b"]}}`,
		`{"q\"\\\n":{"S":"é<&>\u2028\u0001"}}`:                                                                    `{"q\"\\\n":{"S":"é\u003c\u0026\u003e\u2028\u0001"}}`,
		`{"z":{"S":"1"},"a":{"S":"2"}}`:                                                                           `{"a":{"S":"2"},"z":{"S":"1"}}`,
	}
	for text, want := range tests {
		if want == "" {
			want = text
		}
		encoded, err := json.Marshal(parse(t, text))
		if err != nil || string(encoded) != want {
			t.Errorf("%s comes back as %s, error %v", text, encoded, err)
		}
	}
}

func TestValuesThatAreNone(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"a":{}}`:                      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		`{"a":null}`:                    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		`{"a":{"X":"1"}}`:               "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		`{"a":{"S":"1","N":"1"}}`:       "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
		`{"a":{"L":[{}]}}`:              "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		`{"a":{"M":{"b":{}}}}`:          "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		`{"a":{"NULL":false}}`:          "One or more parameter values were invalid: Null attribute value types must have the value of true",
		`{"a":{"N":"x"}}`:               "The parameter cannot be converted to a numeric value: x",
		`{"a":{"NS":["1","x"]}}`:        "The parameter cannot be converted to a numeric value: x",
		`{"a":{"SS":[]}}`:               "One or more parameter values were invalid: An string set  may not be empty",
		`{"a":{"SS":["a","a"]}}`:        "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
		`{"a":{"BS":["AA==","AA=="]}}`:  "One or more parameter values were invalid: Input collection [AA==, AA==]of type BS contains duplicates.",
		`{"":{"S":"1"}}`:                "Empty attribute name",
		`{"b":{"N":"x"},"a":{"N":"y"}}`: "The parameter cannot be converted to a numeric value: y",
		`{"a":` + strings.Repeat(`{"L":[`, 32) + strings.Repeat(`]}`, 32) + `}`: "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
	}
	for text, want := range tests {
		var item attribute.Item
		if err := json.Unmarshal([]byte(text), &item); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
	var values attribute.Values
	err := json.Unmarshal([]byte(`{":b":{"N":"x"},":a":{}}`), &values)
	if want := "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :a"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	values := parse(t, `{"s":{"S":"1"},"n":{"N":"1"},"b":{"B":"MQ=="},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true},"l":{"L":[{"N":"1"}]},"l2":{"L":[{"N":"1"},{"N":"1"}]},
		"m":{"M":{"a":{"N":"1"}}},"m2":{"M":{"b":{"N":"1"}}},"ss":{"SS":["1","2"]},"ns":{"NS":["1","2"]},"bs":{"BS":["MQ=="]},"ns1":{"NS":["1"]}}`)
	same := parse(t, `{"n":{"N":"1.0e0"},"l":{"L":[{"N":"01"}]},"m":{"M":{"a":{"N":"1.00"}}},"ss":{"SS":["2","1"]},"ns":{"NS":["2.0","1"]}}`)
	for a, x := range values {
		for b, y := range values {
			if attribute.Equal(x, y) != (a == b) {
				t.Errorf("%s equal to %s: %t", a, b, a != b)
			}
		}
		if attribute.Equal(x, nil) || attribute.Equal(nil, x) {
			t.Errorf("%s equals nothing", a)
		}
		if y := same[a]; y != nil && !attribute.Equal(x, y) {
			t.Errorf("%s does not equal itself in other words", a)
		}
	}
}

// TestKeysKeepTheOrder compares encoded keys as a table does, alone and with
// another key behind them.
func TestKeysKeepTheOrder(t *testing.T) {
	t.Parallel()
	scalar := rapid.OneOf(
		rapid.Map(rapid.StringMatching("[\x00a-b\u00e9]{0,4}"), func(s string) attribute.Value { return attribute.String(s) }),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0xfe, 0xff}), 0, 4), func(b []byte) attribute.Value { return attribute.Binary(b) }),
		rapid.Map(numbers(), func(text string) attribute.Value { return number(t, text) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b := scalar.Draw(t, "a"), scalar.Draw(t, "b")
		order, ok := attribute.Compare(a, b)
		if !ok {
			return // of different kinds
		}
		tails := []attribute.Value{scalar.Draw(t, "after a"), scalar.Draw(t, "after b")}
		x, y := attribute.AppendKey(nil, a), attribute.AppendKey(nil, b)
		if got := sign(strings.Compare(string(x), string(y))); got != sign(order) {
			t.Errorf("keys of %v and %v compare as %d, want %d", a, b, got, order)
		}
		if order != 0 {
			longer := sign(strings.Compare(string(attribute.AppendKey(x, tails[0])), string(attribute.AppendKey(y, tails[1]))))
			if longer != sign(order) {
				t.Errorf("with %v behind them the keys of %v and %v compare as %d, want %d", tails, a, b, longer, order)
			}
		}
		if x[0] == 0xff {
			t.Errorf("the key of %v begins with ff", a)
		}
		prefix := string(attribute.AppendKeyPrefix(nil, b))
		if text, ok := a.(attribute.String); ok && strings.HasPrefix(string(x), prefix) != strings.HasPrefix(string(text), string(b.(attribute.String))) {
			t.Errorf("key of %q, prefix %q", x, prefix)
		}
	})
}

func FuzzItemJSON(f *testing.F) {
	for _, seed := range []string{`{"a":{"S":"x"}}`, `{"a":{"L":[{"M":{"b":{"NS":["1"]}}}]}}`, `{"a":{"BS":["AA=="]},"":{"NULL":true}}`, `null`, `[]`, `{"a":{"N":"1e400"}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var item attribute.Item
		if json.Unmarshal(text, &item) != nil {
			return
		}
		encoded, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		var again attribute.Item
		if err := json.Unmarshal(encoded, &again); err != nil || !attribute.Equal(item, again) || attribute.ItemSize(item) != attribute.ItemSize(again) {
			t.Errorf("%s comes back from %s as another item, error %v", text, encoded, err)
		}
	})
}
