package lead

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenantdb"
)

// RecordContact notes which contact in Systeme.io the lead is.
func (l Leads) RecordContact(ctx context.Context, leadID string, contactID int64) error {
	_, err := l.update(ctx, leadID, tenantdb.Change{
		Expression: "SET systemeContactId = :contact",
		Values:     tenantdb.Item{":contact": number(contactID)},
	})
	return err
}

// RecordTag notes that a tag is on the contact.
func (l Leads) RecordTag(ctx context.Context, leadID, tag string) error {
	_, err := l.update(ctx, leadID, tenantdb.Change{
		Expression: "ADD systemeTagsApplied :tags",
		Values:     tenantdb.Item{":tags": set(tag)},
	})
	return err
}

// RecordSynced notes that the lead is in Systeme.io as it should be. The tags
// that were put on last may be noted with it, in the same write.
func (l Leads) RecordSynced(ctx context.Context, leadID string, at time.Time, tags ...string) error {
	change := tenantdb.Change{
		Expression: "SET syncState = :synced, systemeSyncedAt = :at REMOVE syncError",
		Values:     tenantdb.Item{":synced": text(Synced), ":at": text(Stamp(at))},
	}
	if len(tags) > 0 {
		change.Expression += " ADD systemeTagsApplied :tags"
		change.Values[":tags"] = set(tags...)
	}
	_, err := l.update(ctx, leadID, change)
	return err
}

// RecordFailed notes that the lead could not be synced, and why, in a sentence
// that the IB is shown.
func (l Leads) RecordFailed(ctx context.Context, leadID, reason string) error {
	_, err := l.update(ctx, leadID, tenantdb.Change{
		Expression: "SET syncState = :failed, syncError = :reason",
		Values:     tenantdb.Item{":failed": text(Failed), ":reason": text(reason)},
	})
	return err
}

func set(values ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: values}
}

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}
