package e2e_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")

	var renewed struct{ AccessToken, RefreshToken string }
	s.public(t, "POST", "/login/refresh", object{"refreshToken": john.refreshToken}).want(t, 200).decode(t, &renewed)
	if renewed.AccessToken == "" || renewed.RefreshToken == "" {
		t.Errorf("refreshed to %+v", renewed)
	}
	s.public(t, "POST", "/logout", object{"refreshToken": john.refreshToken}).want(t, 204)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": john.refreshToken}).want(t, 401)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": "nonsense"}).want(t, 401)

	unknown := s.public(t, "POST", "/login", object{"email": newAddress("nobody"), "password": password}).want(t, 401)
	wrong := s.public(t, "POST", "/login", object{"email": john.email, "password": password + "x"}).want(t, 401)
	if unknown.body != wrong.body {
		t.Errorf("sign-in tells who is known: %s, %s", unknown.body, wrong.body)
	}
}

func TestSignUpIsFinishedByRepeatingIt(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	address := newAddress("ib")
	document := object{"email": address, "name": "Canary", "password": password}
	s.public(t, "POST", "/signup", document).want(t, 201)
	s.public(t, "POST", "/login", object{"email": address, "password": password}).want(t, 403)
	s.public(t, "POST", "/signup", document).want(t, 201)
	s.public(t, "POST", "/signup/resend", object{"email": address}).want(t, 202)
	if got := s.public(t, "POST", "/signup/confirm", object{"email": address, "code": "000000x"}).want(t, 422).fields(t); len(got) != 1 || got[0] != "code" {
		t.Errorf("named %v", got)
	}
	s.public(t, "POST", "/signup/confirm", object{"email": address, "code": s.code(t, address)}).want(t, 204)
	b := &ib{site: s, email: address}
	b.signIn(t)
	b.get(t, "/me").want(t, 200)
	s.public(t, "POST", "/signup", document).want(t, 201) // known by now, and does not say so
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	known := s.public(t, "POST", "/password/forgot", object{"email": john.email}).want(t, 202)
	unknown := s.public(t, "POST", "/password/forgot", object{"email": newAddress("nobody")}).want(t, 202)
	if known.body != unknown.body {
		t.Errorf("it tells who is known: %s, %s", known.body, unknown.body)
	}
	code := s.code(t, john.email)
	if got := s.public(t, "POST", "/password/reset", object{"email": john.email, "code": code, "password": "short"}).want(t, 422).fields(t); len(got) != 1 || got[0] != "password" {
		t.Errorf("named %v", got)
	}
	s.public(t, "POST", "/password/reset", object{"email": john.email, "code": "999999x", "password": "Other-Pass-2!"}).want(t, 422)
	s.public(t, "POST", "/password/reset", object{"email": john.email, "code": code, "password": "Other-Pass-2!"}).want(t, 204)
	s.public(t, "POST", "/login", object{"email": john.email, "password": password}).want(t, 401)
	s.public(t, "POST", "/login", object{"email": john.email, "password": "Other-Pass-2!"}).want(t, 200)
}

// Whoever signed an address up first has given the account its password, though it is
// another who owns the address and confirms it. The owner finds out at the first sign-in,
// and chooses a new one, which shuts the other out.
func TestAPasswordThatIsResetShutsOutWhoHadTheOldOne(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	owner, other := &ib{site: s, email: newAddress("ib")}, &ib{site: s}
	other.email = owner.email
	s.mustRegister(t, other.email, "Other")
	const chosen = "Other-Pass-2!"
	s.public(t, "POST", "/signup", object{"email": owner.email, "name": "Canary", "password": chosen}).want(t, 201)
	s.ways().confirm(t, owner.email)
	s.public(t, "POST", "/login", object{"email": owner.email, "password": chosen}).want(t, 401)
	other.signIn(t)
	other.get(t, "/me").want(t, 200)

	s.public(t, "POST", "/password/forgot", object{"email": owner.email}).want(t, 202)
	s.public(t, "POST", "/password/reset", object{"email": owner.email, "code": s.code(t, owner.email), "password": chosen}).want(t, 204)
	s.public(t, "POST", "/login", object{"email": other.email, "password": password}).want(t, 401)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": other.refreshToken}).want(t, 401)
	other.get(t, "/me").want(t, 401)
	owner.signInWith(t, chosen)
	owner.get(t, "/me").want(t, 200)
}

// notTokens returns what may stand in an Authorization header and proves nobody, by
// what it is.
func (b *ib) notTokens() map[string]string {
	parts := strings.Split(b.token, ".")
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	return map[string]string{
		"none":              "",
		"not a token":       "Bearer nonsense",
		"an ID token":       "Bearer " + b.idToken,
		"a refresh token":   "Bearer " + b.refreshToken,
		"unsigned":          "Bearer " + header + "." + parts[1] + ".",
		"another signature": "Bearer " + parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"another scheme":    "Basic " + b.token,
	}
}

func TestOnlyAnAccessTokenOpensTheDashboard(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	for name, authorization := range john.notTokens() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, route := range routesFor(tenantScoped) {
				method, path := address(route, "0000000000000000000000000v")
				got := send(t, method, john.site.api+path, encode(t, registry[route].body),
					"Content-Type", "application/json", "Authorization", authorization)
				if got.status != 401 {
					t.Errorf("%s: %d %s", route, got.status, got.body)
				}
			}
		})
	}
}

func TestAPasswordIsChangedBySomeoneSignedIn(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	const other = "Other-Pass-2!"
	change := func(from, to string) answer {
		return john.send(t, "POST", "/me/password", object{"currentPassword": from, "newPassword": to, "email": sarah.email, "userId": sarah.userID})
	}
	if got := change("Canary-Wrong-1!", other).want(t, 422).fields(t); !slices.Equal(got, []string{"currentPassword"}) {
		t.Errorf("named %v", got)
	}
	if got := change(password, "short").want(t, 422).fields(t); !slices.Equal(got, []string{"newPassword"}) {
		t.Errorf("named %v", got)
	}
	change(password, other).want(t, 204)
	john.get(t, "/me").want(t, 200)
	s.public(t, "POST", "/login", object{"email": john.email, "password": password}).want(t, 401)
	s.public(t, "POST", "/login", object{"email": john.email, "password": other}).want(t, 200)
	for range 3 {
		change("Canary-Wrong-1!", password).want(t, 422)
	}
	change(other, password).want(t, 429)
	sarah.signIn(t)
}

func TestAllSessionsAreEndedFromOne(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustAdmin(t), s.mustSignUp(t, "Sarah")
	elsewhere := *john
	elsewhere.signIn(t)
	john.send(t, "POST", "/me/sessions/revoke", nil).want(t, 204)
	for _, b := range []*ib{john, &elsewhere} {
		s.public(t, "POST", "/login/refresh", object{"refreshToken": b.refreshToken}).want(t, 401)
		for _, route := range routesFor(tenantScoped, admins) {
			method, path := address(route, "00000000000000000000000000")
			b.send(t, method, path, registry[route].body).want(t, 401)
		}
	}
	john.signIn(t)
	john.get(t, "/me").want(t, 200)
	sarah.get(t, "/me").want(t, 200)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": sarah.refreshToken}).want(t, 200)
}
