package cognito

import (
	"regexp"
	"slices"
	"strings"
)

// mostUsers is the size of a page, and its default.
const mostUsers = 60

type listUsersInput struct {
	inPool
	Filter          string
	Limit           int
	PaginationToken string
	AttributesToGet []string
}

func (s *Service) listUsers(p *pool, in listUsersInput) (any, error) {
	if in.Limit < 0 || in.Limit > mostUsers {
		return nil, invalid("Value '%d' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60", in.Limit)
	}
	matches, err := parseUserFilter(in.Filter)
	if err != nil {
		return nil, err
	}
	rest, err := p.usersFrom(in.PaginationToken)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(slices.Clone(rest), func(u *user) bool { return !matches(u) })
	limit := in.Limit
	if limit == 0 {
		limit = mostUsers
	}
	answer := map[string]any{}
	if len(found) > limit {
		answer["PaginationToken"] = found[limit].sub
		found = found[:limit]
	}
	answer["Users"] = describeUsers(found, in.AttributesToGet)
	return answer, nil
}

// usersFrom returns the users that a pagination token begins with; it is the
// first one's sub.
func (p *pool) usersFrom(token string) ([]*user, error) {
	if token == "" {
		return p.users, nil
	}
	i := slices.IndexFunc(p.users, func(u *user) bool { return u.sub == token })
	if i < 0 {
		return nil, invalid("Invalid pagination token given.")
	}
	return p.users[i:], nil
}

func describeUsers(users []*user, names []string) []userDescription {
	descriptions := make([]userDescription, 0, len(users))
	for _, u := range users {
		d := u.describe()
		d.Attributes = u.allAttributes()
		if len(names) > 0 {
			d.Attributes = slices.DeleteFunc(d.Attributes, func(a attribute) bool { return !slices.Contains(names, a.Name) })
		}
		descriptions = append(descriptions, d)
	}
	return descriptions
}

var userFilter = regexp.MustCompile(`^\s*"?([a-z_:]+)"?\s*(=|\^=)\s*"(.*)"\s*$`)

// parseUserFilter reads a filter such as `email ^= "john@"`.
func parseUserFilter(text string) (func(*user) bool, error) {
	if text == "" {
		return func(*user) bool { return true }, nil
	}
	parts := userFilter.FindStringSubmatch(text)
	if parts == nil {
		return nil, invalid("Error while parsing filter.")
	}
	attributes := map[string]func(*user) string{
		"email":               func(u *user) string { return u.email },
		"name":                func(u *user) string { return u.attribute("name") },
		"sub":                 func(u *user) string { return u.sub },
		"username":            func(u *user) string { return u.sub },
		"cognito:user_status": (*user).status,
	}
	value, known := attributes[parts[1]]
	if !known {
		return nil, invalid("Invalid search attribute: %s", parts[1])
	}
	wanted := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(parts[3])
	if parts[2] == "=" {
		return func(u *user) bool { return strings.EqualFold(value(u), wanted) }, nil
	}
	return func(u *user) bool { return strings.HasPrefix(strings.ToLower(value(u)), strings.ToLower(wanted)) }, nil
}
