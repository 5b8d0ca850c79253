package systeme

import "strings"

// The shortest and longest number, in digits with the country code.
const (
	minPhone = 8
	maxPhone = 15
)

// NormalisePhone writes an international phone number as + and digits. It is not ok
// when the text is none, or has no country code: a number that might be refused is
// better left out than losing the lead.
func NormalisePhone(text string) (phone string, ok bool) {
	compact := strings.Map(digit, text)
	digits, international := strings.CutPrefix(compact, "+")
	if !international {
		digits, international = strings.CutPrefix(compact, "00")
	}
	// Written after the country code by many, dialled only without it.
	digits = strings.Replace(digits, "(0)", "", 1)
	digits = strings.NewReplacer("(", "", ")", "").Replace(digits)
	if !international || strings.Trim(digits, "0123456789") != "" ||
		len(digits) < minPhone || len(digits) > maxPhone || digits[0] == '0' {
		return "", false
	}
	return "+" + digits, true
}

// digit writes digits of other scripts as ASCII, drops what numbers are grouped
// with, and keeps the rest for NormalisePhone to judge.
func digit(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩': // Arabic-Indic
		return '0' + r - '٠'
	case r >= '۰' && r <= '۹': // Persian
		return '0' + r - '۰'
	case r >= '０' && r <= '９': // full width
		return '0' + r - '０'
	case r == '＋':
		return '+'
	case strings.ContainsRune(" \t\u00a0\u2009\u202f.-/\u2010\u2011\u2012\u2013", r):
		return -1
	default:
		return r
	}
}
