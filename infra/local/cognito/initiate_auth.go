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

// refreshAuth gives new tokens, and lets the refresh token be what it is.
func (s *Service) refreshAuth(c *client, parameters map[string]string) (any, error) {
	token := parameters["REFRESH_TOKEN"]
	if token == "" {
		return nil, invalid("Missing required parameter REFRESH_TOKEN")
	}
	now := s.clock()
	opened, known := s.sessions[token]
	switch {
	case !known || opened.client != c:
		return nil, notAuthorized("Invalid Refresh Token")
	case opened.revoked:
		return nil, notAuthorized("Refresh Token has been revoked")
	case !now.Before(opened.expires):
		return nil, notAuthorized("Refresh Token has expired")
	case opened.user.disabled:
		return nil, notAuthorized("User is disabled.")
	}
	result, err := s.tokens(opened, now)
	if err != nil {
		return nil, err
	}
	return authentication(result), nil
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
