package dynamodb_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (s *suite) tryPut(t *testing.T, d doc) error {
	t.Helper()
	_, err := s.PutItem(t.Context(), &ddb.PutItemInput{TableName: &s.table, Item: d.item(t)})
	return err
}

func TestPutGetDelete(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, sample())
	wantItem(t, s.get(t, key("p", "s")), sample().with("ns", nums("1", "2.5")))

	put := func(d doc, returns types.ReturnValue) item {
		out, err := s.PutItem(t.Context(), &ddb.PutItemInput{TableName: &s.table, Item: d.item(t), ReturnValues: returns})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes
	}
	wantItem(t, put(key("p", "new").with("n", 1), types.ReturnValueAllOld), nil)
	wantItem(t, put(key("p", "new").with("m", 2), types.ReturnValueAllOld), key("p", "new").with("n", 1))
	wantItem(t, put(key("p", "new"), types.ReturnValueNone), nil)
	wantItem(t, s.get(t, key("p", "new")), key("p", "new"))

	remove := func() item {
		out, err := s.DeleteItem(t.Context(), &ddb.DeleteItemInput{TableName: &s.table, Key: key("p", "new").item(t), ReturnValues: types.ReturnValueAllOld})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes
	}
	wantItem(t, remove(), key("p", "new"))
	wantItem(t, remove(), nil)
	wantItem(t, s.get(t, key("p", "new")), nil)
}

func TestKeysAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t)
	const noMatch = "The provided key element does not match the schema"
	const empty = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: "
	tests := map[string]struct {
		key                 doc
		ofPut, ofKey        string
		sameInDynamoDBLocal bool
	}{
		"no sort key":         {doc{"pk": "p"}, "One or more parameter values were invalid: Missing the key sk in the item", noMatch, false},
		"no partition key":    {doc{"sk": "s"}, "One or more parameter values were invalid: Missing the key pk in the item", noMatch, false},
		"a number":            {doc{"pk": "p", "sk": 1}, "One or more parameter values were invalid: Type mismatch for key sk expected: S actual: N", noMatch, false},
		"empty partition key": {key("", "s"), empty + "pk", empty + "pk", true},
		"empty sort key":      {key("p", ""), empty + "sk", empty + "sk", true},
		"partition key of 2049 bytes": {key(strings.Repeat("p", 2049), "s"),
			"One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
			"One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes", false},
		"sort key of 1025 bytes": {key("p", strings.Repeat("s", 1025)),
			"One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
			"One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := s.wantAWS
			if test.sameInDynamoDBLocal {
				check = wantInvalid
			}
			check(t, s.tryPut(t, test.key), test.ofPut)
			_, err := s.GetItem(t.Context(), &ddb.GetItemInput{TableName: &s.table, Key: test.key.item(t)})
			check(t, err, test.ofKey)
			_, err = s.DeleteItem(t.Context(), &ddb.DeleteItemInput{TableName: &s.table, Key: test.key.item(t)})
			check(t, err, test.ofKey)
			_, err = s.update(t, test.key, "SET n = :n", doc{":n": 1})
			check(t, err, test.ofKey)
		})
	}
	_, err := s.GetItem(t.Context(), &ddb.GetItemInput{TableName: &s.table, Key: key("p", "s").with("more", 1).item(t)})
	s.wantAWS(t, err, noMatch)
	s.put(t, key(strings.Repeat("p", 2048), strings.Repeat("s", 1024)))
}

func TestValuesAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t)
	tests := map[string]struct {
		value any
		want  string
	}{
		"empty set of texts":    {texts(), "One or more parameter values were invalid: An string set  may not be empty"},
		"empty set of numbers":  {nums(), "One or more parameter values were invalid: An number set  may not be empty"},
		"empty set of binaries": {bins(), "One or more parameter values were invalid: Binary sets should not be empty"},
		"a number twice":        {nums("1", "1.0"), "Input collection contains duplicates"},
		"null that is false":    {&types.AttributeValueMemberNULL{Value: false}, "One or more parameter values were invalid: Null attribute value types must have the value of true"},
		"32 levels":             {nested(32), "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		"empty name":            {doc{"": 1}, "Empty attribute name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantInvalid(t, s.tryPut(t, key("p", "s").with("v", test.value)), test.want)
			wantInvalid(t, s.tryPut(t, key("p", "s").with("v", []any{test.value}).with("w", nil)), strings.ReplaceAll(test.want, "v:", ""))
		})
	}
	s.wantAWS(t, s.tryPut(t, key("p", "s").with("v", texts("a", "a"))), "One or more parameter values were invalid: Input collection [a, a] contains duplicates.")
	s.put(t, key("p", "deep").with("v", nested(31)))
	wantItem(t, s.get(t, key("p", "deep")), key("p", "deep").with("v", nested(31)))
}

// nested is a value within so many lists.
func nested(levels int) any {
	var v any = "x"
	for range levels {
		v = []any{v}
	}
	return v
}

func TestItemLimit(t *testing.T) {
	t.Parallel()
	s := start(t)
	const limit = 400 * 1024
	largest := key("p", "s").with("v", strings.Repeat("x", limit-len("pkp"+"sks"+"v")))
	s.put(t, largest)
	wantInvalid(t, s.tryPut(t, largest.with("w", "")), "Item size has exceeded the maximum allowed size")
	_, err := s.update(t, key("p", "s"), "SET w = :w", doc{":w": ""})
	wantInvalid(t, err, "Item size to update has exceeded the maximum allowed size")
}

func TestRequestsAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t)
	put := func(change func(*ddb.PutItemInput)) error {
		in := &ddb.PutItemInput{TableName: &s.table, Item: key("p", "s").item(t)}
		change(in)
		_, err := s.PutItem(t.Context(), in)
		return err
	}
	condition := func(text string, names map[string]string, values doc) error {
		return put(func(in *ddb.PutItemInput) {
			in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = &text, names, values.item(t)
			if text == "" {
				in.ConditionExpression = nil
			}
		})
	}
	wantInvalid(t, condition("", map[string]string{"#a": "a"}, nil), "ExpressionAttributeNames can only be specified when using expressions")
	wantInvalid(t, condition("", nil, doc{":a": 1}), "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null")
	wantInvalid(t, condition("a = :a", nil, doc{":a": 1, ":b": 2, ":c": 3}), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b, :c}")
	wantInvalid(t, condition("#a = :a", map[string]string{"#a": "a", "#b": "b"}, doc{":a": 1}), "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}")
	wantInvalid(t, condition("a = :a", map[string]string{"a": "a"}, doc{":a": 1}), `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`)
	wantInvalid(t, condition("a = :a", nil, doc{"a": 1}), `ExpressionAttributeValues contains invalid key: Syntax error; key: "a"`)
	wantInvalid(t, condition("a = :a", nil, doc{":a": texts()}), "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :a")
	wantInvalid(t, condition("a = :a", nil, doc{}), "ExpressionAttributeValues must not be empty")
	wantInvalid(t, condition("#a = :a", map[string]string{"#a": ""}, doc{":a": 1}), "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a")
	for _, returns := range []types.ReturnValue{types.ReturnValueAllNew, types.ReturnValueUpdatedOld, types.ReturnValueUpdatedNew} {
		s.wantAWS(t, put(func(in *ddb.PutItemInput) { in.ReturnValues = returns }), "ReturnValues can only be ALL_OLD or NONE")
	}
	s.wantAWS(t, put(func(in *ddb.PutItemInput) { in.ReturnValues = "ALL" }),
		"1 validation error detected: Value 'ALL' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]")
	wantInvalid(t, put(func(in *ddb.PutItemInput) { in.TableName = aws.String("no") }),
		"Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	wantCode(t, put(func(in *ddb.PutItemInput) { in.TableName = aws.String("not-there") }), "ResourceNotFoundException")
	if got := s.get(t, key("p", "s")); got != nil {
		t.Errorf("a refused request stored %s", show(got))
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	s := start(t)
	digits := strings.Repeat("1234567890", 4)[:38]
	tests := map[string]string{
		"0": "0", "-0": "0", "0.000": "0", "00012.500": "12.5", "+5": "5", ".5": "0.5", "5.": "5", "1e5": "100000", "1E+5": "100000", "-1e-5": "-0.00001",
		digits: digits, digits + "000": digits + "000", "0." + digits: "0." + digits,
		"1e100": "1" + strings.Repeat("0", 100), "1E-130": "0." + strings.Repeat("0", 129) + "1",
		"9.9999999999999999999999999999999999999E+125": strings.Repeat("9", 38) + strings.Repeat("0", 88),
	}
	for sent, want := range tests {
		s.put(t, key("p", sent).with("n", num(sent)))
		wantItem(t, s.get(t, key("p", sent)), key("p", sent).with("n", num(want)))
	}
	const tooPrecise = "Attempting to store more than 38 significant digits in a Number"
	s.wantAWS(t, s.tryPut(t, key("p", "s").with("n", num(digits+"1"))), tooPrecise)
	wantInvalid(t, s.tryPut(t, key("p", "s").with("n", num("1E126"))), "Number overflow. Attempting to store a number with magnitude larger than supported range")
	wantInvalid(t, s.tryPut(t, key("p", "s").with("n", num("-1E-131"))), "Number underflow. Attempting to store a number with magnitude smaller than supported range")
	for _, none := range []string{" 5", "0x5", "1e", "1_000", "NaN", "Infinity", "1.2.3", "--1", "."} {
		s.wantAWS(t, s.tryPut(t, key("p", "s").with("n", num(none))), "The parameter cannot be converted to a numeric value: "+none)
	}
	s.wantAWS(t, s.tryPut(t, key("p", "s").with("n", num(""))), "The parameter cannot be converted to a numeric value")

	sums := map[[2]string]string{
		{"0.1", "0.2"}: "0.3", {digits, "-1"}: "12345678901234567890123456789012345677", {"1e20", "1e-17"}: "100000000000000000000.00000000000000001",
		{"-5", "5"}: "0", {"99", "1"}: "100", {"0.01", "-0.02"}: "-0.01",
	}
	for terms, want := range sums {
		s.put(t, key("sum", "s").with("n", num(terms[0])))
		got, err := s.update(t, key("sum", "s"), "ADD n :n SET m = n + :n, o = n - :n", doc{":n": num(terms[1])})
		if err != nil || showValue(got["n"]) != want || showValue(got["m"]) != want {
			t.Errorf("%s + %s = %s and %s, error %v, want %s", terms[0], terms[1], showValue(got["n"]), showValue(got["m"]), err, want)
		}
	}
	s.put(t, key("sum", "s").with("n", num("1e38")))
	_, err := s.update(t, key("sum", "s"), "ADD n :n", doc{":n": num("0.1")})
	s.wantAWS(t, err, tooPrecise)
	s.put(t, key("sum", "s").with("n", num("9e125")))
	_, err = s.update(t, key("sum", "s"), "ADD n :n", doc{":n": num("9e125")})
	wantInvalid(t, err, "Number overflow. Attempting to store a number with magnitude larger than supported range")
}
