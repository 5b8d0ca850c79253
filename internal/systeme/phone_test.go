package systeme_test

import (
	"regexp"
	"testing"

	"clientflow/internal/systeme"
)

func TestNormalisePhone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+15551234567":               "+15551234567",
		" +1 (555) 123-4567 ":        "+15551234567",
		"+44 (0)20 7946 0958":        "+442079460958",
		"0049 30 / 901820":           "+4930901820",
		"+33.1.42.34.56.78":          "+33142345678",
		"+971\u00a050\u2011123 4567": "+971501234567",
		"+٩٧١٥٠١٢٣٤٥٦٧":              "+971501234567",
		"+۹۸۲۱۱۲۳۴۵۶۷۸":              "+982112345678",
		"＋８１３１２３４５６７８":               "+81312345678",
		"+290 12345":                 "+29012345",
		// Without a country code, or no number at all:
		"":                    "",
		"+":                   "",
		"00":                  "",
		"555 123 4567":        "",
		"020 7946 0958":       "",
		"+0 555 123 4567":     "",
		"+1 555":              "",
		"+1234567890123456":   "",
		"+1 555 123 4567 x89": "",
		"+1+5551234567":       "",
		"call me":             "",
	} {
		if got, ok := systeme.NormalisePhone(text); got != want || ok != (want != "") {
			t.Errorf("%q became %q (%v), want %q", text, got, ok, want)
		}
	}
}

func FuzzNormalisePhone(f *testing.F) {
	f.Add("+44 (0)20 7946 0958")
	f.Add("00((0))")
	form := regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)
	f.Fuzz(func(t *testing.T, text string) {
		phone, ok := systeme.NormalisePhone(text)
		if ok != form.MatchString(phone) || !ok && phone != "" {
			t.Errorf("%q became %q (%v)", text, phone, ok)
		}
		if again, ok2 := systeme.NormalisePhone(phone); ok && (again != phone || !ok2) {
			t.Errorf("%q became %q and then %q", text, phone, again)
		}
	})
}
