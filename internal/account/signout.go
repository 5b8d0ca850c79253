package account

import (
	"context"
	"time"

	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// signedOutAt is the attribute of a record whose IB has signed out everywhere. The
// gateway takes a token until it ends; this is how an earlier one is told.
const signedOutAt = "signedOutAt"

// ErrSignedOut is the answer to a token from before its IB signed out everywhere.
var ErrSignedOut = problem.New(problem.Unauthorized, "Please sign in again.")

// SignOut closes the tenant's routes to all tokens that were made until at. A tenant
// without a record has none to close.
func (u Users) SignOut(ctx context.Context, id tenant.ID, at time.Time) error {
	return u.note(ctx, id, tenantdb.Change{
		Expression: "SET " + signedOutAt + " = :at",
		Condition:  "attribute_exists(userId)",
		Values:     tenantdb.Item{":at": str(stamp(at))},
	})
}

// SignOut is that of the records which the Registrar makes.
func (r *Registrar) SignOut(ctx context.Context, id tenant.ID, at time.Time) error {
	return r.users.SignOut(ctx, id, at)
}

// signedOut tells whether a token of that second may be from before the IB signed out
// everywhere. One of the same second is taken for earlier.
func (ib IB) signedOut(issued time.Time) bool {
	return ib.SignedOutAt != "" && !ib.SignedOutAt.Before(issued)
}
