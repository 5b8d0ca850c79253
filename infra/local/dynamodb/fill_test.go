package dynamodb_test

import (
	"testing"

	"clientflow/infra/local/dynamodb/attribute"
)

func TestFillStoresAsPutItemDoes(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	item := func(n int) attribute.Item {
		return attribute.Item{"pk": attribute.String("p"), "sk": attribute.IntNumber(1), "n": attribute.IntNumber(n)}
	}
	if err := h.db.Fill("plain", item(1), item(2)); err != nil {
		t.Fatal(err)
	}
	if got, want := changes(read(t, h.stream("plain"), "", 100)), "INSERT 1 <nil>>1, MODIFY 1 1>2"; got != want {
		t.Errorf("changes %s, want %s", got, want)
	}
	if err := h.db.Fill("plain", attribute.Item{"pk": attribute.String("p")}); err == nil {
		t.Error("an item without its whole key was stored")
	}
	if err := h.db.Fill("other", item(1)); err == nil {
		t.Error("there is no such table")
	}
}
