package cognito

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"
	"unicode/utf8"

	"clientflow/infra/local/wire"
)

// PasswordPolicy is what passwords must have.
type PasswordPolicy struct {
	MinimumLength                       int
	Lowercase, Uppercase, Digits, Signs bool
}

// signs are the characters that Cognito counts as symbols.
const signs = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- "

// check returns InvalidPasswordException naming the first thing that is missing.
func (p PasswordPolicy) check(text string) error {
	refuse := func(reason string) error {
		return wire.Errorf("InvalidPasswordException", "Password did not conform with policy: %s", reason)
	}
	switch {
	case utf8.RuneCountInString(text) < p.MinimumLength:
		return refuse("Password not long enough")
	case len(text) > 256:
		return refuse("Password too long")
	case p.Lowercase && !strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz"):
		return refuse("Password must have lowercase characters")
	case p.Uppercase && !strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		return refuse("Password must have uppercase characters")
	case p.Digits && !strings.ContainsAny(text, "0123456789"):
		return refuse("Password must have numeric characters")
	case p.Signs && !strings.ContainsAny(strings.TrimSpace(text), signs):
		return refuse("Password must have symbol characters")
	}
	return nil
}

// password is a salted hash, cheap because it never leaves the process.
type password struct {
	salt, hash [sha256.Size]byte
}

func newPassword(text string) password {
	var p password
	rand.Read(p.salt[:]) // never fails, by its documentation
	p.hash = p.hashOf(text)
	return p
}

func (p password) hashOf(text string) [sha256.Size]byte {
	return sha256.Sum256(append(p.salt[:], text...))
}

func (p password) is(text string) bool {
	hash := p.hashOf(text)
	return subtle.ConstantTimeCompare(hash[:], p.hash[:]) == 1
}

// What Cognito documents of locking after wrong passwords: from the fifth on for
// 2^(n-5) seconds, up to about a quarter of an hour, all of it forgotten after a
// quarter of an hour without a try.
const (
	freeFailures = 5
	longestLock  = 15 * time.Minute
)

// failures counts the wrong passwords in a row.
type failures struct {
	count    int
	lastTry  time.Time
	lockedTo time.Time
}

// signIn checks a password and locks the user for a while after many wrong ones.
// Both errors are NotAuthorizedException.
func (u *user) signIn(text string, now time.Time) error {
	f := &u.failures
	if now.Before(f.lockedTo) {
		return notAuthorized("Password attempts exceeded")
	}
	if now.Sub(f.lastTry) >= longestLock {
		*f = failures{}
	}
	f.lastTry = now
	if u.password.is(text) {
		*f = failures{}
		return nil
	}
	f.count++
	if f.count >= freeFailures {
		f.lockedTo = now.Add(min(time.Second<<min(f.count-freeFailures, 20), longestLock))
	}
	return wrongPassword()
}

func wrongPassword() error { return notAuthorized("Incorrect username or password.") }
