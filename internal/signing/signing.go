// Package signing tells which secrets a sender's signatures may be made with: one, and
// while it is changed the one before it too, so that nothing the sender signed is
// refused. A secret of before has an end as soon as the sender has the newest, and that
// end stands beside it, so it is kept by whoever reads it, however long ago.
//
// They are stored as one text of a line each, the newest first:
//
//	the-newest-secret
//	the-one-before until 2026-12-03T10:00:00Z
//	one-that-the-sender-may-still-have
//
// A text of one line is one secret. Nothing here reads, stores or logs one.
package signing

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
)

// ErrBlank is the error of a secret that is empty, or could not be told from others.
var ErrBlank = errors.New("a secret must be a word without white space")

const (
	// between stands between a secret and its end.
	between = " until "
	// ends is how an end is written.
	ends = "2006-01-02T15:04:05Z"
)

// Secrets are those of one sender. The zero Secrets have none.
type Secrets struct {
	newest string
	older  []earlier // the newest first
}

// earlier is a secret of before.
type earlier struct {
	secret string
	until  time.Time // zero while the sender may have no newer one
}

// Parse reads what String made. Any text can be read, since what is no end of a secret
// is part of it.
func Parse(text string) Secrets {
	var s Secrets
	for line := range strings.Lines(text) {
		switch line = strings.TrimSpace(line); {
		case line == "":
		case s.newest == "":
			s.newest = line
		default:
			s.older = append(s.older, parseEarlier(line))
		}
	}
	return s
}

func parseEarlier(line string) earlier {
	if i := strings.LastIndex(line, between); i > 0 {
		end := line[i+len(between):]
		if until, err := time.Parse(ends, end); err == nil && !until.IsZero() && until.Format(ends) == end {
			return earlier{line[:i], until}
		}
	}
	return earlier{secret: line}
}

// String is the text to be stored. It holds the secrets in clear.
func (s Secrets) String() string {
	lines := []string{s.newest}
	for _, e := range s.older {
		line := e.secret
		if !e.until.IsZero() {
			line += between + e.until.UTC().Format(ends)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Newest is the secret that the sender is to have; "" when there is none.
func (s Secrets) Newest() string { return s.newest }

// Accepted returns all with which a signature may be made at that time.
func (s Secrets) Accepted(now time.Time) []string {
	if s.newest == "" {
		return nil
	}
	accepted := []string{s.newest}
	for _, e := range s.older {
		if !e.ended(now) {
			accepted = append(accepted, e.secret)
		}
	}
	return accepted
}

func (e earlier) ended(now time.Time) bool { return !e.until.IsZero() && !now.Before(e.until) }

// Pending tells whether there is a secret without an end: the sender may have it.
func (s Secrets) Pending() bool {
	return slices.ContainsFunc(s.older, func(e earlier) bool { return e.until.IsZero() })
}

// Until is when the last secret of before that has an end is no longer accepted; ok is
// false when that has passed, or there is none.
func (s Secrets) Until(now time.Time) (until time.Time, ok bool) {
	for _, e := range s.older {
		if e.until.After(now) && e.until.After(until) {
			until, ok = e.until, true
		}
	}
	return until, ok
}

// Succeed puts a secret before the others, which are accepted as before. It may be one
// of them. ErrBlank says that it is none.
func (s Secrets) Succeed(secret string) (Secrets, error) {
	if secret == "" || strings.ContainsFunc(secret, unicode.IsSpace) {
		return Secrets{}, ErrBlank
	}
	if secret == s.newest {
		return s, nil
	}
	next := Secrets{newest: secret}
	if s.newest != "" {
		next.older = append(next.older, earlier{secret: s.newest})
	}
	for _, e := range s.older {
		if e.secret != secret {
			next.older = append(next.older, e)
		}
	}
	return next, nil
}

// Retire gives an end to every secret of before that has none, since the sender has the
// newest, and leaves out those that have ended.
func (s Secrets) Retire(now, until time.Time) Secrets {
	kept := Secrets{newest: s.newest}
	for _, e := range s.older {
		if e.until.IsZero() {
			e.until = until
		}
		if !e.ended(now) {
			kept.older = append(kept.older, e)
		}
	}
	return kept
}

// ThrowOut leaves the newest of the secrets. The sender may have another yet, or be given
// it once more, and nothing would tell: so in their place there is a text that nobody has
// signed with, which has an end as that of a secret of before.
func (s Secrets) ThrowOut(until time.Time) Secrets {
	return Secrets{newest: s.newest, older: []earlier{{rand.Text(), until}}}
}
