package email_test

import (
	"net/mail"
	"strings"
	"testing"

	"clientflow/internal/email"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"jane@acme.com":                  "jane@acme.com",
		"  Jane.Doe+ib@Mail.ACME.co.uk ": "jane.doe+ib@mail.acme.co.uk",
		"o'hara@acme.io":                 "o'hara@acme.io",
		"j@xn--mller-kva.de":             "j@xn--mller-kva.de",
		"a@b.xn--p1ai":                   "a@b.xn--p1ai",
		"john@demo.clientflow.test":      "john@demo.clientflow.test",
	} {
		if got, err := email.Normalise(text); got != want || err != nil {
			t.Errorf("Normalise(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestNormaliseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a", "a@b", "@b.com", "a@", `"x"@y.zz`, `"x"@y.z`, "Jane <jane@acme.com>", "jane@acme.com,b@c.com",
		"jane@acme.com\r\nBcc: all@acme.com", "jane@acme.com\n", "jane@@acme.com", "jane@acme..com", ".jane@acme.com",
		"jane.@acme.com", "ja..ne@acme.com", "jane@-acme.com", "jane@acme-.com", "jane@[127.0.0.1]", "jane@127.0.0.1",
		"jané@acme.com", "jane@müller.de", "jane doe@acme.com", "jane@ac me.com", "jane\x00@acme.com", "jane\u212a@acme.com",
		strings.Repeat("x", 65) + "@acme.com",
		"a@" + strings.Repeat("x", 64) + ".com",
		"a@" + strings.Repeat("abcdefghi.", 26) + "com",
	} {
		if got, err := email.Normalise(text); err == nil {
			t.Errorf("Normalise(%q) = %q, want an error", text, got)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("Jane.Doe+ib@Mail.ACME.co.uk ")
	f.Add(`"x"@y.z`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := email.Normalise(text)
		if err != nil {
			return
		}
		if again, err := email.Normalise(got); again != got || err != nil {
			t.Errorf("%q is not its own form: %q, %v", got, again, err)
		}
		if parsed, err := mail.ParseAddress(got); err != nil || parsed.Address != got || parsed.Name != "" {
			t.Errorf("%q is not an address to net/mail: %v, %v", got, parsed, err)
		}
	})
}
