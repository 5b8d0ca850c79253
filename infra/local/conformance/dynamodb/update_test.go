package dynamodb_test

import (
	"testing"

	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// before is the item that updates are tried on.
func before(sk string) doc {
	return key("p", sk).with("n", 5).with("str", "abc").with("li", []any{1, 2, 3}).with("m", doc{"a": "x", "b": []any{"p"}}).
		with("ss", texts("a", "b")).with("ns", nums("1", "2"))
}

func updateValues() doc {
	return doc{
		":1": 1, ":s": "s", ":yes": true, ":list": []any{9}, ":none": []any{}, ":m": doc{}, ":a": texts("a"), ":ab": texts("a", "b"), ":bc": texts("b", "c"), ":17": nums("1", "7"),
	}
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	s := start(t)
	without := func(name string) doc { d := before("s"); delete(d, name); return d }
	tests := map[string]doc{
		"SET n = :1":                           before("s").with("n", 1),
		"set n = :1":                           before("s").with("n", 1),
		"SET n = n + :1":                       before("s").with("n", 6),
		"SET n = n - :1":                       before("s").with("n", 4),
		"SET n = n + n":                        before("s").with("n", 10),
		"SET n = (n) + (:1)":                   before("s").with("n", 6),
		"SET n = (n + :1)":                     before("s").with("n", 6),
		"SET x = n, n = :1":                    before("s").with("x", 5).with("n", 1),
		"SET x = m.b[0]":                       before("s").with("x", "p"),
		"SET x = if_not_exists(gone, :1)":      before("s").with("x", 1),
		"SET x = if_not_exists(n, :1)":         before("s").with("x", 5),
		"SET x = if_not_exists(gone, :1) + :1": before("s").with("x", 2),
		"SET x = if_not_exists(gone, if_not_exists(n, :1))":   before("s").with("x", 5),
		"SET li = list_append(li, :list)":                     before("s").with("li", []any{1, 2, 3, 9}),
		"SET li = list_append(:list, li)":                     before("s").with("li", []any{9, 1, 2, 3}),
		"SET x = list_append(if_not_exists(x, :none), :list)": before("s").with("x", []any{9}),
		"SET li[0] = :s":                   before("s").with("li", []any{"s", 2, 3}),
		"SET li[9] = :s, li[7] = :1":       before("s").with("li", []any{1, 2, 3, 1, "s"}),
		"SET li[1] = li[2], li[2] = li[1]": before("s").with("li", []any{1, 3, 2}),
		"SET m.a = :1, m.c = :s":           before("s").with("m", doc{"a": 1, "b": []any{"p"}, "c": "s"}),
		"SET m.b[0] = :1":                  before("s").with("m", doc{"a": "x", "b": []any{1}}),
		"SET #x = :1":                      before("s").with("a.b c", 1),
		"SET m.#x = :1":                    before("s").with("m", doc{"a": "x", "b": []any{"p"}, "a.b c": 1}),
		"REMOVE n":                         without("n"),
		"REMOVE gone, m.gone, li[7]":       before("s"),
		"REMOVE li[0]":                     before("s").with("li", []any{2, 3}),
		"REMOVE li[0], li[2]":              before("s").with("li", []any{2}),
		"REMOVE li[0] SET li[1] = :s":      before("s").with("li", []any{"s", 3}),
		"REMOVE m.a":                       before("s").with("m", doc{"b": []any{"p"}}),
		"ADD n :1":                         before("s").with("n", 6),
		"ADD x :1":                         before("s").with("x", 1),
		"ADD m.c :1":                       before("s").with("m", doc{"a": "x", "b": []any{"p"}, "c": 1}),
		"ADD li[0] :1":                     before("s").with("li", []any{2, 2, 3}),
		"ADD ss :bc":                       before("s").with("ss", texts("a", "b", "c")),
		"ADD x :bc":                        before("s").with("x", texts("b", "c")),
		"ADD ns :17":                       before("s").with("ns", nums("1", "2", "7")),
		"DELETE ss :a":                     before("s").with("ss", texts("b")),
		"DELETE ss :ab":                    without("ss"),
		"DELETE gone :a":                   before("s"),
		"DELETE ns :17":                    before("s").with("ns", nums("2")),
		"SET n = :1 REMOVE str ADD x :1 DELETE ss :a": func() doc { d := without("str"); return d.with("n", 1).with("x", 1).with("ss", texts("b")) }(),
		"SET x = m REMOVE m":                          func() doc { d := without("m"); return d.with("x", doc{"a": "x", "b": []any{"p"}}) }(),
	}
	for expression, want := range tests {
		s.put(t, before("s"))
		if err := s.tryUpdate(t, key("p", "s"), expression); err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got, w := show(s.get(t, key("p", "s"))), show(want.item(t)); got != w {
			t.Errorf("%s makes\n%s, want\n%s", expression, got, w)
		}
	}
}

func (s *suite) tryUpdate(t *testing.T, key doc, expression string) error {
	t.Helper()
	_, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{
		TableName: &s.table, Key: key.item(t), UpdateExpression: &expression,
		ExpressionAttributeValues: used(expression, updateValues()).item(t),
		ExpressionAttributeNames:  used(expression, map[string]string{"#x": "a.b c"}),
	})
	return err
}

func TestUpdateMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, before("s"))
	const invalid = "Invalid UpdateExpression: "
	const missing = "The provided expression refers to an attribute that does not exist in the item"
	const noPath = "The document path provided in the update expression is invalid for update"
	const wrongType = "An operand in the update expression has an incorrect data type"
	tests := map[string]string{
		"":                                  invalid + "The expression can not be empty;",
		"SET":                               invalid + `Syntax error; token: "<EOF>", near: "SET"`,
		"SET n":                             invalid + `Syntax error; token: "<EOF>", near: "n"`,
		"n = :1":                            invalid + `Syntax error; token: "n", near: "n ="`,
		"SET n = :1,":                       invalid + `Syntax error; token: "<EOF>", near: ","`,
		"SET n = :1 x = :1":                 invalid + `Syntax error; token: "x", near: ":1 x ="`,
		"SET n = n + n + :1":                invalid + `Syntax error; token: "+", near: "n + :1"`,
		"SET n += :1":                       invalid + `Syntax error; token: "+", near: "n +="`,
		"ADD n = :1":                        invalid + `Syntax error; token: "=", near: "n = :1"`,
		"REMOVE :1":                         invalid + `Syntax error; token: ":1", near: "REMOVE :1"`,
		"SET n = ((n + :1))":                invalid + "The expression has redundant parentheses;",
		"SET n = :1 SET x = :1":             invalid + `The "SET" section can only be used once in an update expression;`,
		"SET n = :1, n = :1":                invalid + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]",
		"SET m = :m REMOVE m.a":             invalid + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, a]",
		"SET m.a = :1, m[0] = :1":           invalid + "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, a], path two: [m, [0]]",
		"SET status = :1":                   invalid + "Attribute name is a reserved keyword; reserved keyword: status",
		"SET n = source":                    invalid + "Attribute name is a reserved keyword; reserved keyword: source",
		"SET n = :undefined":                invalid + "An expression attribute value used in expression is not defined; attribute value: :undefined",
		"SET x = foo(n)":                    invalid + "Invalid function name; function: foo",
		"SET x = size(n)":                   invalid + "The function is not allowed in an update expression; function: size",
		"SET x = if_not_exists(n)":          invalid + "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1",
		"SET x = if_not_exists(:1, :1)":     invalid + "Operator or function requires a document path; operator or function: if_not_exists",
		"SET x = list_append(li, :1)":       invalid + "Incorrect operand type for operator or function; operator or function: list_append, operand type: N",
		"SET x = list_append(li, li) + :1":  invalid + "The function is not allowed to be used this way in an expression; function: list_append",
		"SET n = n + :s":                    invalid + "Incorrect operand type for operator or function; operator or function: +, operand type: S",
		"ADD n :s":                          invalid + "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
		"DELETE ss :1":                      invalid + "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
		"SET x = gone":                      missing,
		"SET x = gone + :1":                 missing,
		"SET x = li[7]":                     missing,
		"SET x = if_not_exists(gone, lost)": missing,
		"SET x = list_append(gone, :list)":  missing,
		"SET n = str + :1":                  wrongType,
		"SET x = list_append(n, :list)":     wrongType,
		"ADD str :1":                        wrongType,
		"ADD ss :17":                        wrongType,
		"ADD n :a":                          wrongType,
		"DELETE ss :17":                     wrongType,
		"DELETE n :a":                       wrongType,
		"SET gone.a = :1":                   noPath,
		"SET gone[0] = :1":                  noPath,
		"SET n.a = :1":                      noPath,
		"SET m[0] = :1":                     noPath,
		"SET li.a = :1":                     noPath,
		"SET m.gone.a = :1":                 noPath,
		"REMOVE gone.a":                     noPath,
		"SET pk = :s":                       "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
		"REMOVE sk":                         "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key",
	}
	for expression, want := range tests {
		wantInvalid(t, s.tryUpdate(t, key("p", "s"), expression), want)
	}
	wantItem(t, s.get(t, key("p", "s")), before("s"))
}

