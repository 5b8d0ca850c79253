package lead

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clientflow/internal/tenantdb"
)

// FreeAddress lets others capture the address of a lead that was erased, where an
// address belongs to one tenant alone. The tenant keeps one that it has captured
// anew.
func (l Leads) FreeAddress(ctx context.Context, e Erasure) error {
	if !l.rule.Exclusive() {
		return nil
	}
	err := l.items.Transact(ctx,
		tenantdb.Required{Sort: keyPrefix + e.LeadID, Condition: "attribute_not_exists(" + SortKey + ")"},
		l.rule.Free(l.items.Tenant(), e.Email))
	if _, kept := errors.AsType[*tenantdb.Unmet](err); kept {
		return nil // by the tenant, or by another who has it
	}
	if err != nil {
		return fmt.Errorf("free an address: %w", err)
	}
	return nil
}

// RecordErasing notes, before anything of a contact is removed, which contact that
// is and until when the removal may take. ok is false when the erasure is done, so
// that nothing may be removed for its sake.
func (l Leads) RecordErasing(ctx context.Context, leadID string, contactID int64, until time.Time) (ok bool, err error) {
	return l.updateErasure(ctx, leadID, tenantdb.Change{
		Expression: "SET systemeContactId = :contact, quietAt = :until",
		Values:     tenantdb.Item{":contact": number(contactID), ":until": text(Stamp(until))},
	})
}

// RecordDeleted notes that a contact was deleted for the sake of an erasure. ok is
// false when none is unfinished.
func (l Leads) RecordDeleted(ctx context.Context, leadID string, contactID int64) (ok bool, err error) {
	return l.updateErasure(ctx, leadID, tenantdb.Change{
		Expression: "SET deletedContactId = :contact",
		Values:     tenantdb.Item{":contact": number(contactID)},
	})
}

// RecordErasureFailed notes that an erasure is taking too long, and why, in a
// sentence that the IB is shown, and that its message is there. ok is false when none is
// unfinished.
func (l Leads) RecordErasureFailed(ctx context.Context, leadID, reason string) (ok bool, err error) {
	return l.updateErasure(ctx, leadID, tenantdb.Change{
		Expression: "SET erasureState = :failed, erasureError = :reason, messageAt = :now",
		Values:     tenantdb.Item{":reason": text(reason), ":now": text(Stamp(l.now()))},
	})
}

// updateErasure changes an unfinished erasure; ok is false when there is none.
func (l Leads) updateErasure(ctx context.Context, leadID string, change tenantdb.Change) (ok bool, err error) {
	if _, err := key(leadID); err != nil {
		return false, err
	}
	_, err = l.items.Update(ctx, erasureKey+leadID, onlyUnfinished(change))
	if conditionFailed(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("change an erasure: %w", err)
	}
	return true, nil
}

// onlyUnfinished adds the condition unfinished to a change.
func onlyUnfinished(change tenantdb.Change) tenantdb.Change {
	if change.Condition != "" {
		change.Condition += " AND "
	}
	change.Condition += unfinished
	change.Values[":pending"], change.Values[":failed"] = text(ErasurePending), text(ErasureFailed)
	return change
}

// FinishErasure notes that nothing of the lead is left in Systeme.io, and forgets
// whose lead it was. What a sync of the erased lead has noted, too late, on one that
// was captured anew from the same address is forgotten with it: that one begins
// with nothing in Systeme.io. ok is false when the erasure is done already, or has
// been asked for or gone on with since it was read.
func (l Leads) FinishErasure(ctx context.Context, e Erasure) (ok bool, err error) {
	now := l.now()
	writes := []tenantdb.Write{tenantdb.Updated{Sort: erasureKey + e.LeadID, Change: Signed(ctx, onlyUnfinished(tenantdb.Change{
		Expression: "SET erasureState = :done, doneAt = :now, expiresAt = :expires REMOVE alias, capturedAt, email, systemeContactId, deletedContactId, quietAt, erasureError, messageAt, syncRequests, trace",
		Condition:  "quietAt = :seen",
		Values: tenantdb.Item{
			":done": text(ErasureDone), ":now": text(Stamp(now)), ":seen": text(e.QuietAt),
			":expires": number(now.Add(shownDone).Unix()),
		},
	}))}}
	_, err = l.Get(ctx, e.LeadID)
	switch {
	case err == nil:
		writes = append(writes, tenantdb.Updated{Sort: keyPrefix + e.LeadID, Change: Signed(ctx, tenantdb.Change{
			Expression: "SET syncState = :pending REMOVE syncError, syncNote, syncBlocks, systemeContactId, systemeTagsApplied, systemeSyncedAt, workflowTags",
			Condition:  exists,
			Values:     tenantdb.Item{":pending": text(Pending)},
		})})
	case !errors.Is(err, ErrNotFound):
		return false, err
	}
	err = l.items.Transact(ctx, writes...)
	if _, changed := errors.AsType[*tenantdb.Unmet](err); changed {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("finish an erasure: %w", err)
	}
	return true, nil
}
