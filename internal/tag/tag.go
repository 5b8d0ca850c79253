// Package tag builds and reads the tags that keep IBs apart in Systeme.io.
//
// A tag is a prefix of one IB, `ib-` + 8 characters of a–z0–9 + `-`, and a name
// of lower-case letters, digits and single hyphens. Prefixes have one length and
// one alphabet, so none begins another. Tags are built here and nowhere else;
// nothing that a visitor sends can make a tag outside the IB's prefix, or one
// that only ClientFlow or a workflow may set.
package tag

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	gonanoid "github.com/matoous/go-nanoid/v2"
)

// The names that ClientFlow itself gives.
const (
	DemoRequest = "demo-request"
	HighVolume  = "high-volume"
)

const (
	alphabet   = "abcdefghijklmnopqrstuvwxyz0123456789"
	randomLen  = 8
	prefixLen  = len("ib-") + randomLen + len("-")
	maxTagLen  = 64 // Systeme.io's limit
	maxNameLen = maxTagLen - prefixLen
)

var (
	prefixShape = regexp.MustCompile(`^ib-[a-z0-9]{8}-$`)
	nameShape   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// ErrShape says that a text is not a prefix, or not a name.
var ErrShape = errors.New("not of a tag's shape")

// ErrReserved says that a name may be set only by ClientFlow or a workflow.
var ErrReserved = errors.New("name is reserved")

// Prefix is the beginning of all tags of one IB. The zero Prefix makes no tags.
type Prefix struct {
	text string
}

// NewPrefix makes a prefix at random; that no other IB has it is for the
// registry to say.
func NewPrefix() (Prefix, error) {
	random, err := gonanoid.Generate(alphabet, randomLen)
	if err != nil {
		return Prefix{}, fmt.Errorf("make a tag prefix: %w", err)
	}
	return Prefix{"ib-" + random + "-"}, nil
}

// ParsePrefix reads a prefix such as "ib-x7k2m4p9-", or returns ErrShape.
func ParsePrefix(text string) (Prefix, error) {
	if !prefixShape.MatchString(text) {
		return Prefix{}, fmt.Errorf("tag prefix: %w", ErrShape)
	}
	return Prefix{text}, nil
}

// String returns the prefix with its closing hyphen.
func (p Prefix) String() string { return p.text }

// Tag returns the IB's tag of that name, or ErrShape.
func (p Prefix) Tag(name string) (string, error) {
	if p.text == "" || !validName(name) {
		return "", fmt.Errorf("tag name: %w", ErrShape)
	}
	return p.text + name, nil
}

// Parse splits a tag such as "ib-x7k2m4p9-engaged" into its IB's prefix and its
// name, or returns ErrShape.
func Parse(text string) (Prefix, string, error) {
	if len(text) <= prefixLen {
		return Prefix{}, "", fmt.Errorf("tag: %w", ErrShape)
	}
	prefix, err := ParsePrefix(text[:prefixLen])
	if name := text[prefixLen:]; err == nil && validName(name) {
		return prefix, name, nil
	}
	return Prefix{}, "", fmt.Errorf("tag: %w", ErrShape)
}

// Slug makes a name of what a visitor or an IB typed: lower case, with hyphens
// for spaces and underscores. It returns ErrShape for a text with any other
// character, or one too long, and ErrReserved for a name that is not theirs to
// set.
func Slug(text string) (string, error) {
	name := strings.Map(slugRune, strings.TrimSpace(text))
	if !validName(name) {
		return "", ErrShape
	}
	if reserved(name) {
		return "", ErrReserved
	}
	return name, nil
}

// slugRune lowers A–Z alone: strings.ToLower would make ASCII letters of some
// others, such as the Kelvin sign.
func slugRune(r rune) rune {
	switch {
	case r == ' ', r == '_':
		return '-'
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	}
	return r
}

func validName(name string) bool {
	return len(name) <= maxNameLen && nameShape.MatchString(name)
}

// Set returns the names of the tags that every IB has in Systeme.io from its
// beginning, for the admin to choose in workflows: those that ClientFlow gives,
// "vip", which starts the high-value workflow, and those that workflows set, which
// are the statuses of a lead but "new".
func Set() []string {
	return []string{
		DemoRequest, HighVolume, "vip",
		"engaged", "vip-prospect", "converted", "inactive", "re-engaged", "churned",
	}
}

// reserved tells whether a name must not come from a form, since it starts or
// reports a workflow.
func reserved(name string) bool { return name == "new" || slices.Contains(Set(), name) }
