package cognito

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"clientflow/infra/local/wire"
)

// session is one sign-in: all tokens that come of it share its origin.
type session struct {
	client           *client
	user             *user
	refreshToken     string
	origin, event    string // origin_jti and event_id of its tokens
	started, expires time.Time
	revoked          bool
}

// openSession starts a session, and forgets those of the user that are over.
func (s *Service) openSession(c *client, u *user, now time.Time) *session {
	u.sessions = slices.DeleteFunc(u.sessions, func(old *session) bool {
		over := !now.Before(old.expires)
		if over {
			delete(s.sessions, old.refreshToken)
		}
		return over
	})
	opened := &session{
		client: c, user: u, refreshToken: rand.Text() + rand.Text() + rand.Text(),
		origin: wire.UUID(), event: wire.UUID(), started: now, expires: now.Add(longLived.duration(c.RefreshToken)),
	}
	u.sessions = append(u.sessions, opened)
	s.sessions[opened.refreshToken] = opened
	return opened
}

// revokeAll ends every session of a user.
func (u *user) revokeAll() {
	for _, open := range u.sessions {
		open.revoked = true
	}
}

type revokeTokenInput struct {
	inClient
	ClientSecret string
	Token        string
}

// revokeToken ends the session of a refresh token; one that is ended already
// stays so. Cognito's documentation lists the errors but not which of them a
// token gets that never was one, or a secret that is wrong: callers must be ready for any.
func (s *Service) revokeToken(c *client, in revokeTokenInput) (any, error) {
	opened, known := s.sessions[in.Token]
	switch {
	case !c.knows(in.ClientSecret):
		return nil, wire.Errorf("UnauthorizedException", "Invalid client secret for client %s", c.ID)
	case !c.Revocation:
		return nil, wire.Errorf("UnsupportedOperationException", "Revocation is not enabled for this client")
	case strings.Count(in.Token, ".") == 2:
		return nil, wire.Errorf("UnsupportedTokenTypeException", "Unsupported token type")
	case !known:
		return nil, invalid("Invalid Refresh Token")
	case opened.client != c:
		return nil, wire.Errorf("UnauthorizedException", "The token was not issued to this client")
	}
	opened.revoked = true
	return nil, nil
}

// globalSignOut ends every session of the caller.
func (s *Service) globalSignOut(u *user, _ inToken) (any, error) {
	u.revokeAll()
	return nil, nil
}

// getUser describes the caller.
func (s *Service) getUser(u *user, _ inToken) (any, error) {
	return map[string]any{"Username": u.sub, "UserAttributes": u.allAttributes()}, nil
}
