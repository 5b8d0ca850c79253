package dynamodb_test

import (
	"errors"
	"strings"
	"testing"

	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// used returns those values (or names) that an expression uses.
func used[V any, M ~map[string]V](expression string, from M) M {
	words := strings.FieldsFunc(expression, func(r rune) bool { return strings.ContainsRune(" \t\n,()=<>+-.[]", r) })
	some := M{}
	for _, word := range words {
		if v, ok := from[word]; ok {
			some[word] = v
		}
	}
	if len(some) == 0 {
		return nil
	}
	return some
}

// sample is the item that conditions and updates are tried on.
func sample() doc {
	return key("p", "s").
		with("n", 5).with("str", "abc").with("accent", "é").with("blank", "").with("yes", true).with("nil", nil).
		with("bin", []byte{0, 1, 2}).with("elements", []any{1, "x"}).with("tree", doc{"a": "x", "deep": []any{"p", doc{"q": 7}}}).
		with("ss", texts("a", "b")).with("ns", nums("1", "2.50")).with("bs", bins("\x00", "\x01"))
}

func values() doc {
	return doc{
		":1": 1, ":5": 5, ":fiveAgain": num("5.0"), ":7": 7, ":2": 2, ":3": 3, ":abc": "abc", ":ab": "ab", ":b": "b", ":c": "c", ":x": "x", ":z": "z", ":empty": "",
		":yes": true, ":nil": nil, ":bin": []byte{1}, ":bin0": []byte{0}, ":list": []any{1, "x"}, ":map": doc{"a": "x", "deep": []any{"p", doc{"q": 7}}},
		":ba": texts("b", "a"), ":ns": nums("2.5", "1.0"), ":S": "S", ":N": "N", ":B": "B", ":BOOL": "BOOL", ":NULL": "NULL", ":L": "L", ":M": "M", ":SS": "SS", ":NS": "NS", ":BS": "BS",
	}
}

// check tries a condition on the item with a key; the error is nil when it holds.
func (s *suite) check(t *testing.T, key doc, condition string) error {
	t.Helper()
	_, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{
		TableName: &s.table, Key: key.item(t), ConditionExpression: &condition,
		ExpressionAttributeValues: used(condition, values()).item(t),
		ExpressionAttributeNames:  used(condition, map[string]string{"#n": "n", "#gone": "gone"}),
	})
	return err
}

