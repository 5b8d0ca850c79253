package profile

import (
	"net/url"
	"strings"
	"testing"
)

func TestParseThankYouURL(t *testing.T) {
	t.Parallel()
	longest := "https://example.com/" + strings.Repeat("x", maxURL-len("https://example.com/"))
	for text, want := range map[string]string{
		"":                    "",
		"   ":                 "",
		"https://example.com": "https://example.com",
		" https://example.com/thanks?a=1&b=%20#top": "https://example.com/thanks?a=1&b=%20#top",
		"https://Example.com:8443/Path":             "https://Example.com:8443/Path",
		"https://xn--mller-kva.de/danke":            "https://xn--mller-kva.de/danke",
		"https://192.0.2.1/":                        "https://192.0.2.1/",
		"http://localhost:3000/thanks":              "http://localhost:3000/thanks",
		"http://127.0.0.1/thanks":                   "http://127.0.0.1/thanks",
		longest:                                     longest,
	} {
		if got, err := parseThankYouURL(text); got != want || err != nil {
			t.Errorf("parseThankYouURL(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestParseThankYouURLRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"example.com", "/thanks", "//example.com/thanks", "https://", "https:///thanks", "https:example.com", "thanks",
		"http://example.com", "http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.0.0.2",
		"ftp://example.com", "javascript:alert(1)", "data:text/html,x", "JAVASCRIPT://example.com/%0aalert(1)",
		"https://user@example.com", "https://user:pass@example.com", "https://@example.com", "https://good.com@evil.com",
		"https://good.com\\@evil.com", "https://good.com\\.evil.com",
		"https://example.com/\r\nset-cookie: a=b", "https://example.com/a b", "https://example.com/\x00", "https://example.com/\x7f",
		"https://example.com/dänke", "https://müller.de/", "https://example.com/<b>", `https://example.com/"`,
		"https://example.com:0/", "https://example.com:65536/", "https://example.com:/", "https://example.com:http/", "https://example.com:080/",
		"https://exa_mple.com", "https://-example.com", "https://example..com", "https://example.com./", "https://*.example.com/",
		"https://[::1]/", "https://[example.com]/", "https://example.com/%zz",
		"https://example.com/" + strings.Repeat("x", maxURL),
	} {
		if got, err := parseThankYouURL(text); err == nil {
			t.Errorf("parseThankYouURL(%q) = %q", text, got)
		}
	}
}

func TestParseOrigin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://example.com":        "https://example.com",
		" HTTPS://WWW.Example.COM ":  "https://www.example.com",
		"https://example.com:8443":   "https://example.com:8443",
		"https://example.com:443":    "https://example.com",
		"https://example.com:80":     "https://example.com:80",
		"http://localhost":           "http://localhost",
		"http://localhost:80":        "http://localhost",
		"http://LOCALHOST:3000":      "http://localhost:3000",
		"http://127.0.0.1:5173":      "http://127.0.0.1:5173",
		"https://xn--mller-kva.de":   "https://xn--mller-kva.de",
		"https://localhost:443":      "https://localhost",
		"https://a.b.c.d.example.io": "https://a.b.c.d.example.io",
	} {
		if got, err := parseOrigin(text); got != want || err != nil {
			t.Errorf("parseOrigin(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestParseOriginRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "*", "null", "example.com", "//example.com", "https://", "https://*", "https://*.example.com", "https://example.*",
		"https://example.com/", "https://example.com/path", "https://example.com?", "https://example.com?a=1", "https://example.com#",
		"https://example.com#top", "http://example.com", "ws://example.com", "file://", "https://user@example.com", "https://@example.com",
		"https://example.com, https://b.com", "https://example.com https://b.com", "https://example.com\r\n", "https://\u212aelvin.com",
		"https://müller.de", "https://example.com:", "https://example.com:0", "https://example.com:99999", "https://example.com:0443",
		"https://[::1]", "https://example.com.", "https://example.com%2f", "https:\\\\example.com",
	} {
		if got, err := parseOrigin(text); err == nil {
			t.Errorf("parseOrigin(%q) = %q", text, got)
		}
	}
}

// Whatever is taken can stand in a header as it is, and is to a browser what it
// was to us.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{
		"https://Example.com:443", "http://localhost:3000/a?b#c", "https://a@b.com", "https://a.com\r\nx: y", "https://[::1]", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if address, err := parseThankYouURL(text); err == nil && address != "" {
			parsed, err := url.Parse(address)
			if err != nil || !parsed.IsAbs() || parsed.Host == "" || parsed.User != nil || !printable(address) {
				t.Errorf("took %q as %q", text, address)
			}
		}
		if origin, err := parseOrigin(text); err == nil {
			if again, err := parseOrigin(origin); err != nil || again != origin || !printable(origin) || strings.Count(origin, "/") != 2 {
				t.Errorf("took %q as %q", text, origin)
			}
		}
	})
}
