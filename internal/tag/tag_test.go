package tag_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientflow/internal/tag"
)

const john = "ib-x7k2m4p9-"

func mustPrefix(tb testing.TB, text string) tag.Prefix {
	tb.Helper()
	p, err := tag.ParsePrefix(text)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestNewPrefix(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		p, err := tag.NewPrefix()
		if err != nil {
			t.Fatal(err)
		}
		if mustPrefix(t, p.String()) != p || seen[p.String()] {
			t.Fatalf("prefix %q is malformed or came twice", p)
		}
		seen[p.String()] = true
	}
}

func TestParsePrefixRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "ib-", "ib-x7k2m4p9", "ib-x7k2m4p-", "ib-x7k2m4p99-", "IB-x7k2m4p9-", "ib-X7k2m4p9-",
		"ib-x7k2m4p_-", " ib-x7k2m4p9-", "ib-x7k2m4p9-\n", "ib-x7k2m4pé-",
	} {
		if _, err := tag.ParsePrefix(text); !errors.Is(err, tag.ErrShape) {
			t.Errorf("ParsePrefix(%q): %v", text, err)
		}
	}
}

func TestTag(t *testing.T) {
	t.Parallel()
	p := mustPrefix(t, john)
	if got, err := p.Tag(tag.DemoRequest); got != "ib-x7k2m4p9-demo-request" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for _, name := range []string{"", "-", "a--b", "a-", "-a", "A", "a b", "ä", strings.Repeat("x", 53)} {
		if got, err := p.Tag(name); !errors.Is(err, tag.ErrShape) {
			t.Errorf("Tag(%q) = %q, %v", name, got, err)
		}
	}
	if _, err := (tag.Prefix{}).Tag("a"); !errors.Is(err, tag.ErrShape) {
		t.Errorf("the zero prefix made a tag: %v", err)
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, want string
		err        error
	}{
		{"forex-ib", "forex-ib", nil},
		{" Forex IB ", "forex-ib", nil},
		{"crypto_affiliate", "crypto-affiliate", nil},
		{"CFD", "cfd", nil},
		{strings.Repeat("x", 52), strings.Repeat("x", 52), nil},
		{strings.Repeat("x", 53), "", tag.ErrShape},
		{"", "", tag.ErrShape},
		{"../ib-other-demo", "", tag.ErrShape},
		{"🚀", "", tag.ErrShape},
		{"a  b", "", tag.ErrShape},
		{"a\nb", "", tag.ErrShape},
		{"İb", "", tag.ErrShape},
		{"\u212a", "", tag.ErrShape}, // the Kelvin sign
		{"converted", "", tag.ErrReserved},
		{" Converted", "", tag.ErrReserved},
		{"re engaged", "", tag.ErrReserved},
		{"VIP_prospect", "", tag.ErrReserved},
		{"high-volume", "", tag.ErrReserved},
		{"demo request", "", tag.ErrReserved},
	}
	for _, tt := range tests {
		if got, err := tag.Slug(tt.text); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("Slug(%q) = %q, %v; want %q, %v", tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestNoNameOfTheSetComesFromAForm(t *testing.T) {
	t.Parallel()
	p := mustPrefix(t, john)
	for _, name := range append(tag.Set(), "new") {
		if _, err := tag.Slug(name); !errors.Is(err, tag.ErrReserved) {
			t.Errorf("Slug(%q): %v", name, err)
		}
		if _, err := p.Tag(name); err != nil {
			t.Errorf("Tag(%q): %v", name, err)
		}
	}
}

// No text that a visitor sends makes a tag outside the IB's prefix, over the
// limit, or with a name that only ClientFlow or a workflow may set.
func TestSlugStaysInside(t *testing.T) {
	t.Parallel()
	p := mustPrefix(t, john)
	rapid.Check(t, func(t *rapid.T) {
		name, err := tag.Slug(rapid.String().Draw(t, "text"))
		if err != nil {
			return
		}
		text, err := p.Tag(name)
		if err != nil {
			t.Fatal(err)
		}
		back, again, err := tag.Parse(text)
		if err != nil || back != p || again != name || len(text) > 64 {
			t.Fatalf("tag %q parses to %q, %q, %v", text, back, again, err)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "vip", john, john + "-", john + "A", "ib-x7k2m4p9x-a", "xib-x7k2m4p9-a", john + strings.Repeat("x", 53),
	} {
		if p, name, err := tag.Parse(text); !errors.Is(err, tag.ErrShape) {
			t.Errorf("Parse(%q) = %q, %q, %v", text, p, name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ib-x7k2m4p9-engaged")
	f.Add("ib-x7k2m4p9-")
	f.Fuzz(func(t *testing.T, text string) {
		p, name, err := tag.Parse(text)
		if err == nil && p.String()+name != text {
			t.Errorf("Parse(%q) = %q, %q", text, p, name)
		}
	})
}
