package cognito

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"clientflow/infra/local/iam"
)

// Pool describes a user pool whose users sign in with their email, whatever its
// case.
type Pool struct {
	// ID is the pool's id, such as "us-east-1_AbCdEfGhI".
	ID, Name string
	// Issuer is the iss of its tokens; its keys are served at
	// <Issuer>/.well-known/jwks.json when the issuer's path is the ID.
	Issuer string
	// Password is what passwords must have.
	Password PasswordPolicy
	// Required are the attributes that a sign-up must bring, such as "name".
	Required []string
}

// Client describes an app client of a pool.
type Client struct {
	ID, Name string
	// Pool is the id of its pool.
	Pool string
	// Flows are the sign-in flows that it may use, such as
	// "ALLOW_USER_PASSWORD_AUTH".
	Flows []string
	// GenerateSecret gives it a secret, which DescribeUserPoolClient tells.
	GenerateSecret bool
	// HideUnknownUsers answers unknown users as wrong passwords.
	HideUnknownUsers bool
	// Revocation tells whether refresh tokens can be revoked.
	Revocation bool
	// AccessToken, IDToken and RefreshToken are how long tokens are good for; an
	// hour, an hour and thirty days by default.
	AccessToken, IDToken, RefreshToken Validity
}

// Validity is a time as Cognito takes it; Unit is seconds, minutes, hours or
// days, and empty for the token's default unit. The zero Validity is the default.
type Validity struct {
	Count int
	Unit  string
}

// pool is a Pool with what happens in it; the service's lock guards it.
type pool struct {
	Pool
	created time.Time
	groups  map[string]group
	users   []*user // in the order of their creation
}

type client struct {
	Client
	pool    *pool
	secret  string // "" for none
	created time.Time
}

type group struct {
	name, description string
	precedence        *int
	created           time.Time
}

// AddPool adds a pool, in place of an earlier one with its id.
func (s *Service) AddPool(p Pool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addPool(p)
}

func (s *Service) addPool(p Pool) *pool {
	added := &pool{Pool: p, created: s.clock(), groups: map[string]group{}}
	s.pools[p.ID] = added
	return added
}

// AddClient adds a client. Its errors are those of CreateUserPoolClient.
func (s *Service) AddClient(c Client) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.pools[c.Pool]
	if !known {
		return invalid("User pool %s does not exist.", c.Pool)
	}
	_, err := s.addClient(p, c)
	return err
}

func (s *Service) addClient(p *pool, c Client) (*client, error) {
	if len(c.Flows) == 0 {
		c.Flows = []string{"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"}
	}
	if err := c.checkValidities(); err != nil {
		return nil, err
	}
	added := &client{Client: c, pool: p, created: s.clock()}
	if c.GenerateSecret {
		added.secret = newSecret()
	}
	s.clients[c.ID] = added
	return added, nil
}

// AddGroup adds a group to a pool. Its errors are those of CreateGroup.
func (s *Service) AddGroup(poolID, name, description string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.pools[poolID]
	if !known {
		return invalid("User pool %s does not exist.", poolID)
	}
	return p.addGroup(group{name: name, description: description, created: s.clock()})
}

func poolARN(id string) string {
	return "arn:aws:cognito-idp:us-east-1:" + iam.AccountID + ":userpool/" + id
}

const day = 24 * time.Hour

// bounds are the least, the most and the default time of one kind of token.
type bounds struct {
	least, most, usual time.Duration
	unit               string
}

var (
	shortLived = bounds{5 * time.Minute, day, time.Hour, "hours"}
	longLived  = bounds{time.Hour, 3650 * day, 30 * day, "days"}
)

// duration returns the time meant, or the default.
func (b bounds) duration(v Validity) time.Duration {
	if v.Count == 0 {
		return b.usual
	}
	unit := map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": day}[b.unitOf(v)]
	return time.Duration(v.Count) * unit
}

func (b bounds) unitOf(v Validity) string {
	if v.Unit == "" {
		return b.unit
	}
	return v.Unit
}

func (b bounds) check(name string, v Validity) error {
	if !slices.Contains([]string{"seconds", "minutes", "hours", "days"}, b.unitOf(v)) || v.Count < 0 || v.Count > int(b.most/time.Second) {
		return invalid("Invalid value for %s token validity: %d %s", name, v.Count, v.Unit)
	}
	if d := b.duration(v); d < b.least || d > b.most {
		return invalid("Invalid range for token validity: %s must be between %v and %v", name, b.least, b.most)
	}
	return nil
}

func (c Client) checkValidities() error {
	for _, token := range []struct {
		name   string
		bounds bounds
		value  Validity
	}{
		{"access", shortLived, c.AccessToken}, {"ID", shortLived, c.IDToken}, {"refresh", longLived, c.RefreshToken},
	} {
		if err := token.bounds.check(token.name, token.value); err != nil {
			return err
		}
	}
	return nil
}

// allows tells whether the client may use a flow, given by the name of InitiateAuth.
func (c Client) allows(flow string) bool {
	return slices.Contains(c.Flows, "ALLOW_"+flow) || slices.Contains(c.Flows, flow)
}

// randomID returns lower-case letters and digits, of which Cognito makes ids.
func randomID(length int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	var id strings.Builder
	for range length {
		id.WriteByte(alphabet[rand.IntN(len(alphabet))])
	}
	return id.String()
}
