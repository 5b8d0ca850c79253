package cognito

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"time"

	"clientflow/infra/local/wire"
)

const (
	signUpCodeLife = 24 * time.Hour
	resetCodeLife  = time.Hour
	// maxGuesses and maxCodes are how often an hour a code may be guessed, and
	// sent; Cognito documents "between 5 and 20".
	maxGuesses = 5
	maxCodes   = 20
	// maxChanges is how often an hour a user may try to change the password.
	maxChanges = 5
)

// code is what was mailed for one purpose; the zero code is none.
type code struct {
	digits  string
	expires time.Time
	guesses limit
	sent    limit
}

// limit counts what happens within an hour.
type limit struct {
	since time.Time
	count int
}

// take counts one more; the error is LimitExceededException.
func (l *limit) take(now time.Time, most int) error {
	if now.Sub(l.since) >= time.Hour {
		*l = limit{since: now}
	}
	if l.count >= most {
		return wire.Errorf("LimitExceededException", "Attempt limit exceeded, please try after some time.")
	}
	l.count++
	return nil
}

// renew makes a code in place of the last one; the wrong guesses stay counted.
func (c *code) renew(now time.Time, life time.Duration) error {
	if err := c.sent.take(now, maxCodes); err != nil {
		return err
	}
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("make a code: %w", err)
	}
	c.digits, c.expires = fmt.Sprintf("%06d", number), now.Add(life)
	return nil
}

// use checks a code and spends it.
func (c *code) use(given string, now time.Time) error {
	if c.digits == "" || !now.Before(c.expires) {
		return expiredCode()
	}
	if err := c.guesses.take(now, maxGuesses); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(given), []byte(c.digits)) == 0 {
		return codeMismatch()
	}
	c.digits, c.guesses = "", limit{}
	return nil
}

func expiredCode() error {
	return wire.Errorf("ExpiredCodeException", "Invalid code provided, please request a code again.")
}

func codeMismatch() error {
	return wire.Errorf("CodeMismatchException", "Invalid verification code provided, please try again.")
}
