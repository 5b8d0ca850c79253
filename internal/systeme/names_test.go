package systeme_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"clientflow/internal/systeme"
)

func TestSplitName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	accented := strings.Repeat("x", 254) + "e\u0301"
	for full, want := range map[string][2]string{
		"Jane Doe":                           {"Jane", "Doe"},
		"  Jane \t Mary\n Doe ":              {"Jane", "Mary Doe"},
		"Ana María de la Cruz":               {"Ana", "María de la Cruz"},
		"Zoé":                                {"Zoé", ""},
		"山田 太郎":                              {"山田", "太郎"},
		"山田\u3000太郎":                         {"山田", "太郎"},
		"Jane\u00a0Doe":                      {"Jane", "Doe"},
		"Jane\x00Doe":                        {"Jane", "Doe"},
		"\u202eJane\u200b Doe\ufeff":         {"Jane", "Doe"},
		"می\u200cخواهم":                      {"می\u200cخواهم", ""},
		"Ja\xffne Doe":                       {"Jane", "Doe"},
		"":                                   {"Unknown", ""},
		" \u200b \x01":                       {"Unknown", ""},
		long:                                 {long[:255], ""},
		"Jane " + long:                       {"Jane", long[:255]},
		accented:                             {accented[:254], ""},
		"x " + strings.Repeat("\u0301", 300): {"x", strings.Repeat("\u0301", 255)},
	} {
		if first, surname := systeme.SplitName(full); [2]string{first, surname} != want {
			t.Errorf("%q split into %q and %q, want %q", full, first, surname, want)
		}
	}
}

func FuzzSplitName(f *testing.F) {
	f.Add("Jane Mary Doe")
	f.Add("\u200d\u0301 \xff")
	f.Add(strings.Repeat("é ", 400))
	f.Fuzz(func(t *testing.T, full string) {
		first, surname := systeme.SplitName(full)
		if first == "" {
			t.Error("no first name")
		}
		for _, part := range []string{first, surname} {
			if !utf8.ValidString(part) || utf8.RuneCountInString(part) > 255 || strings.TrimSpace(part) != part {
				t.Errorf("%q has the part %q", full, part)
			}
		}
	})
}
