package cognito

import "slices"

// inUser is part of every request of an administrator about one user.
type inUser struct {
	inPool
	Username       string
	ClientMetadata map[string]string // for triggers, of which there are none
}

// onUser finds the user that a request names.
func onUser(do func(*pool, *user) (any, error)) func(*pool, inUser) (any, error) {
	return func(p *pool, in inUser) (any, error) {
		u, err := p.find(in.Username)
		if err != nil {
			return nil, err
		}
		return do(p, u)
	}
}

type userDescription struct {
	Username             string
	Attributes           []attribute `json:",omitempty"`
	UserAttributes       []attribute `json:",omitempty"`
	Enabled              bool
	UserStatus           string
	UserCreateDate       epoch
	UserLastModifiedDate epoch
}

func (u *user) describe() userDescription {
	return userDescription{
		Username: u.sub, Enabled: !u.disabled, UserStatus: u.status(),
		UserCreateDate: epoch(u.created), UserLastModifiedDate: epoch(u.modified),
	}
}

func (s *Service) adminGetUser(_ *pool, u *user) (any, error) {
	d := u.describe()
	d.UserAttributes = u.allAttributes()
	return d, nil
}

// adminConfirmSignUp confirms the user but verifies no email, as in Cognito:
// such a user cannot reset its password.
func (s *Service) adminConfirmSignUp(_ *pool, u *user) (any, error) {
	if u.confirmed {
		return nil, notAuthorized("User cannot be confirmed. Current status is CONFIRMED")
	}
	u.confirmed, u.modified = true, s.clock()
	return nil, nil
}

func (s *Service) adminDeleteUser(p *pool, u *user) (any, error) {
	p.users = slices.DeleteFunc(p.users, func(other *user) bool { return other == u })
	for _, open := range u.sessions {
		delete(s.sessions, open.refreshToken)
	}
	return nil, nil
}

// adminDisableUser also ends the user's sessions.
func (s *Service) adminDisableUser(_ *pool, u *user) (any, error) {
	u.disabled, u.modified = true, s.clock()
	u.revokeAll()
	return nil, nil
}

func (s *Service) adminEnableUser(_ *pool, u *user) (any, error) {
	u.disabled, u.modified = false, s.clock()
	return nil, nil
}

func (s *Service) adminUserGlobalSignOut(_ *pool, u *user) (any, error) {
	u.revokeAll()
	return nil, nil
}
