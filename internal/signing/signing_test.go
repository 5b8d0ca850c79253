package signing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/internal/signing"
)

var now = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

// mustSucceed puts secrets before those of a text, one after the other.
func mustSucceed(tb testing.TB, text string, secrets ...string) signing.Secrets {
	tb.Helper()
	s := signing.Parse(text)
	for _, secret := range secrets {
		var err error
		if s, err = s.Succeed(secret); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

func TestWhatATextHolds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text     string
		newest   string
		accepted string
		pending  bool
	}{
		"nothing":                       {"", "", "", false},
		"blank lines":                   {" \n\n", "", "", false},
		"one":                           {"new", "new", "new", false},
		"one that was pasted":           {"\n new \r\n", "new", "new", false},
		"one with spaces, of before":    {"pass phrase until now", "pass phrase until now", "pass phrase until now", false},
		"one with an end is that whole": {"new until 2026-11-26T09:00:00Z", "new until 2026-11-26T09:00:00Z", "new until 2026-11-26T09:00:00Z", false},
		"two":                           {"new\nold", "new", "new|old", true},
		"two, and an end to come":       {"new\nold until 2026-11-26T10:00:01Z", "new", "new|old", false},
		"two, and the end is now":       {"new\nold until 2026-11-26T10:00:00Z", "new", "new", false},
		"two, and no time for an end":   {"new\nold until then", "new", "new|old until then", true},
		"two, and no end of ours":       {"new\nold until 2025-11-26T12:00:00+03:00", "new", "new|old until 2025-11-26T12:00:00+03:00", true},
		"three": {"new\nold\nolder until 2026-11-26T10:00:01Z\noldest until 2025-01-01T00:00:00Z",
			"new", "new|old|older", true},
		"an end without a secret": {"new\n until 2026-11-26T10:00:01Z", "new", "new|until 2026-11-26T10:00:01Z", true},
	} {
		s := signing.Parse(test.text)
		if got := strings.Join(s.Accepted(now), "|"); s.Newest() != test.newest || got != test.accepted || s.Pending() != test.pending {
			t.Errorf("%s: newest %q, accepted %q, pending %v", name, s.Newest(), got, s.Pending())
		}
		if slices.Contains(s.Accepted(now), "") {
			t.Errorf("%s: the empty secret is accepted", name)
		}
		if again := signing.Parse(s.String()); again.String() != s.String() || !slices.Equal(again.Accepted(now), s.Accepted(now)) {
			t.Errorf("%s: read again as %q", name, again.String())
		}
	}
}

func TestASecretTakesThePlaceOfOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, secret, after string }{
		"the first":        {"", "new", "new"},
		"the same":         {"new\nold", "new", "new\nold"},
		"another":          {"old", "new", "new\nold"},
		"a third":          {"new\nold", "third", "third\nnew\nold"},
		"the one before":   {"new\nold", "old", "old\nnew"},
		"beside one's end": {"new\nold until 2026-12-03T10:00:00Z", "third", "third\nnew\nold until 2026-12-03T10:00:00Z"},
		"one with its end": {"new\nold until 2026-12-03T10:00:00Z", "old", "old\nnew"},
	} {
		if got := mustSucceed(t, test.before, test.secret).String(); got != test.after {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, blank := range []string{"", " ", "two words", "two\nlines"} {
		if got, err := signing.Parse("old").Succeed(blank); !errors.Is(err, signing.ErrBlank) || got.Newest() != "" {
			t.Errorf("%q: %q, %v", blank, got.Newest(), err)
		}
	}
}

func TestWhenSecretsEnd(t *testing.T) {
	t.Parallel()
	end := now.Add(7 * 24 * time.Hour)
	for name, test := range map[string]struct{ before, after string }{
		"none":                   {"new", "new"},
		"one":                    {"new\nold", "new\nold until 2026-12-03T10:00:00Z"},
		"one that had an end":    {"new\nold until 2026-11-27T10:00:00Z", "new\nold until 2026-11-27T10:00:00Z"},
		"one that has ended":     {"new\nold until 2026-11-26T10:00:00Z", "new"},
		"several, some of which": {"new\nold\nolder until 2026-11-25T10:00:00Z", "new\nold until 2026-12-03T10:00:00Z"},
	} {
		s := signing.Parse(test.before).Retire(now, end)
		if s.String() != test.after || s.Pending() {
			t.Errorf("%s: %q", name, s)
		}
		until, ok := s.Until(now)
		if ok != strings.Contains(test.after, "until") || ok && !strings.Contains(test.after, until.Format(time.RFC3339)) {
			t.Errorf("%s: ends %v at %s", name, ok, until)
		}
		if _, ok := s.Until(end); ok {
			t.Errorf("%s: does not end", name)
		}
		if got := s.Accepted(end); !slices.Equal(got, []string{"new"}) {
			t.Errorf("%s: accepted at the end: %q", name, got)
		}
	}
}

// None of the secrets that are thrown out is accepted any more, and yet it can be told for
// a while that there were some.
func TestSecretsAreThrownOut(t *testing.T) {
	t.Parallel()
	end := now.Add(7 * 24 * time.Hour)
	marks := map[string]bool{}
	for _, before := range []string{"new", "new\nold", "new\nold until 2026-11-27T10:00:00Z\nolder until 2027-01-01T00:00:00Z"} {
		s := signing.Parse(signing.Parse(before).ThrowOut(end).String())
		accepted := s.Accepted(now)
		if len(accepted) != 2 || accepted[0] != "new" || len(accepted[1]) < 26 || strings.Contains(before, accepted[1]) {
			t.Fatalf("%q: accepted %q", before, accepted)
		}
		marks[accepted[1]] = true
		if until, ok := s.Until(now); !ok || !until.Equal(end) || s.Pending() {
			t.Errorf("%q: ends %v at %s, pending %v", before, ok, until, s.Pending())
		}
		if got := s.Retire(end, end).String(); got != "new" {
			t.Errorf("%q: at the end %q", before, got)
		}
	}
	if len(marks) != 3 {
		t.Errorf("%d texts were made up, want 3", len(marks))
	}
}

// Nothing that is read is lost by being written, and only the sender's secrets are read.
func FuzzParse(f *testing.F) {
	f.Add("new\nold until 2026-12-03T10:00:00Z\nolder")
	f.Add("\r\n a until until 2026-12-03T10:00:00+01:00\nb until 2026-12-03T10:00:00Z until 2026-12-03T10:00:00Z")
	f.Fuzz(func(t *testing.T, text string) {
		s := signing.Parse(text)
		again := signing.Parse(s.String())
		if again.Newest() != s.Newest() || !slices.Equal(again.Accepted(now), s.Accepted(now)) || again.Pending() != s.Pending() {
			t.Errorf("%q: %q, read again %q", text, s, again)
		}
		for _, secret := range s.Accepted(now) {
			if secret == "" || !strings.Contains(text, secret) {
				t.Errorf("%q: accepts %q", text, secret)
			}
		}
	})
}