func TestUpdateMakesAnItem(t *testing.T) {
	t.Parallel()
	s := start(t)
	for sk, expression := range map[string]string{"set": "SET n = :1", "add": "ADD n :1", "remove": "REMOVE n"} {
		if err := s.tryUpdate(t, key("p", sk), expression); err != nil {
			t.Fatal(err)
		}
	}
	wantItem(t, s.get(t, key("p", "set")), key("p", "set").with("n", 1))
	wantItem(t, s.get(t, key("p", "add")), key("p", "add").with("n", 1))
	wantItem(t, s.get(t, key("p", "remove")), key("p", "remove"))
	if _, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{TableName: &s.table, Key: key("p", "bare").item(t)}); err != nil {
		t.Fatal(err)
	}
	wantItem(t, s.get(t, key("p", "bare")), key("p", "bare"))
}

func TestUpdateReturnValues(t *testing.T) {
	t.Parallel()
	s := start(t)
	const expression = "SET n = :1, x = :1 REMOVE str"
	after := before("s").with("n", 1).with("x", 1)
	delete(after, "str")
	tests := map[types.ReturnValue]doc{
		types.ReturnValueNone: nil, types.ReturnValueAllOld: before("s"), types.ReturnValueAllNew: after,
		types.ReturnValueUpdatedOld: {"n": 5, "str": "abc"}, types.ReturnValueUpdatedNew: {"n": 1, "x": 1},
	}
	for returns, want := range tests {
		s.put(t, before("s"))
		wantItem(t, s.updated(t, key("p", "s"), expression, returns), want)
	}
	for _, returns := range []types.ReturnValue{types.ReturnValueAllOld, types.ReturnValueUpdatedOld} {
		wantItem(t, s.updated(t, key("p", "new"+string(returns)), expression, returns), nil)
	}
	if !s.external { // DynamoDB Local returns the whole attribute
		s.put(t, before("s"))
		wantItem(t, s.updated(t, key("p", "s"), "SET m.a = :1, li[1] = :1", types.ReturnValueUpdatedNew), doc{"m": doc{"a": 1}, "li": []any{1}})
	}
}

func (s *suite) updated(t *testing.T, key doc, expression string, returns types.ReturnValue) item {
	t.Helper()
	out, err := s.UpdateItem(t.Context(), &ddb.UpdateItemInput{
		TableName: &s.table, Key: key.item(t), UpdateExpression: &expression,
		ExpressionAttributeValues: used(expression, updateValues()).item(t), ReturnValues: returns,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes
}
