package systeme

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPHPJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":        `"plain"`,
		"a/b":          `"a\/b"`,
		`a\/b`:         `"a\\\/b"`,
		"é":            `"\u00e9"`,
		"😀":            `"\ud83d\ude00"`,
		"<a href='&'>": `"<a href='&'>"`,
		"\u2028":       `"\u2028"`,
		"\n\t\"\x01":   `"\n\t\"\u0001"`,
	} {
		got, err := phpJSON(text)
		if err != nil || string(got) != want {
			t.Errorf("%q became %s (%v), want %s", text, got, err, want)
		}
	}
	if _, err := phpJSON(func() {}); err == nil {
		t.Error("what cannot be encoded was")
	}
}

func FuzzPHPJSON(f *testing.F) {
	f.Add("a/b é 😀 \\/ \x00")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		encoded, err := phpJSON(map[string]string{text: text})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range encoded {
			if b >= 0x80 {
				t.Fatalf("%s is not ASCII", encoded)
			}
		}
		var decoded map[string]string
		if err := json.Unmarshal(encoded, &decoded); err != nil || decoded[text] != text {
			t.Fatalf("%q became %s, which reads %q (%v)", text, encoded, decoded, err)
		}
	})
}
