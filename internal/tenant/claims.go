package tenant

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientflow/internal/env"
)

// AdminGroup is the Cognito group whose members may call the admin's routes.
const AdminGroup = "admins"

// ErrUnverified is the answer to claims that do not prove a tenant. It does not
// say which check failed: that would help only an attacker.
var ErrUnverified = errors.New("claims do not prove a tenant")

// Caller is who a verified access token belongs to.
type Caller struct {
	// Tenant is the caller's own tenant.
	Tenant ID
	// Admin tells whether the caller is in the group admins.
	Admin bool
	// IssuedAt is the second in which the token was made; the beginning of 1970 for
	// one that does not say.
	IssuedAt time.Time
}

// Verifier checks the claims that the JWT authorizer passes on. The authorizer
// has checked the signature; what it does not tell apart (an ID token from an
// access token, for one) is checked here, and what it does is checked again.
type Verifier struct {
	// Issuer is the user pool's issuer URL.
	Issuer string
	// ClientID is the user pool client that tokens must be made for.
	ClientID string
	// Now is the clock.
	Now func() time.Time
}

// ReadVerifier reads which user pool and client tokens must be of.
func ReadVerifier(settings *env.Reader) Verifier {
	return Verifier{
		Issuer:   settings.Text("TOKEN_ISSUER", "the user pool whose tokens are taken"),
		ClientID: settings.Text("USER_POOL_CLIENT_ID", "the user pool client whose tokens are taken"),
		Now:      time.Now,
	}
}

// Verify returns the caller that the claims prove, or ErrUnverified. Claims are
// given as HTTP APIs pass them on: every value a string.
func (v Verifier) Verify(claims map[string]string) (Caller, error) {
	expires, err := strconv.ParseInt(claims["exp"], 10, 64)
	proven := err == nil &&
		v.Issuer != "" && claims["iss"] == v.Issuer &&
		v.ClientID != "" && claims["client_id"] == v.ClientID &&
		claims["token_use"] == "access" &&
		v.Now().Before(time.Unix(expires, 0)) &&
		subject.MatchString(claims["sub"])
	if !proven {
		return Caller{}, ErrUnverified
	}
	issued, err := strconv.ParseInt(claims["iat"], 10, 64)
	if err != nil {
		issued = 0
	}
	return Caller{
		Tenant:   ID{claims["sub"]},
		Admin:    slices.Contains(groups(claims["cognito:groups"]), AdminGroup),
		IssuedAt: time.Unix(issued, 0),
	}, nil
}

// groups reads a list claim, which HTTP APIs pass on as "[a b]".
func groups(claim string) []string {
	return strings.Fields(strings.TrimSuffix(strings.TrimPrefix(claim, "["), "]"))
}
