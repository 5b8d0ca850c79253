package lead

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"clientflow/internal/email"
	"clientflow/internal/problem"
)

const (
	defaultLimit = 25
	maxLimit     = 100
	maxSearch    = 254 // an address's length

	// The years that a list may be bounded by; all have four digits.
	firstMoment Timestamp = "0001-01-01T00:00:00.000Z"
	lastMoment  Timestamp = "9999-12-31T23:59:59.999Z"
)

// listing is what a caller of GET /leads asked for.
type listing struct {
	filter filter
	limit  int
	after  *position
}

// parseListing reads the query of GET /leads, or returns an Invalid problem that
// names every bad parameter. An empty parameter counts as absent.
func parseListing(query url.Values) (listing, error) {
	var fields problem.Fields
	c := checker{single(query, &fields), &fields}
	l := listing{filter: c.wanted(), limit: c.limit()}
	l.after = c.after(l.filter)
	return l, fields.Err()
}

// single returns a getter of parameters that refuses one given twice.
func single(query url.Values, fields *problem.Fields) func(string) string {
	return func(name string) string {
		if len(query[name]) > 1 {
			fields.Add(name, "is given more than once")
			return ""
		}
		return query.Get(name)
	}
}

func (c checker) limit() int {
	value := c.get("limit")
	if value == "" {
		return defaultLimit
	}
	limit, err := strconv.Atoi(value)
	if err != nil || limit < 1 || limit > maxLimit {
		c.fields.Add("limit", "must be a number from 1 to 100")
	}
	return limit
}

func (c checker) wanted() filter {
	f := filter{from: firstMoment, to: lastMoment}
	if status := c.get("status"); status != "" {
		f.status = c.status(status)
	}
	if start, _, ok := c.moment("from"); ok {
		f.from = atOrAfter(start)
	}
	if _, end, ok := c.moment("to"); ok {
		f.to = before(end)
	}
	if f.from > f.to {
		c.fields.Add("to", "must be after from")
	}
	sought := c.line("q", maxSearch)
	if address, err := email.Normalise(sought); err == nil {
		f.email = address
	} else {
		f.search = sought
	}
	return f
}

func (c checker) status(value string) Status {
	if !slices.Contains(Statuses(), Status(value)) {
		c.fields.Add("status", "is not a status of a lead")
	}
	return Status(value)
}

// after reads the cursor, which must lie within the list that the filter makes.
func (c checker) after(f filter) *position {
	value := c.get("cursor")
	if value == "" {
		return nil
	}
	p, err := parseCursor(value)
	outside := !c.fields.Has("to") && (p.CreatedAt < f.from || p.CreatedAt > f.to)
	if err != nil || outside {
		c.fields.Add("cursor", "is not a nextCursor of this list")
		return nil
	}
	return &p
}

// moment reads a time in RFC 3339, or a date, which is the whole day in UTC. It
// returns when that starts and, for a day, when it ends; a time ends when it
// starts. ok is false when there is none, or a bad one.
func (c checker) moment(field string) (start, end time.Time, ok bool) {
	value := c.get(field)
	if value == "" {
		return time.Time{}, time.Time{}, false
	}
	if day, err := time.Parse(time.DateOnly, value); err == nil && inYears(day) {
		return day, day.AddDate(0, 0, 1), true
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil || !inYears(at) {
		c.fields.Add(field, "must be a date such as 2026-05-04 or a time such as 2026-05-04T03:02:01Z")
		return time.Time{}, time.Time{}, false
	}
	return at, at, true
}

// inYears leaves room for a day at both ends of what a Timestamp can hold.
func inYears(t time.Time) bool {
	year := t.UTC().Year()
	return 1 < year && year < 9999
}

// atOrAfter returns the first timestamp that is not before t.
func atOrAfter(t time.Time) Timestamp { return Stamp(t.Add(time.Millisecond - time.Nanosecond)) }

// before returns the last timestamp that is before t.
func before(t time.Time) Timestamp { return Stamp(t.Add(-time.Nanosecond)) }
