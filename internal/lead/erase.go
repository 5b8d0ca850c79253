package lead

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"clientflow/internal/httpapi"
	"clientflow/internal/tenantdb"
	"clientflow/internal/trace"
)

// Quiet is how long an erasure waits until whatever began before it must have
// ended: a sync that still knows the lead, or another try of the erasure. It is
// more than twice the time-out of the function that does both.
const Quiet = 3 * time.Minute

// Erasure is what is left to do for a lead that was erased: it is gone here, and
// its traces in Systeme.io are still to be removed. When that is done it is shown for
// some time without the address and the contact, and then it goes: the lead's id is a
// hash of the address, and the audit trail tells that it was erased without either.
type Erasure struct {
	LeadID string       `json:"leadId" dynamodbav:"leadId"`
	State  ErasureState `json:"state" dynamodbav:"erasureState"`
	// RequestedAt is when the lead was erased here.
	RequestedAt Timestamp `json:"requestedAt" dynamodbav:"requestedAt"`
	// DoneAt is when the traces were gone too; nil until then.
	DoneAt *Timestamp `json:"doneAt" dynamodbav:"doneAt,omitempty"`
	// Error is a sentence for the IB; nil unless State is ErasureFailed.
	Error *string `json:"error" dynamodbav:"erasureError,omitempty"`

	// Email is the address that the contact has; "" when done.
	Email string `json:"-" dynamodbav:"email"`
	// ContactID is the contact, as far as it is known; 0 when done.
	ContactID int64 `json:"-" dynamodbav:"systemeContactId"`
	// DeletedID is a contact that was deleted, which Systeme.io may go on showing for
	// some time; 0 for none, and when done.
	DeletedID int64 `json:"-" dynamodbav:"deletedContactId"`
	// QuietAt is when whatever may still put the lead's traces there, or take them
	// away, has ended.
	QuietAt Timestamp `json:"-" dynamodbav:"quietAt"`
}

// shownDone is how long an erasure is shown that is done.
const shownDone = 30 * 24 * time.Hour

// ErasureState is how far an erasure has come.
type ErasureState string

// The states of an erasure. A failed one goes on being tried, and is failed until it
// is done.
const (
	ErasurePending ErasureState = "pending"
	ErasureFailed  ErasureState = "failed"
	ErasureDone    ErasureState = "done"
)

// erasureKey begins the sort key of every erasure. The table's stream has it
// published as it has leads.
const erasureKey = "ERASURE#"

// unfinished is the condition of every change of an erasure but the last. An
// erasure that is not there has no state either.
const unfinished = "erasureState IN (:pending, :failed)"

// Erase deletes a lead and, in the same transaction, asks for its traces in
// Systeme.io to be removed. The same address may be captured anew at once.
func (l Leads) Erase(ctx context.Context, leadID string) error {
	found, err := l.Get(ctx, leadID)
	if err != nil {
		return err
	}
	err = l.items.Transact(ctx,
		tenantdb.Deleted{Sort: keyPrefix + leadID, Condition: exists},
		tenantdb.Updated{Sort: erasureKey + leadID, Change: Signed(ctx, l.erasure(ctx, found))})
	if _, gone := errors.AsType[*tenantdb.Unmet](err); gone {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("erase a lead: %w", err)
	}
	return nil
}

// erasure is the change that asks for a lead's traces to be removed. A contact that
// an unfinished erasure of the same address knows is kept.
func (l Leads) erasure(ctx context.Context, of Lead) tenantdb.Change {
	now := l.now()
	change := tenantdb.Change{
		Expression: "SET leadId = :lead, erasureState = :pending, requestedAt = :now, email = :email, quietAt = :quiet, alias = :alias, capturedAt = :captured, trace = :trace",
		Values: tenantdb.Item{
			":lead": text(of.ID), ":pending": text(ErasurePending), ":email": text(of.Email),
			":now": text(Stamp(now)), ":quiet": text(Stamp(now.Add(Quiet))),
			":alias": text(of.Alias), ":captured": text(of.CreatedAt), ":trace": text(trace.Of(ctx).String()),
		},
	}
	if of.ContactID != 0 {
		change.Expression += ", systemeContactId = :contact"
		change.Values[":contact"] = number(of.ContactID)
	}
	change.Expression += " REMOVE doneAt, erasureError, expiresAt, messageAt"
	return change
}

// Unfinished returns the erasure of a lead that is not done; ok is false when there
// is none.
func (l Leads) Unfinished(ctx context.Context, leadID string) (e Erasure, ok bool, err error) {
	if _, err := key(leadID); err != nil {
		return Erasure{}, false, err
	}
	item, err := l.items.Get(ctx, erasureKey+leadID)
	if err == nil {
		err = attributevalue.UnmarshalMap(item, &e)
	}
	if err != nil {
		return Erasure{}, false, fmt.Errorf("get an erasure: %w", err)
	}
	return e, item != nil && e.State != ErasureDone, nil
}

func serveErase(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	if err := leads.Erase(ctx, r.Path("leadId")); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
