package cognito

import (
	"encoding/json"
	"strings"

	"clientflow/infra/local/wire"
)

type signUpInput struct {
	inProof
	Password       string
	UserAttributes []attribute
	ValidationData json.RawMessage // for triggers, of which there are none
}

func (s *Service) signUp(c *client, in signUpInput) (any, error) {
	if at := strings.IndexByte(in.Username, '@'); at < 1 || at == len(in.Username)-1 || len(in.Username) > 128 {
		return nil, invalid("Username should be an email.")
	}
	if err := c.pool.checkAttributes(in.Username, in.UserAttributes); err != nil {
		return nil, err
	}
	if err := c.pool.Password.check(in.Password); err != nil {
		return nil, err
	}
	if _, err := c.pool.find(in.Username); err == nil {
		return nil, wire.Errorf("UsernameExistsException", "User already exists")
	}
	u := s.newUser(c.pool, in)
	err := s.sendSignUpCode(u)
	if err == nil || s.mail.keepsUsers() {
		c.pool.users = append(c.pool.users, u)
	}
	if err != nil {
		return nil, err
	}
	answer := deliveryTo(u.email)
	answer["UserConfirmed"], answer["UserSub"] = false, u.sub
	return answer, nil
}

func (s *Service) newUser(p *pool, in signUpInput) *user {
	now := s.clock()
	u := &user{pool: p, sub: newSub(), email: strings.ToLower(in.Username), password: newPassword(in.Password), created: now, modified: now}
	for _, a := range in.UserAttributes {
		if a.Name != "email" {
			u.attributes = append(u.attributes, a)
		}
	}
	u.attributes = append(u.attributes, attribute{"email", u.email})
	return u
}

func (s *Service) sendSignUpCode(u *user) error {
	now := s.clock()
	if err := u.signUp.renew(now, signUpCodeLife); err != nil {
		return err
	}
	return s.mail.send(Mail{To: u.email, Subject: "Your verification code", Code: u.signUp.digits, SentAt: now})
}

type confirmSignUpInput struct {
	inProof
	ConfirmationCode   string
	ForceAliasCreation bool // without meaning where there are no aliases
}

// confirmSignUp answers for an unknown user as for one whose code has expired,
// when the client is not to tell.
func (s *Service) confirmSignUp(c *client, in confirmSignUpInput) (any, error) {
	u, err := c.pool.find(in.Username)
	switch {
	case err != nil && c.HideUnknownUsers:
		return nil, expiredCode()
	case err != nil:
		return nil, err
	case u.confirmed:
		return nil, notAuthorized("User cannot be confirmed. Current status is CONFIRMED")
	}
	now := s.clock()
	if err := u.signUp.use(in.ConfirmationCode, now); err != nil {
		return nil, err
	}
	u.confirmed, u.verified, u.modified = true, true, now
	return nil, nil
}

func (s *Service) resendConfirmationCode(c *client, in inProof) (any, error) {
	u, err := c.pool.find(in.Username)
	switch {
	case err != nil && c.HideUnknownUsers:
		return deliveryTo(in.Username), nil
	case err != nil:
		return nil, err
	case u.confirmed:
		return nil, invalid("User is already confirmed.")
	}
	if err := s.sendSignUpCode(u); err != nil {
		return nil, err
	}
	return deliveryTo(u.email), nil
}
