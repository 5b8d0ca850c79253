package eventsource

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cron is an expression of EventBridge: minutes, hours, day of the month, month,
// day of the week and year. Each field holds the values that fit. It does not
// know L, W and #.
type cron struct {
	minute, hour, day, month, weekday, year []int
}

// horizon is how far Next looks: a date such as 29 February comes within it.
const horizon = 9 * 366

func parseCron(text string) (Schedule, error) {
	parts := strings.Fields(text)
	if len(parts) != 6 {
		return nil, fmt.Errorf("a cron expression has six fields, not %d", len(parts))
	}
	if (parts[2] == "?") == (parts[4] == "?") {
		return nil, fmt.Errorf("one of the day of the month and the day of the week must be ?")
	}
	var c cron
	for i, field := range []struct {
		name        string
		target      *[]int
		least, most int
		names       []string
	}{
		{"minute", &c.minute, 0, 59, nil},
		{"hour", &c.hour, 0, 23, nil},
		{"day of the month", &c.day, 1, 31, nil},
		{"month", &c.month, 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
		{"day of the week", &c.weekday, 1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
		{"year", &c.year, 1970, 2199, nil},
	} {
		var err error
		if *field.target, err = parseField(parts[i], field.least, field.most, field.names); err != nil {
			return nil, fmt.Errorf("%s %q: %w", field.name, parts[i], err)
		}
	}
	return c, nil
}

// parseField returns the values of a field: *, ?, numbers, names, ranges a-b and
// steps /n, in a list.
func parseField(text string, least, most int, names []string) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			var err error
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return nil, fmt.Errorf("a step is a number above 0")
			}
		}
		from, to, err := parseSpan(span, least, most, names, stepped)
		if err != nil {
			return nil, err
		}
		for value := from; value <= to; value += step {
			all = append(all, value)
		}
	}
	slices.Sort(all)
	return all, nil
}

func parseSpan(text string, least, most int, names []string, stepped bool) (from, to int, err error) {
	if text == "*" || text == "?" {
		return least, most, nil
	}
	first, last, isRange := strings.Cut(text, "-")
	if from, err = parseValue(first, least, most, names); err != nil {
		return 0, 0, err
	}
	switch {
	case isRange:
		to, err = parseValue(last, from, most, names)
	case stepped:
		to = most
	default:
		to = from
	}
	return from, to, err
}

func parseValue(text string, least, most int, names []string) (int, error) {
	value, err := strconv.Atoi(text)
	if i := slices.Index(names, strings.ToUpper(text)); i >= 0 {
		value, err = i+1, nil
	}
	if err != nil || value < least || value > most {
		return 0, fmt.Errorf("the local AWS knows only numbers from %d to %d, their names, ranges and steps here", least, most)
	}
	return value, nil
}

// Next implements Schedule.
func (c cron) Next(after time.Time) time.Time {
	start := after.UTC().Truncate(time.Minute).Add(time.Minute)
	day := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
	for range horizon {
		if c.fits(day) {
			for _, hour := range c.hour {
				for _, minute := range c.minute {
					at := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
					if !at.Before(start) {
						return at
					}
				}
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}
}

func (c cron) fits(day time.Time) bool {
	return slices.Contains(c.year, day.Year()) && slices.Contains(c.month, int(day.Month())) &&
		slices.Contains(c.day, day.Day()) && slices.Contains(c.weekday, int(day.Weekday())+1)
}
