package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Authorizer is a JWT authorizer: it takes RS256 tokens of one issuer for some
// audiences.
type Authorizer struct {
	issuer   string
	audience []string
	keys     *keySet
	parser   *jwt.Parser
}

// NewAuthorizer returns an authorizer for tokens of the issuer, whose keys are at
// <issuer>/.well-known/jwks.json. A token's aud, or where it has none its
// client_id, must be one of the audience.
func NewAuthorizer(issuer string, audience []string, clock func() time.Time) *Authorizer {
	return &Authorizer{
		issuer:   issuer,
		audience: audience,
		keys:     newKeySet(issuer+"/.well-known/jwks.json", clock),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{"RS256"}),
			jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(),
			jwt.WithIssuer(issuer),
			jwt.WithTimeFunc(clock),
			jwt.WithJSONNumber(),
		),
	}
}

// token is a token that holds.
type token struct {
	claims jwt.MapClaims
	// scopes are those that the token has, when the route asked for some.
	scopes []string
}

// authorize checks the token of a request. Its errors are a *refusal, or that
// the issuer's keys could not be had.
func (a *Authorizer) authorize(r *http.Request, scopes []string) (*token, error) {
	header := r.Header.Get("Authorization")
	raw := strings.TrimSpace(header)
	if scheme, rest, ok := strings.Cut(raw, " "); ok && strings.EqualFold(scheme, "Bearer") {
		raw = strings.TrimSpace(rest)
	}
	if raw == "" {
		return nil, &refusal{http.StatusUnauthorized, "Bearer"}
	}
	claims := jwt.MapClaims{}
	if _, err := a.parser.ParseWithClaims(raw, claims, a.key(r)); err != nil {
		return nil, challenge(err)
	}
	if !a.accepts(claims) {
		return nil, unauthorized("the token does not have a valid audience")
	}
	if len(scopes) == 0 {
		return &token{claims: claims}, nil
	}
	held := strings.Fields(text(claims["scope"]))
	if !slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(held, s) }) {
		return nil, &refusal{http.StatusForbidden, fmt.Sprintf(`Bearer scope=%q error="insufficient_scope" error_description="the token does not have a required scope"`, strings.Join(scopes, " "))}
	}
	return &token{claims, held}, nil
}

// key finds the key that a token says it is signed with.
func (a *Authorizer) key(r *http.Request) jwt.Keyfunc {
	return func(t *jwt.Token) (any, error) {
		id, ok := t.Header["kid"].(string)
		if !ok {
			return nil, errNoKey
		}
		return a.keys.find(r.Context(), id)
	}
}

// accepts tells whether the audience fits. AWS looks at client_id, which Cognito
// puts into access tokens, only where there is no aud.
func (a *Authorizer) accepts(claims jwt.MapClaims) bool {
	audience, err := claims.GetAudience()
	if err != nil {
		return false
	}
	if claims["aud"] == nil {
		audience = jwt.ClaimStrings{text(claims["client_id"])}
	}
	return slices.ContainsFunc(audience, func(one string) bool { return slices.Contains(a.audience, one) })
}

// challenge says what is wrong with a token, in the words of AWS where they are
// known. Keys that could not be had are no fault of the token.
func challenge(err error) error {
	switch {
	case errors.Is(err, errKeysUnavailable):
		return err
	case errors.Is(err, jwt.ErrTokenMalformed):
		return unauthorized("token contains an invalid number of segments")
	case errors.Is(err, errNoKey):
		return unauthorized("the token was signed with an unknown key")
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return unauthorized("the token does not have a valid signature")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return unauthorized("the token does not have a valid issuer")
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return unauthorized("the token has expired")
	default:
		return unauthorized("the token is not valid yet")
	}
}

func unauthorized(description string) error {
	return &refusal{http.StatusUnauthorized, fmt.Sprintf(`Bearer scope="" error="invalid_token" error_description=%q`, description)}
}

// authorized is what the event says of the token. All claims are text there.
func (t *token) authorized() *authorized {
	a := &authorized{}
	a.JWT.Scopes = t.scopes
	a.JWT.Claims = map[string]string{}
	for name, claim := range t.claims {
		a.JWT.Claims[name] = text(claim)
	}
	return a
}

// text writes a claim as HTTP APIs do: a list as [a b].
func text(claim any) string {
	switch c := claim.(type) {
	case nil:
		return ""
	case string:
		return c
	case []any:
		var items []string
		for _, item := range c {
			items = append(items, text(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	case map[string]any:
		document, err := json.Marshal(c)
		if err != nil {
			return ""
		}
		return string(document)
	default:
		return fmt.Sprint(c)
	}
}
