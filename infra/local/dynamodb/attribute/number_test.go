package attribute_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientflow/infra/local/dynamodb/attribute"
)

func number(tb rapid.TB, text string) attribute.Number {
	tb.Helper()
	n, err := attribute.ParseNumber(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return n
}

// numbers draws numbers as people write them.
func numbers() *rapid.Generator[string] {
	return rapid.StringMatching(`[+-]?[0-9]{1,12}(\.[0-9]{0,12})?([eE][+-]?[0-9]{1,2})?`)
}

func rational(tb rapid.TB, text string) *big.Rat {
	tb.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		tb.Fatalf("%s is no number", text)
	}
	return r
}

func TestNumbersAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers().Draw(t, "a"), numbers().Draw(t, "b")
		x, y := number(t, a), number(t, b)
		if rational(t, x.String()).Cmp(rational(t, a)) != 0 {
			t.Errorf("%s is written %s", a, x)
		}
		if number(t, x.String()) != x {
			t.Errorf("%s read again is another number", x)
		}
		order, ok := attribute.Compare(x, y)
		if want := rational(t, a).Cmp(rational(t, b)); !ok || sign(order) != want || (x == y) != (want == 0) {
			t.Errorf("%s to %s compares as %d, want %d", a, b, order, want)
		}
		if sum, err := x.Add(y); err == nil && rational(t, sum.String()).Cmp(new(big.Rat).Add(rational(t, a), rational(t, b))) != 0 {
			t.Errorf("%s + %s = %s", a, b, sum)
		}
		if difference, err := x.Subtract(y); err == nil && rational(t, difference.String()).Cmp(new(big.Rat).Sub(rational(t, a), rational(t, b))) != 0 {
			t.Errorf("%s - %s = %s", a, b, difference)
		}
	})
}

func sign(i int) int {
	switch {
	case i < 0:
		return -1
	case i > 0:
		return 1
	}
	return 0
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	for _, i := range []int{0, 1, -1, 10, -1200, math.MaxInt64, math.MinInt64} {
		n := attribute.IntNumber(i)
		if n != number(t, n.String()) {
			t.Errorf("%d is not %s", i, n)
		}
		if got, ok := n.Int64(); !ok || got != int64(i) {
			t.Errorf("%d comes back as %d, %t", i, got, ok)
		}
	}
	for text, want := range map[string]int64{"1.9": 1, "-1.9": -1, "0.5": 0, "1e3": 1000} {
		if got, ok := number(t, text).Int64(); !ok || got != want {
			t.Errorf("whole part of %s is %d, want %d", text, got, want)
		}
	}
	for _, text := range []string{"9223372036854775808", "1e100", "-1e20"} {
		if got, ok := number(t, text).Int64(); ok {
			t.Errorf("%s fits an int64 as %d", text, got)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"0", "-1.50", "1e5", "9.9E+125", "1E-130", "", ".", "1e", "--1", "1e99999999999", strings.Repeat("1", 39)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := attribute.ParseNumber(text)
		if err != nil {
			return
		}
		again, err := attribute.ParseNumber(n.String())
		if err != nil || again != n {
			t.Errorf("%q becomes %s, which reads as %s, error %v", text, n, again, err)
		}
		if size := n.Size(); size < 1 || size > 21 {
			t.Errorf("%s has the size %d", n, size)
		}
	})
}
