package systeme

import (
	"net/url"
	"slices"
	"strconv"
)

// page is what a list call asks for.
type page struct {
	limit         int
	startingAfter int64
	ascending     bool
}

// collection is the body of a list.
type collection[T any] struct {
	Items   []T  `json:"items"`
	HasMore bool `json:"hasMore"`
}

const (
	minLimit = 10
	maxLimit = 100
)

// parsePage reads limit, startingAfter and order; an empty parameter is an absent
// one.
func parsePage(query url.Values) (page, []violation) {
	p := page{limit: minLimit}
	var violations []violation
	refuse := func(parameter string) {
		violations = append(violations, violation{"pagination." + parameter,
			"Wrong value of pagination " + parameter + " parameter", codeOther})
	}
	if text := query.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < minLimit || limit > maxLimit {
			refuse("limit")
		}
		p.limit = limit
	}
	if text := query.Get("startingAfter"); text != "" {
		after, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			refuse("startingAfter")
		}
		p.startingAfter = after
	}
	switch query.Get("order") {
	case "", "desc":
	case "asc":
		p.ascending = true
	default:
		refuse("order")
	}
	return p, violations
}

// cut picks the page out of ascending ids, taking those that match.
func (p page) cut(ids []int64, matches func(int64) bool) (picked []int64, more bool) {
	ids = slices.Clone(ids)
	if !p.ascending {
		slices.Reverse(ids)
	}
	for _, id := range ids {
		if p.passed(id) || !matches(id) {
			continue
		}
		if len(picked) == p.limit {
			return picked, true
		}
		picked = append(picked, id)
	}
	return picked, false
}

// passed tells whether an earlier page held the id, or would have.
func (p page) passed(id int64) bool {
	switch {
	case p.startingAfter == 0:
		return false
	case p.ascending:
		return id <= p.startingAfter
	default:
		return id >= p.startingAfter
	}
}
