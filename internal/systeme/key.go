package systeme

import "context"

// Key is the account's API key, which may be changed while ClientFlow runs.
type Key interface {
	// Value returns the key; "" when there is none. An empty one is not refused here
	// but by Systeme.io, so that it shows as the account-wide fault that it is.
	Value() string
	// Renew returns the key that has taken the place of one that was refused, or the
	// same one when none has.
	Renew(ctx context.Context, refused string) (string, error)
}

// Fixed is a key that does not change.
type Fixed string

// Value returns the key.
func (f Fixed) Value() string { return string(f) }

// Renew returns the key.
func (f Fixed) Renew(context.Context, string) (string, error) { return string(f), nil }
