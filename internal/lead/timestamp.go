package lead

import (
	"errors"
	"time"
)

// Timestamp is a moment as it is stored and shown: RFC 3339 in UTC with
// milliseconds, such as "2026-05-04T03:02:01.000Z". All have one width, so they
// sort as the moments do.
type Timestamp string

const timestampLayout = "2006-01-02T15:04:05.000Z"

var errTimestamp = errors.New("timestamp is not of the form " + timestampLayout)

// Stamp returns the millisecond that t is in. The year must be of four digits.
func Stamp(t time.Time) Timestamp {
	return Timestamp(t.UTC().Format(timestampLayout))
}

// Time returns the moment, or an error for a text that Stamp does not make.
func (s Timestamp) Time() (time.Time, error) {
	t, err := time.Parse(timestampLayout, string(s))
	if err != nil || Stamp(t) != s {
		return time.Time{}, errTimestamp // without the text, which may be anything
	}
	return t, nil
}