func TestConditions(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, sample())
	tests := map[bool][]string{
		true: {
			"n = :5", "n <> :1", "n > :1", "n >= :5", "n < :7", "n <= :5", ":5 = n", "(n) = (:5)", "n=:5", "n = :fiveAgain",
			"str > :ab", "str < :b", "bin > :bin0", "blank = :empty", "yes = :yes", "nil = :nil", "elements = :list", "#n = :5",
			"tree = :map", "ss = :ba", "ns = :ns", "gone <> :1", "gone <> lost", "n <> str", "tree.a = :x", "tree.deep[0] <> :x", "tree.deep[1].q = :7",
			"n BETWEEN :1 AND :7", "n BETWEEN :5 AND :5", "str BETWEEN :ab AND :b", ":5 BETWEEN :1 AND n",
			"n IN (:1, :5)", "n IN (:abc, :5)", ":1 IN (elements[0], n)", "elements IN (:list)",
			"attribute_exists(n)", "attribute_exists(tree.deep[1].q)", "attribute_not_exists(gone)", "attribute_not_exists(tree.gone)", "attribute_not_exists(elements[7])", "attribute_not_exists(n.a)",
			"attribute_type(str, :S)", "attribute_type(n, :N)", "attribute_type(bin, :B)", "attribute_type(yes, :BOOL)", "attribute_type(nil, :NULL)",
			"attribute_type(elements, :L)", "attribute_type(tree, :M)", "attribute_type(ss, :SS)", "attribute_type(ns, :NS)", "attribute_type(bs, :BS)",
			"begins_with(str, :ab)", "begins_with(str, :empty)", "begins_with(bin, :bin0)", "begins_with(:abc, :ab)",
			"contains(str, :b)", "contains(str, :empty)", "contains(bin, :bin)", "contains(ss, :b)", "contains(ns, :1)", "contains(bs, :bin)", "contains(elements, :x)", "contains(:abc, str)",
			"size(str) = :3", "size(accent) = :1", "size(bin) = :3", "size(elements) = :2", "size(tree) = :2", "size(ss) = :2", "size(str) < size(:map) OR n = :5",
			"NOT n = :1", "not (n = :1 AND str = :abc)", "NOT NOT n = :5", "n = :1 OR str = :abc AND yes = :yes", "(n = :1 OR str = :abc) AND yes = :yes", "n = :5 and (str = :abc or n = :1)",
			"n\t=\n:5", "NOT gone = lost",
		},
		false: {
			"n = :1", "n = :abc", "n <> :5", "n > :5", "n < str", "n > :abc", "str < :ab", "gone = :1", "gone = lost", "gone < :1", "gone > n", "size(gone) > :1", "size(n) = :1", "size(yes) = :1",
			"n BETWEEN :7 AND :7", "gone BETWEEN :1 AND :7", "n BETWEEN gone AND :7", "n IN (:1, :7)", "gone IN (lost)", "n IN (:abc)",
			"attribute_exists(gone)", "attribute_exists(tree.gone)", "attribute_exists(elements[2])", "attribute_not_exists(n)", "attribute_type(n, :S)", "attribute_type(gone, :S)",
			"begins_with(str, :b)", "begins_with(n, :ab)", "begins_with(gone, :ab)", "begins_with(str, gone)",
			"contains(str, :z)", "contains(str, :1)", "contains(n, :5)", "contains(ss, :c)", "contains(ss, :ba)", "contains(ns, :ab)", "contains(elements, :list)", "contains(tree, :x)", "contains(gone, :x)",
			"yes = :1", "ss = elements", "tree.deep[0] = :x", "n.a = :5", "n[0] = :5", "elements[9] = :5",
			"n = :5 AND str = :b", "n = :1 OR str = :b", "NOT n = :5", "NOT (n = :5 OR n = :1)",
		},
	}
	for want, conditions := range tests {
		for _, condition := range conditions {
			err := s.check(t, key("p", "s"), condition)
			var failed *types.ConditionalCheckFailedException
			if holds := err == nil; holds != want || !holds && !errors.As(err, &failed) {
				t.Errorf("%s: error %v, want it to be %t", condition, err, want)
			}
		}
	}
}

func TestConditionOnNoItem(t *testing.T) {
	t.Parallel()
	s := start(t)
	wantCode(t, s.check(t, key("p", "gone"), "attribute_exists(pk)"), "ConditionalCheckFailedException")
	wantCode(t, s.check(t, key("p", "gone"), "n = :1"), "ConditionalCheckFailedException")
	if got := s.get(t, key("p", "gone")); got != nil {
		t.Errorf("a failed condition made %s", show(got))
	}
	if err := s.check(t, key("p", "gone"), "attribute_not_exists(pk) AND n <> :1"); err != nil {
		t.Error(err)
	}
}

func TestConditionMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, sample())
	const invalid = "Invalid ConditionExpression: "
	tests := map[string]string{
		"":                                   "The expression can not be empty;",
		"n":                                  `Syntax error; token: "<EOF>", near: "n"`,
		"n = ":                               `Syntax error; token: "<EOF>", near: "= "`,
		"n == :5":                            `Syntax error; token: "=", near: "== :5"`,
		"n != :5":                            `Syntax error; token: "!", near: "n !="`,
		"n = :5 AND":                         `Syntax error; token: "<EOF>", near: "AND"`,
		"n = :5)":                            `Syntax error; token: ")", near: ":5)"`,
		"(n = :5":                            `Syntax error; token: "<EOF>", near: ":5"`,
		"n + :5 > :5":                        `Syntax error; token: "+", near: "n + :5"`,
		"n = 5":                              `Syntax error; token: "5", near: "= 5"`,
		"n IN ()":                            `Syntax error; token: ")", near: "()"`,
		"(n = :5) = :yes":                    `Syntax error; token: "=", near: ") = :yes"`,
		"attribute_exists()":                 `Syntax error; token: ")", near: "()"`,
		"_n = :5":                            `Syntax error; token: "_", near: "_n"`,
		"((n = :5))":                         "The expression has redundant parentheses;",
		"n = ((:5))":                         "The expression has redundant parentheses;",
		"foo(n)":                             "Invalid function name; function: foo",
		"Contains(str, :ab)":                 "Invalid function name; function: Contains",
		"size(str)":                          "The function is not allowed to be used this way in an expression; function: size",
		"attribute_exists(n)=:5":             "The function is not allowed to be used this way in an expression; function: attribute_exists",
		"if_not_exists(n, :5)=n":             "The function is not allowed in a condition expression; function: if_not_exists",
		"status = :5":                        "Attribute name is a reserved keyword; reserved keyword: status",
		"tree.name = :5":                     "Attribute name is a reserved keyword; reserved keyword: name",
		"n = :undefined":                     "An expression attribute value used in expression is not defined; attribute value: :undefined",
		"#undefined = :5":                    "An expression attribute name used in the document path is not defined; attribute name: #undefined",
		"attribute_exists(:5)":               "Operator or function requires a document path; operator or function: attribute_exists",
		"attribute_exists(n, n)":             "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2",
		"begins_with(str)":                   "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1",
		"begins_with(str, :5)":               "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
		"size(:5) = n":                       "Incorrect operand type for operator or function; operator or function: size, operand type: N",
		"n < :yes":                           "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
		"attribute_type(n, :5)":              "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N",
		"n = n":                              "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]",
		"n IN (:5, n)":                       "The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [n]",
		"n BETWEEN :7 AND :5":                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:7}, upper bound operand: AttributeValue: {N:5}",
		"n BETWEEN :5 AND :abc":              "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {S:abc}",
		"n = :5" + strings.Repeat(" ", 4091): "Expression size has exceeded the maximum allowed size; expression size: 4097",
		"n IN (" + strings.Repeat(":5, ", 100) + ":5)":           "The IN operator is provided with too many operands; number of operands: 101",
		"n = :5" + strings.Repeat(" AND n = :5", 150):            "The expression contains too many operators; operator count: 301",
		"attribute_exists(list[99999999999])":                    "Attribute name is a reserved keyword; reserved keyword: list",
		"attribute_exists(elements[99999999999])":                "List index is not within the allowable range; index: [99999999999]",
		"attribute_exists(n) attribute_exists(str)":              `Syntax error; token: "attribute_exists", near: ") attribute_exists("`,
		"n = :5 AND ((str = :abc)) AND foo(n) AND (status = :5)": "The expression has redundant parentheses;",
	}
	for condition, want := range tests {
		wantInvalid(t, s.check(t, key("p", "s"), condition), invalid+want)
	}
	s.wantAWS(t, s.check(t, key("p", "s"), "attribute_type(n, str)"), invalid+"Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
	s.wantAWS(t, s.check(t, key("p", "s"), "attribute_type(n, :x)"), invalid+"Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
}

// TestReservedWords tries the attributes that ClientFlow stores, and words that
// it could come to store.
func TestReservedWords(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "s"))
	for _, word := range []string{"name", "Name", "NAME", "status", "source", "role", "key", "ttl", "owner", "date", "timezone", "count", "user", "data", "domain", "language", "region", "token", "url", "value", "values"} {
		wantInvalid(t, s.check(t, key("p", "s"), "attribute_not_exists("+word+")"), "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: "+word)
	}
	for _, word := range []string{"email", "phone", "notes", "leadId", "userId", "createdAt", "updatedAt", "ibType", "submissions", "consent", "syncState", "tagId", "formKey", "timeZones", "allowedOrigins", "expires"} {
		if err := s.check(t, key("p", "s"), "attribute_not_exists("+word+")"); err != nil {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func TestFailedConditionReturnsTheItem(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "s").with("n", 5))
	condition := "attribute_not_exists(pk)"
	_, err := s.PutItem(t.Context(), &ddb.PutItemInput{
		TableName: &s.table, Item: key("p", "s").item(t), ConditionExpression: &condition,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) || failed.ErrorMessage() != "The conditional request failed" {
		t.Fatalf("error %v", err)
	}
	wantItem(t, failed.Item, key("p", "s").with("n", 5))

	_, err = s.DeleteItem(t.Context(), &ddb.DeleteItemInput{TableName: &s.table, Key: key("p", "s").item(t), ConditionExpression: &condition})
	if !errors.As(err, &failed) || failed.Item != nil {
		t.Errorf("error %v with item %v, want gone that was not asked for", err, failed.Item)
	}
}
