package cognito

import (
	"cmp"
	"slices"

	"clientflow/infra/local/wire"
)

type createGroupInput struct {
	inPool
	GroupName   string
	Description string
	Precedence  *int
}

func (s *Service) createGroup(p *pool, in createGroupInput) (any, error) {
	g := group{name: in.GroupName, description: in.Description, precedence: in.Precedence, created: s.clock()}
	if err := p.addGroup(g); err != nil {
		return nil, err
	}
	return map[string]any{"Group": p.describeGroup(g)}, nil
}

func (p *pool) addGroup(g group) error {
	if g.name == "" {
		return invalid("1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must not be null")
	}
	if _, exists := p.groups[g.name]; exists {
		return wire.Errorf("GroupExistsException", "A group with the name already exists.")
	}
	p.groups[g.name] = g
	return nil
}

type groupDescription struct {
	GroupName        string
	UserPoolID       string `json:"UserPoolId"`
	Description      string `json:",omitempty"`
	Precedence       *int   `json:",omitempty"`
	CreationDate     epoch
	LastModifiedDate epoch
}

func (p *pool) describeGroup(g group) groupDescription {
	return groupDescription{
		GroupName: g.name, UserPoolID: p.ID, Description: g.description, Precedence: g.precedence,
		CreationDate: epoch(g.created), LastModifiedDate: epoch(g.created),
	}
}

type userInGroupInput struct {
	inUser
	GroupName string
}

// member finds the user and the group that a request names.
func (p *pool) member(in userInGroupInput) (*user, error) {
	u, err := p.find(in.Username)
	if err != nil {
		return nil, err
	}
	if _, known := p.groups[in.GroupName]; !known {
		return nil, wire.Errorf("ResourceNotFoundException", "Group not found.")
	}
	return u, nil
}

func (s *Service) adminAddUserToGroup(p *pool, in userInGroupInput) (any, error) {
	u, err := p.member(in)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(u.groups, in.GroupName) {
		u.groups = append(u.groups, in.GroupName)
		slices.Sort(u.groups)
	}
	return nil, nil
}

func (s *Service) adminRemoveUserFromGroup(p *pool, in userInGroupInput) (any, error) {
	u, err := p.member(in)
	if err != nil {
		return nil, err
	}
	u.groups = slices.DeleteFunc(u.groups, func(name string) bool { return name == in.GroupName })
	return nil, nil
}

func (s *Service) adminListGroupsForUser(p *pool, u *user) (any, error) {
	groups := make([]groupDescription, 0, len(u.groups))
	for _, name := range u.groups {
		groups = append(groups, p.describeGroup(p.groups[name]))
	}
	return map[string]any{"Groups": groups}, nil
}

type listUsersInGroupInput struct {
	inPool
	GroupName string
	Limit     int
	NextToken string
}

// listUsersInGroup answers with the members that a list of all users would have on one
// page.
func (s *Service) listUsersInGroup(p *pool, in listUsersInGroupInput) (any, error) {
	if _, known := p.groups[in.GroupName]; !known {
		return nil, wire.Errorf("ResourceNotFoundException", "Group not found.")
	}
	if in.Limit < 0 || in.Limit > mostUsers {
		return nil, invalid("Value '%d' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60", in.Limit)
	}
	rest, err := p.usersFrom(in.NextToken)
	if err != nil {
		return nil, err
	}
	members := slices.DeleteFunc(slices.Clone(rest), func(u *user) bool { return !slices.Contains(u.groups, in.GroupName) })
	answer := map[string]any{}
	if limit := cmp.Or(in.Limit, mostUsers); len(members) > limit {
		answer["NextToken"] = members[limit].sub
		members = members[:limit]
	}
	answer["Users"] = describeUsers(members, nil)
	return answer, nil
}
