package cognito

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientflow/infra/local/wire"
)

// standardAttributes are those that a sign-up may bring.
var standardAttributes = []string{
	"address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
	"phone_number", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
}

// user is guarded by the service's lock.
type user struct {
	pool              *pool
	sub               string // the user name, too, as in every pool that signs in by email
	email             string // in lower case
	attributes        []attribute
	verified          bool // of the email
	confirmed         bool
	invited           bool // made by an administrator
	disabled          bool
	created, modified time.Time
	groups            []string // sorted

	password password
	failures failures
	// signUp and reset are the codes that were sent for either purpose.
	signUp, reset code
	changes       limit // of the password
	sessions      []*session
}

type attribute struct{ Name, Value string }

func (u *user) attribute(name string) string {
	i := slices.IndexFunc(u.attributes, func(a attribute) bool { return a.Name == name })
	if i < 0 {
		return ""
	}
	return u.attributes[i].Value
}

// allAttributes are those of the sign-up and those that Cognito adds.
func (u *user) allAttributes() []attribute {
	verified := "false"
	if u.verified {
		verified = "true"
	}
	return append([]attribute{{"sub", u.sub}, {"email_verified", verified}}, u.attributes...)
}

// newSub makes a sub as newer pools do: it has the form of a UUID and is of no
// version, some of its digits being the same for all users of a region.
func newSub() string {
	var random [16]byte
	rand.Read(random[:]) // never fails, by its documentation
	digits := []byte(hex.EncodeToString(random[:]))
	for i, fixed := range map[int]byte{1: '4', 3: '8', 5: '4', 7: '8', 9: '0', 11: '1', 12: '7', 13: '0'} {
		digits[i] = fixed
	}
	return fmt.Sprintf("%s-%s-%s-%s-%s", digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
}

func (u *user) status() string {
	switch {
	case u.confirmed:
		return "CONFIRMED"
	case u.invited:
		return "FORCE_CHANGE_PASSWORD"
	}
	return "UNCONFIRMED"
}

// find returns a user by its email or its sub; the error is UserNotFoundException.
func (p *pool) find(username string) (*user, error) {
	email := strings.ToLower(username)
	for _, u := range p.users {
		if u.sub == username || u.email == email {
			return u, nil
		}
	}
	return nil, wire.Errorf("UserNotFoundException", "User does not exist.")
}

// checkAttributes wants what the pool's schema demands and nothing that it lacks.
func (p *pool) checkAttributes(email string, given []attribute) error {
	for _, a := range given {
		switch {
		case !slices.Contains(standardAttributes, a.Name):
			return invalid("Attributes did not conform to the schema: %s: Attribute does not exist in the schema.", a.Name)
		case a.Name == "email" && !strings.EqualFold(a.Value, email):
			return invalid("Email in the attributes is not the email that is the username.")
		case len(a.Value) > 2048:
			return invalid("Attributes did not conform to the schema: %s: String must be no longer than 2048 characters", a.Name)
		}
	}
	for _, name := range p.Required {
		if name != "email" && !slices.ContainsFunc(given, func(a attribute) bool { return a.Name == name && a.Value != "" }) {
			return invalid("Attributes did not conform to the schema: %s: The attribute is required", name)
		}
	}
	return nil
}
