package pace

import (
	"math"
	"time"

	"clientflow/internal/systeme"
)

// slowFor is how long a word to slow down holds, unless an answer renews it: lest one
// that stays alone slow all down for ever.
const slowFor = 5 * time.Minute

// longestPause is more than Systeme.io is heeded when it asks to stay away.
const longestPause = 2 * time.Hour

// line is what the item says. The zero line is nobody's.
type line struct {
	// next is when the next turn is free, if that is to come.
	next time.Time
	// pausedUntil is when calls may be made again.
	pausedUntil time.Time
	// speed is the part of the rate that is left until slowUntil.
	speed     float64
	slowUntil time.Time
	// turns is how many were ever booked.
	turns int64
}

// believed returns the line without what a right clock cannot have written.
func (l line) believed(now time.Time, furthest time.Duration) line {
	if l.next.After(now.Add(furthest)) {
		l.next = time.Time{}
	}
	if l.pausedUntil.After(now.Add(longestPause)) {
		l.pausedUntil = time.Time{}
	}
	return l
}

// refusal returns the error for who can not wait longer than until latest; nil when
// a turn may be booked.
func (l line) refusal(now, latest time.Time) error {
	if err := l.pause(now); err != nil {
		return err
	}
	if l.next.After(latest) {
		return refused(l.next.Sub(now))
	}
	return nil
}

// pause returns an error that says how long the pause still lasts; nil outside one.
func (l line) pause(now time.Time) error {
	if l.pausedUntil.After(now) {
		return refused(l.pausedUntil.Sub(now))
	}
	return nil
}

func refused(wait time.Duration) error {
	return &systeme.Error{Kind: systeme.RateLimited, RetryAfter: max(wait, time.Second)}
}

// interval is the time from one turn to the next, for one that is as long at full
// speed.
func (l line) interval(full time.Duration, now time.Time) time.Duration {
	if !l.slowUntil.After(now) || l.speed >= 1 {
		return full
	}
	return wholeMicroseconds(float64(full) / max(l.speed, systeme.Slowest))
}

// wholeMicroseconds rounds a time between turns up to what the item can hold.
func wholeMicroseconds(nanoseconds float64) time.Duration {
	return time.Duration(math.Ceil(nanoseconds/1000)) * time.Microsecond
}
