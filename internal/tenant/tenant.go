// Package tenant is who a request is for.
//
// An ID is the only way to reach a tenant's data: every store is obtained for
// one. It is made from the claims of a verified access token, or by a system
// function from what ClientFlow itself has stored; it cannot be made from a
// body, a query, a path or a header, and the zero ID reaches nothing.
package tenant

import (
	"errors"
	"fmt"
	"regexp"
)

// subject is the shape of a Cognito sub: a UUID in lower case.
var subject = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// ErrNoTenant is what a store answers that was asked for the zero ID.
var ErrNoTenant = errors.New("no tenant")

// ID is one tenant. The zero ID is no tenant at all.
type ID struct {
	userID string
}

// String returns the userId: the partition key of all the tenant's data.
func (id ID) String() string { return id.userID }

// Require returns ErrNoTenant for the zero ID.
func (id ID) Require() error {
	if id.userID == "" {
		return ErrNoTenant
	}
	return nil
}

// Stored makes the ID of a userId that ClientFlow itself has stored: the owner
// in a form's registry entry, the key in a stream record, the message that was
// published from it. It is for system functions only, which
// TestWhoMayActForAnyTenant lists with their reasons.
func Stored(userID string) (ID, error) {
	if !subject.MatchString(userID) {
		return ID{}, fmt.Errorf("stored userId is not a Cognito sub: %w", ErrNoTenant)
	}
	return ID{userID}, nil
}
