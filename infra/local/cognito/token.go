package cognito

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientflow/infra/local/wire"
)

// commonClaims are those that both kinds of token have.
func (o *session) commonClaims(now time.Time, life time.Duration) jwt.MapClaims {
	claims := jwt.MapClaims{
		"sub": o.user.sub, "iss": o.client.pool.Issuer, "origin_jti": o.origin, "event_id": o.event, "jti": wire.UUID(),
		"auth_time": o.started.Unix(), "iat": now.Unix(), "exp": now.Add(life).Unix(),
	}
	if len(o.user.groups) > 0 {
		claims["cognito:groups"] = o.user.groups
	}
	return claims
}

func (o *session) accessClaims(now time.Time) jwt.MapClaims {
	claims := o.commonClaims(now, shortLived.duration(o.client.AccessToken))
	claims["token_use"] = "access"
	claims["client_id"] = o.client.ID
	claims["username"] = o.user.sub
	claims["scope"] = "aws.cognito.signin.user.admin"
	return claims
}

func (o *session) idClaims(now time.Time) jwt.MapClaims {
	claims := o.commonClaims(now, shortLived.duration(o.client.IDToken))
	claims["token_use"] = "id"
	claims["aud"] = o.client.ID
	claims["cognito:username"] = o.user.sub
	claims["email_verified"] = o.user.verified
	for _, a := range o.user.attributes {
		claims[a.Name] = a.Value
	}
	return claims
}

func (o *session) sign(claims jwt.MapClaims) (string, error) {
	key, err := signingKey()
	if err != nil {
		return "", fmt.Errorf("make the signing key: %w", err)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header = map[string]any{"alg": "RS256", "kid": keyID(o.client.pool.ID, key)}
	return token.SignedString(key)
}

// userOfToken returns the user of an access token that is good for Cognito's own
// operations, which unlike API Gateway know of revocation.
func (s *Service) userOfToken(text string) (*user, error) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(text, claims, s.keyOf, jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(s.clock))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, notAuthorized("Access Token has expired")
	case err != nil || claims["token_use"] != "access":
		return nil, notAuthorized("Invalid Access Token")
	}
	subject, err := claims.GetSubject()
	if err != nil {
		return nil, notAuthorized("Invalid Access Token")
	}
	u, err := s.poolOfIssuer(claims).find(subject)
	if err != nil {
		return nil, err
	}
	return u, u.checkSession(claims["origin_jti"])
}

// checkSession wants the session of a token to be open.
func (u *user) checkSession(origin any) error {
	i := slices.IndexFunc(u.sessions, func(o *session) bool { return o.origin == origin })
	switch {
	case i < 0 || u.sessions[i].revoked:
		return notAuthorized("Access Token has been revoked")
	case u.disabled:
		return notAuthorized("User is disabled.")
	}
	return nil
}

// keyOf finds the key of the pool that issued a token.
func (s *Service) keyOf(token *jwt.Token) (any, error) {
	claims, isMap := token.Claims.(jwt.MapClaims)
	if !isMap {
		return nil, errors.New("claims of an unknown type")
	}
	p := s.poolOfIssuer(claims)
	key, err := signingKey()
	if err != nil {
		return nil, err
	}
	if p == nil || token.Header["kid"] != keyID(p.ID, key) {
		return nil, errors.New("not issued by a pool of this service")
	}
	return key.Public(), nil
}

func (s *Service) poolOfIssuer(claims jwt.MapClaims) *pool {
	for _, p := range s.pools {
		if claims["iss"] == p.Issuer {
			return p
		}
	}
	return nil
}
