package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func (s *suite) project(t *testing.T, key doc, projection string) (item, error) {
	t.Helper()
	out, err := s.GetItem(t.Context(), &ddb.GetItemInput{
		TableName: &s.table, Key: key.item(t), ProjectionExpression: &projection,
		ExpressionAttributeNames: used(projection, map[string]string{"#s": "status", "#d": "a.b"}),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

func TestProjections(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.put(t, key("p", "s").with("n", 5).with("status", "new").with("a.b", 1).
		with("li", []any{1, doc{"a": 2, "b": 3}, 4}).with("m", doc{"a": "x", "b": []any{"p", "q"}, "status": 7}))
	tests := map[string]doc{
		"n": {"n": 5}, "pk, n": {"pk": "p", "n": 5}, "gone": {}, "m.gone": {}, "li[7]": {}, "n.a": {}, "n[0]": {},
		"#s, #d": {"status": "new", "a.b": 1}, "m.#s": {"m": doc{"status": 7}},
		"m.a, m.b[1]": {"m": doc{"a": "x", "b": []any{"q"}}}, "li[2], li[0]": {"li": []any{1, 4}}, "li[1].b": {"li": []any{doc{"b": 3}}}, "m.b": {"m": doc{"b": []any{"p", "q"}}},
	}
	for projection, want := range tests {
		got, err := s.project(t, key("p", "s"), projection)
		if err != nil {
			t.Errorf("%s: %v", projection, err)
			continue
		}
		if g, w := show(got), show(want.item(t)); g != w && !(len(got) == 0 && len(want) == 0) {
			t.Errorf("%s gives %s, want %s", projection, g, w)
		}
	}
	got, err := s.project(t, key("p", "gone"), "n")
	if err != nil || got != nil {
		t.Errorf("projection of no item gives %s, error %v", show(got), err)
	}
}

func TestProjectionMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	const invalid = "Invalid ProjectionExpression: "
	tests := map[string]string{
		"":           "The expression can not be empty;",
		"a,":         `Syntax error; token: "<EOF>", near: ","`,
		"a b":        `Syntax error; token: "b", near: "a b"`,
		"a..b":       `Syntax error; token: ".", near: "..b"`,
		"a[x]":       `Syntax error; token: "x", near: "[x]"`,
		"a[-1]":      `Syntax error; token: "-", near: "[-1"`,
		"1a":         `Syntax error; token: "1", near: "1a"`,
		"#":          `Syntax error; token: "#", near: "#"`,
		"日本":         `Syntax error; token: "日", near: "日本"`,
		"AND":        `Syntax error; token: "AND", near: "AND"`,
		"a, name":    "Attribute name is a reserved keyword; reserved keyword: name",
		"a, a":       "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"a.b, a":     "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]",
		"a[0], a.b":  "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [0]], path two: [a, b]",
		"#undefined": "An expression attribute name used in the document path is not defined; attribute name: #undefined",
	}
	for projection, want := range tests {
		_, err := s.project(t, key("p", "s"), projection)
		wantInvalid(t, err, invalid+want)
	}
	_, err := s.GetItem(t.Context(), &ddb.GetItemInput{
		TableName: &s.table, Key: key("p", "s").item(t), ProjectionExpression: aws.String("a"), ExpressionAttributeNames: map[string]string{"#b": "b"},
	})
	wantInvalid(t, err, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}")
}
