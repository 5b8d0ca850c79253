package cognito

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"

	"clientflow/infra/local/wire"
)

type createUserInput struct {
	inPool
	Username       string
	UserAttributes []attribute
	MessageAction  string
	ClientMetadata json.RawMessage // for triggers, of which there are none
}

// adminCreateUser makes a user whom nobody told of it. One who is to be mailed an
// invitation is not played.
func (s *Service) adminCreateUser(p *pool, in createUserInput) (any, error) {
	if in.MessageAction != "SUPPRESS" {
		return nil, invalid("The local AWS invites nobody: MessageAction must be SUPPRESS.")
	}
	if !strings.Contains(in.Username, "@") {
		return nil, invalid("Username should be an email.")
	}
	verified := attribute{"email_verified", "true"}
	given := slices.DeleteFunc(slices.Clone(in.UserAttributes), func(a attribute) bool { return a.Name == verified.Name })
	if err := p.checkAttributes(in.Username, given); err != nil {
		return nil, err
	}
	if _, err := p.find(in.Username); err == nil {
		return nil, wire.Errorf("UsernameExistsException", "User account already exists")
	}
	u := s.newUser(p, signUpInput{inProof: inProof{Username: in.Username}, Password: rand.Text(), UserAttributes: given})
	u.invited, u.verified = true, slices.Contains(in.UserAttributes, verified)
	p.users = append(p.users, u)
	d := u.describe()
	d.Attributes = u.allAttributes()
	return map[string]any{"User": d}, nil
}

type setPasswordInput struct {
	inUser
	Password  string
	Permanent bool
}

// adminSetUserPassword lets the user sign in. A password that must be changed at once
// is not played.
func (s *Service) adminSetUserPassword(p *pool, in setPasswordInput) (any, error) {
	u, err := p.find(in.Username)
	if err != nil {
		return nil, err
	}
	if !in.Permanent {
		return nil, invalid("The local AWS has no temporary passwords: Permanent must be true.")
	}
	if err := p.Password.check(in.Password); err != nil {
		return nil, err
	}
	u.password, u.failures, u.confirmed, u.modified = newPassword(in.Password), failures{}, true, s.clock()
	return nil, nil
}
