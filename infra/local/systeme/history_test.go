package systeme

import (
	"slices"
	"testing"
)

func TestHistoryKeepsTheNewest(t *testing.T) {
	t.Parallel()
	for entries, want := range map[int][]int64{0: {}, 2: {1, 2}, 3: {1, 2, 3}, 4: {2, 3, 4}, 8: {6, 7, 8}} {
		h := newHistory[int64](3)
		for range entries {
			h.add(func(number int64) int64 { return number })
		}
		if got := h.all(); got == nil || !slices.Equal(got, want) {
			t.Errorf("after %d: %v, want %v", entries, got, want)
		}
	}
}
