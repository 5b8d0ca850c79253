package cognito

// forgotPassword answers for an unknown or disabled user as if a code had been
// sent, when the client is not to tell. A user whose email is not verified gets
// an error all the same, as in Cognito.
func (s *Service) forgotPassword(c *client, in inProof) (any, error) {
	u, err := c.pool.find(in.Username)
	switch {
	case c.HideUnknownUsers && (err != nil || u.disabled):
		return deliveryTo(in.Username), nil
	case err != nil:
		return nil, err
	case u.disabled:
		return nil, notAuthorized("User is disabled.")
	case !u.verified:
		return nil, invalid("Cannot reset password for the user as there is no registered/verified email or phone_number")
	}
	now := s.clock()
	if err := u.reset.renew(now, resetCodeLife); err != nil {
		return nil, err
	}
	if err := s.mail.send(Mail{To: u.email, Subject: "Your password reset code", Code: u.reset.digits, SentAt: now}); err != nil {
		return nil, err
	}
	return deliveryTo(u.email), nil
}

type confirmForgotPasswordInput struct {
	inProof
	ConfirmationCode string
	Password         string
}

// confirmForgotPassword looks at the new password first, so that a weak one does
// not spend the code.
func (s *Service) confirmForgotPassword(c *client, in confirmForgotPasswordInput) (any, error) {
	if err := c.pool.Password.check(in.Password); err != nil {
		return nil, err
	}
	u, err := c.pool.find(in.Username)
	switch {
	case c.HideUnknownUsers && (err != nil || u.disabled):
		return nil, codeMismatch()
	case err != nil:
		return nil, err
	case u.disabled:
		return nil, notAuthorized("User is disabled.")
	}
	now := s.clock()
	if err := u.reset.use(in.ConfirmationCode, now); err != nil {
		return nil, err
	}
	u.password, u.failures, u.modified = newPassword(in.Password), failures{}, now
	return nil, nil
}

type changePasswordInput struct {
	inToken
	PreviousPassword string
	ProposedPassword string
}

func (s *Service) changePassword(u *user, in changePasswordInput) (any, error) {
	now := s.clock()
	if err := u.changes.take(now, maxChanges); err != nil {
		return nil, err
	}
	if err := u.signIn(in.PreviousPassword, now); err != nil {
		return nil, err
	}
	if err := u.pool.Password.check(in.ProposedPassword); err != nil {
		return nil, err
	}
	u.password, u.modified = newPassword(in.ProposedPassword), now
	return nil, nil
}
