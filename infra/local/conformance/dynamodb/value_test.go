package dynamodb_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// doc is an item in plain Go: strings, ints, bools, []byte, nil, []any and docs,
// and the types below.
type doc map[string]any

type item = map[string]types.AttributeValue

// num is a number, in the words in which it is sent.
func num(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }

func texts(members ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: members}
}

func nums(members ...string) types.AttributeValue {
	return &types.AttributeValueMemberNS{Value: members}
}

func bins(members ...string) types.AttributeValue {
	set := &types.AttributeValueMemberBS{}
	for _, m := range members {
		set.Value = append(set.Value, []byte(m))
	}
	return set
}

// av makes an attribute value of a value in plain Go.
func av(t testing.TB, v any) types.AttributeValue {
	t.Helper()
	switch v := v.(type) {
	case types.AttributeValue:
		return v
	case doc:
		return &types.AttributeValueMemberM{Value: v.item(t)}
	case []any:
		list := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
		for _, member := range v {
			list.Value = append(list.Value, av(t, member))
		}
		return list
	}
	made, err := attributevalue.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (d doc) item(t testing.TB) item {
	t.Helper()
	if d == nil {
		return nil
	}
	made := item{}
	for name, v := range d {
		made[name] = av(t, v)
	}
	return made
}

// with returns a copy with one more attribute.
func (d doc) with(name string, v any) doc {
	longer := maps.Clone(d)
	longer[name] = v
	return longer
}

// key is the key of the suite's table.
func key(pk, sk string) doc { return doc{"pk": pk, "sk": sk} }

// show writes an item so that equal items look equal: {a: 1, b: "x", c: <"p" "q">}.
func show(of item) string {
	if of == nil {
		return "none"
	}
	parts := make([]string, 0, len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, name+": "+showValue(of[name]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func showValue(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("%q", v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return "b" + base64.StdEncoding.EncodeToString(v.Value)
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprint(v.Value)
	case *types.AttributeValueMemberNULL:
		return "null"
	case *types.AttributeValueMemberM:
		return show(v.Value)
	case *types.AttributeValueMemberL:
		parts := make([]string, len(v.Value))
		for i, member := range v.Value {
			parts[i] = showValue(member)
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return showSet(v)
}

// showSet sorts the members, whose order is not defined.
func showSet(v types.AttributeValue) string {
	var members []string
	switch v := v.(type) {
	case *types.AttributeValueMemberSS:
		for _, m := range v.Value {
			members = append(members, fmt.Sprintf("%q", m))
		}
	case *types.AttributeValueMemberNS:
		members = slices.Clone(v.Value)
	case *types.AttributeValueMemberBS:
		for _, m := range v.Value {
			members = append(members, "b"+base64.StdEncoding.EncodeToString(m))
		}
	}
	slices.Sort(members)
	return "<" + strings.Join(members, " ") + ">"
}

// wantItem fails the test unless an item is the one wanted, given in plain Go.
func wantItem(t *testing.T, got item, want doc) {
	t.Helper()
	if g, w := show(got), show(want.item(t)); g != w {
		t.Errorf("item\n%s, want\n%s", g, w)
	}
}

// column shows one attribute of each item.
func column(items []item, name string) string {
	values := make([]string, len(items))
	for i, of := range items {
		values[i] = strings.Trim(showValue(of[name]), `"`)
	}
	return strings.Join(values, " ")
}
