package sorted_test

import (
	"iter"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"clientflow/infra/local/dynamodb/sorted"
)

func keys[V any](entries iter.Seq2[string, V]) []string {
	var keys []string
	for key := range entries {
		keys = append(keys, key)
	}
	return keys
}

// within returns the keys of a model that lie in a range, in order.
func within(model map[string]int, from, before string) []string {
	return slices.Sorted(func(yield func(string) bool) {
		for key := range maps.Keys(model) {
			if key >= from && key < before && !yield(key) {
				return
			}
		}
	})
}

// TestMapIsAMapInOrder does random things to a Map and to a plain map. The keys
// are drawn from few, so that chunks split, shrink and vanish.
func TestMapIsAMapInOrder(t *testing.T) {
	t.Parallel()
	key := rapid.StringMatching(`[a-d]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		var m sorted.Map[int]
		model := map[string]int{}
		for i, k := range rapid.SliceOfN(key, 0, 2500).Draw(t, "set") {
			m.Set(k, i)
			model[k] = i
		}
		for _, k := range rapid.SliceOfN(key, 0, 1500).Draw(t, "delete") {
			m.Delete(k)
			delete(model, k)
		}
		if m.Len() != len(model) {
			t.Fatalf("length %d, want %d", m.Len(), len(model))
		}
		for _, k := range rapid.SliceOfN(key, 0, 20).Draw(t, "get") {
			got, ok := m.Get(k)
			if want, there := model[k]; got != want || ok != there {
				t.Fatalf("%q is %d %t, want %d %t", k, got, ok, want, there)
			}
		}
		from, before := key.Draw(t, "from"), key.Draw(t, "before")
		want := within(model, from, before)
		if got := keys(m.Ascend(from, before)); !slices.Equal(got, want) {
			t.Fatalf("from %q before %q come %q, want %q", from, before, got, want)
		}
		slices.Reverse(want)
		if got := keys(m.Descend(from, before)); !slices.Equal(got, want) {
			t.Fatalf("down from %q to %q come %q, want %q", before, from, got, want)
		}
	})
}

func TestManyEntries(t *testing.T) {
	t.Parallel()
	var m sorted.Map[int]
	const count = 5000
	name := func(i int) string { return string([]byte{byte(i >> 8), byte(i)}) }
	for i := range count {
		m.Set(name(i*7919%count), i)
	}
	if got := keys(m.Ascend("", "\xff")); len(got) != count || !slices.IsSorted(got) {
		t.Errorf("%d keys, sorted %t", len(got), slices.IsSorted(got))
	}
	for range m.Ascend("", "\xff") {
		break
	}
	for range m.Descend("", "\xff") {
		break
	}
	for i := range count {
		m.Delete(name(i))
	}
	if got := keys(m.Descend("", "\xff")); m.Len() != 0 || got != nil {
		t.Errorf("after deleting all: %d entries, %q", m.Len(), got)
	}
}
