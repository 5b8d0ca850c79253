package account

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// disabledAt is the attribute of a record whose IB an admin has disabled. It is read
// at each request, not kept, so that the IB is out at its next one.
const disabledAt = "disabledAt"

// ErrDisabled is the answer to an IB that was disabled.
var ErrDisabled = problem.New(problem.Forbidden, "This account is disabled.")

// ErrErased is the answer to who has no record. A sign-in makes one, so this is a token
// that an IB had before it was erased.
var ErrErased = problem.New(problem.Forbidden, "There is no such account.")

// Admit returns ErrDisabled for a tenant that was disabled, and ErrErased for one without
// a record.
func (u Users) Admit(ctx context.Context, id tenant.ID) error {
	_, err := u.admitted(ctx, id)
	return err
}

// admitted returns the record that Admit looks at.
func (u Users) admitted(ctx context.Context, id tenant.ID) (IB, error) {
	ib, err := u.Get(ctx, id)
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Kind == problem.NotFound {
		return IB{}, ErrErased
	}
	if err == nil && ib.DisabledAt != "" {
		return IB{}, ErrDisabled
	}
	return ib, err
}

// Guard closes routes to tenants that were disabled or erased, and to tokens from before
// a tenant signed out everywhere, before anything else is read or written for them. It
// is for all routes that take an access token, the admin's too.
func (u Users) Guard(verifier tenant.Verifier, routes httpapi.Routes) httpapi.Routes {
	guarded := httpapi.Routes{}
	for route, handle := range routes {
		guarded[route] = httpapi.ForTenant(verifier,
			func(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
				ib, err := u.admitted(ctx, caller.Tenant)
				if err != nil {
					return httpapi.Response{}, err
				}
				if ib.signedOut(caller.IssuedAt) {
					return httpapi.Response{}, ErrSignedOut
				}
				return handle(ctx, r)
			})
	}
	return guarded
}

// SetDisabled disables an IB as of at, or lets it in again; one that is disabled
// already stays so since then. A tenant without a record is a NotFound problem.
func (u Users) SetDisabled(ctx context.Context, id tenant.ID, disabled bool, at time.Time) error {
	partition, err := u.table.Of(id)
	if err != nil {
		return err
	}
	change := tenantdb.Change{Expression: "REMOVE " + disabledAt, Condition: "attribute_exists(userId)"}
	if disabled {
		change.Expression = "SET " + disabledAt + " = if_not_exists(" + disabledAt + ", :at)"
		change.Values = tenantdb.Item{":at": str(stamp(at))}
	}
	_, err = partition.Update(ctx, "", change)
	if _, gone := errors.AsType[*types.ConditionalCheckFailedException](err); gone {
		return missing()
	}
	return err
}
