package attribute

import (
	"math/big"
	"strconv"
	"strings"
)

// The limits of a number: 38 significant digits, magnitudes from 1E-130 to
// 9.9…E+125, here as the position of the decimal point before the first digit.
const (
	maxDigits = 38
	minPoint  = -129
	maxPoint  = 126
)

// Number is an exact decimal number. Two equal numbers are equal by ==.
type Number struct {
	negative bool
	// digits are the significant digits without zeros at either end; "" is zero.
	digits string
	// point is the power of ten by which 0.digits is multiplied.
	point int
}

// Kind returns KindNumber.
func (Number) Kind() Kind { return KindNumber }

// ParseNumber reads a decimal number, with or without fraction and exponent.
// What is not a number, has more than 38 significant digits or lies outside the
// range is an *Error.
func ParseNumber(text string) (Number, error) {
	mantissa, exponent, ok := splitExponent(text)
	if !ok {
		return Number{}, notNumeric(text)
	}
	negative := strings.HasPrefix(mantissa, "-")
	if negative || strings.HasPrefix(mantissa, "+") {
		mantissa = mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !isDigits(whole) || !isDigits(fraction) {
		return Number{}, notNumeric(text)
	}
	return normalise(negative, whole+fraction, len(whole)+exponent)
}

func notNumeric(text string) error {
	if text == "" {
		return Errorf("The parameter cannot be converted to a numeric value")
	}
	return Errorf("The parameter cannot be converted to a numeric value: %s", text)
}

// splitExponent cuts "12.5e3" into "12.5" and 3. An exponent so long that no
// number could have it is cut short, which is out of range all the same.
func splitExponent(text string) (mantissa string, exponent int, ok bool) {
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return text, 0, true
	}
	mantissa, digits := text[:at], text[at+1:]
	negative := strings.HasPrefix(digits, "-")
	if negative || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	if digits == "" || !isDigits(digits) {
		return "", 0, false
	}
	for _, digit := range digits {
		exponent = min(exponent*10+int(digit-'0'), 1_000_000)
	}
	if negative {
		exponent = -exponent
	}
	return mantissa, exponent, true
}

func isDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

// normalise makes a number of 0.digits × 10^point, checking the limits.
func normalise(negative bool, digits string, point int) (Number, error) {
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return Number{}, nil
	case len(significant) > maxDigits:
		return Number{}, Errorf("Attempting to store more than 38 significant digits in a Number")
	case point > maxPoint:
		return Number{}, Errorf("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case point < minPoint:
		return Number{}, Errorf("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	}
	return Number{negative: negative, digits: significant, point: point}, nil
}

// IntNumber makes a number of n.
func IntNumber(n int) Number {
	if n == 0 {
		return Number{}
	}
	magnitude := strings.TrimPrefix(strconv.Itoa(n), "-")
	return Number{negative: n < 0, digits: strings.TrimRight(magnitude, "0"), point: len(magnitude)}
}

// Int64 returns the number's whole part; ok is false when an int64 cannot hold it.
func (n Number) Int64() (whole int64, ok bool) {
	text, _, _ := strings.Cut(n.String(), ".")
	i, ok := new(big.Int).SetString(text, 10)
	if !ok || !i.IsInt64() {
		return 0, false
	}
	return i.Int64(), true
}

// String writes the number in plain decimal notation, without an exponent, as
// AWS returns it.
func (n Number) String() string {
	if n.digits == "" {
		return "0"
	}
	var b strings.Builder
	if n.negative {
		b.WriteByte('-')
	}
	switch {
	case n.point <= 0:
		b.WriteString("0.")
		b.WriteString(strings.Repeat("0", -n.point))
		b.WriteString(n.digits)
	case n.point >= len(n.digits):
		b.WriteString(n.digits)
		b.WriteString(strings.Repeat("0", n.point-len(n.digits)))
	default:
		b.WriteString(n.digits[:n.point])
		b.WriteByte('.')
		b.WriteString(n.digits[n.point:])
	}
	return b.String()
}
