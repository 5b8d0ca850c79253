package cognito

import (
	"time"

	"clientflow/infra/local/wire"
)

type initiateAuthInput struct {
	inClient
	AuthFlow       string
	AuthParameters map[string]string
}

func (s *Service) initiateAuth(c *client, in initiateAuthInput) (any, error) {
	flows := map[string]struct {
		allowed string
		run     func(*client, map[string]string) (any, error)
	}{
		"USER_PASSWORD_AUTH": {"USER_PASSWORD_AUTH", s.passwordAuth},
		"REFRESH_TOKEN_AUTH": {"REFRESH_TOKEN_AUTH", s.refreshAuth},
		"REFRESH_TOKEN":      {"REFRESH_TOKEN_AUTH", s.refreshAuth},
	}
	flow, known := flows[in.AuthFlow]
	if !known {
		return nil, invalid("The local AWS does not have the flow %s", in.AuthFlow)
	}
	if !c.allows(flow.allowed) {
		return nil, invalid("%s flow not enabled for this client", in.AuthFlow)
	}
	return flow.run(c, in.AuthParameters)
}

// passwordAuth says that a user is disabled or not confirmed only to who knows
// the password.
func (s *Service) passwordAuth(c *client, parameters map[string]string) (any, error) {
	for _, name := range []string{"USERNAME", "PASSWORD"} {
		if parameters[name] == "" {
			return nil, invalid("Missing required parameter %s", name)
		}
	}
	if err := c.verify(parameters["SECRET_HASH"], parameters["USERNAME"]); err != nil {
		return nil, err
	}
	u, err := c.pool.find(parameters["USERNAME"])
	if err != nil {
		if c.HideUnknownUsers {
			return nil, wrongPassword()
		}
		return nil, err
	}
	now := s.clock()
	if err := u.signIn(parameters["PASSWORD"], now); err != nil {
		return nil, err
	}
	switch {
	case u.disabled:
		return nil, notAuthorized("User is disabled.")
	case !u.confirmed:
		return nil, wire.Errorf("UserNotConfirmedException", "User is not confirmed.")
	}
	opened := s.openSession(c, u, now)
	result, err := s.tokens(opened, now)
	if err != nil {
		return nil, err
	}
	result.RefreshToken = opened.refreshToken
	return authentication(result), nil
}

// refreshAuth gives new tokens, and lets the refresh token be what it is. A client
// with a secret must know whose it is, by the user name that Cognito gave.
func (s *Service) refreshAuth(c *client, parameters map[string]string) (any, error) {
	token := parameters["REFRESH_TOKEN"]
	if token == "" {
		return nil, invalid("Missing required parameter REFRESH_TOKEN")
	}
	if opened, known := s.sessions[token]; known {
		if err := c.verify(parameters["SECRET_HASH"], opened.user.sub); err != nil {
			return nil, err
		}
	}
	result, err := s.refreshed(c, token)
	if err != nil {
		return nil, err
	}
	return authentication(result), nil
}

type refreshInput struct {
	inClient
	ClientSecret string
	RefreshToken string
}

// getTokensFromRefreshToken does so too, for who sends the secret itself. The client's
// flows need not allow it.
func (s *Service) getTokensFromRefreshToken(c *client, in refreshInput) (any, error) {
	switch {
	case in.RefreshToken == "":
		return nil, invalid("Missing required parameter RefreshToken")
	case !c.knows(in.ClientSecret):
		return nil, notAuthorized("Invalid client secret for client %s", c.ID)
	}
	result, err := s.refreshed(c, in.RefreshToken)
	if err != nil {
		return nil, err
	}
	return map[string]any{"AuthenticationResult": result}, nil
}

// refreshed makes new tokens for a session that is open.
func (s *Service) refreshed(c *client, token string) (authenticationResult, error) {
	now := s.clock()
	opened, known := s.sessions[token]
	switch {
	case !known || opened.client != c:
		return authenticationResult{}, notAuthorized("Invalid Refresh Token")
	case opened.revoked:
		return authenticationResult{}, notAuthorized("Refresh Token has been revoked")
	case !now.Before(opened.expires):
		return authenticationResult{}, notAuthorized("Refresh Token has expired")
	case opened.user.disabled:
		return authenticationResult{}, notAuthorized("User is disabled.")
	}
	return s.tokens(opened, now)
}

type authenticationResult struct {
	AccessToken  string
	IDToken      string `json:"IdToken"`
	RefreshToken string `json:",omitempty"`
	ExpiresIn    int    // seconds, of the access token
	TokenType    string
}

func authentication(result authenticationResult) any {
	return map[string]any{"AuthenticationResult": result, "ChallengeParameters": map[string]string{}}
}

// tokens makes an access token and an ID token for a session.
func (s *Service) tokens(opened *session, now time.Time) (authenticationResult, error) {
	access, err := opened.sign(opened.accessClaims(now))
	if err != nil {
		return authenticationResult{}, err
	}
	id, err := opened.sign(opened.idClaims(now))
	if err != nil {
		return authenticationResult{}, err
	}
	life := shortLived.duration(opened.client.AccessToken)
	return authenticationResult{AccessToken: access, IDToken: id, ExpiresIn: int(life.Seconds()), TokenType: "Bearer"}, nil
}
