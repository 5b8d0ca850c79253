package systeme

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filter tells whether a contact belongs in a list.
type filter func(*contact) bool

func (s *Simulator) listContacts(r *http.Request) answer {
	query := r.URL.Query()
	page, violations := parsePage(query)
	filters, refused := contactFilters(query)
	if violations = append(violations, refused...); len(violations) > 0 {
		return invalid(violations...)
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	ids, more := page.cut(s.account.candidates(query.Get("email")), func(id int64) bool {
		c := s.account.contacts[id]
		return !slices.ContainsFunc(filters, func(f filter) bool { return !f(c) })
	})
	list := collection[Contact]{Items: make([]Contact, len(ids)), HasMore: more}
	for i, id := range ids {
		list.Items[i] = s.account.show(s.account.contacts[id])
	}
	return ok(list)
}

// candidates are the ids that can be in a list: the one that has the email,
// ignoring case, or all.
func (a *account) candidates(email string) []int64 {
	if email == "" {
		return a.order
	}
	if id, found := a.byEmail[fold(email)]; found {
		return []int64{id}
	}
	return nil
}

// contactFilters reads every filter of the query. The email is only checked here,
// since candidates looks it up.
func contactFilters(query url.Values) ([]filter, []violation) {
	var filters []filter
	var violations []violation
	for _, parameter := range []struct {
		name  string
		parse func(string) (filter, bool)
	}{
		{"email", parseEmail},
		{"tags", parseTags},
		{"bounced", parseFlag(func(c *contact) bool { return c.Bounced })},
		{"unsubscribed", parseFlag(func(c *contact) bool { return c.Unsubscribed })},
		{"needsConfirmation", parseFlag(func(c *contact) bool { return c.NeedsConfirmation })},
		{"registeredBefore", parseRegistered(time.Time.Before)},
		{"registeredAfter", parseRegistered(time.Time.After)},
	} {
		text := query.Get(parameter.name)
		if text == "" {
			continue
		}
		filter, valid := parameter.parse(text)
		if !valid {
			violations = append(violations, violation{parameter.name, "This value is not valid.", codeOther})
			continue
		}
		filters = append(filters, filter)
	}
	return filters, violations
}

func parseEmail(text string) (filter, bool) {
	return func(*contact) bool { return true }, isEmail(text)
}

// parseTags reads ids with commas between; a contact must have all of them.
func parseTags(text string) (filter, bool) {
	var ids []int64
	for part := range strings.SplitSeq(text, ",") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, false
		}
		ids = append(ids, id)
	}
	return func(c *contact) bool {
		return !slices.ContainsFunc(ids, func(id int64) bool { return !slices.Contains(c.tagIDs, id) })
	}, true
}

func parseFlag(flag func(*contact) bool) func(string) (filter, bool) {
	return func(text string) (filter, bool) {
		want, err := strconv.ParseBool(text)
		return func(c *contact) bool { return flag(c) == want }, err == nil
	}
}

func parseRegistered(passes func(at, limit time.Time) bool) func(string) (filter, bool) {
	return func(text string) (filter, bool) {
		limit, err := time.Parse(time.RFC3339, text)
		return func(c *contact) bool { return passes(c.RegisteredAt.Time, limit) }, err == nil
	}
}
