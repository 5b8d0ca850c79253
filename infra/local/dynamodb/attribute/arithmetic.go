package attribute

import (
	"math/big"
	"strings"
)

// Add returns n + other, or an *Error when the exact sum is not a number that
// DynamoDB can hold.
func (n Number) Add(other Number) (Number, error) {
	scale := min(n.scale(), other.scale())
	sum := new(big.Int).Add(n.scaled(scale), other.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return normalise(sum.Sign() < 0, digits, len(digits)+scale)
}

// Subtract returns n - other, or an *Error as Add does.
func (n Number) Subtract(other Number) (Number, error) { return n.Add(other.negated()) }

func (n Number) negated() Number {
	if n.digits != "" {
		n.negative = !n.negative
	}
	return n
}

// scale is the power of ten of the last digit.
func (n Number) scale() int { return n.point - len(n.digits) }

// scaled returns n / 10^scale, for a scale no greater than n's own.
func (n Number) scaled(scale int) *big.Int {
	if n.digits == "" {
		return new(big.Int)
	}
	i, ok := new(big.Int).SetString(n.digits+strings.Repeat("0", n.scale()-scale), 10)
	if !ok {
		panic("digits are not decimal: " + n.digits)
	}
	if n.negative {
		i.Neg(i)
	}
	return i
}

// compare orders numbers by value.
func (n Number) compare(other Number) int {
	if n.sign() != other.sign() {
		return n.sign() - other.sign()
	}
	order := n.point - other.point
	if order == 0 {
		order = strings.Compare(n.digits, other.digits)
	}
	return order * n.sign()
}

func (n Number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}
