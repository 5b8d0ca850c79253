package lead

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenantdb"
)

// RecordContact notes which contact in Systeme.io the lead is, and what was left out
// there, in a sentence that the IB is shown; "" for nothing.
func (l Leads) RecordContact(ctx context.Context, leadID string, contactID int64, note string) error {
	change := tenantdb.Change{
		Expression: "SET systemeContactId = :contact REMOVE syncNote",
		Values:     tenantdb.Item{":contact": number(contactID)},
	}
	if note != "" {
		change.Expression = "SET systemeContactId = :contact, syncNote = :note"
		change.Values[":note"] = text(note)
	}
	_, err := l.update(ctx, leadID, change)
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

// RecordBlocked notes that Systeme.io answered the lead's address with 403, and returns
// how often it has since the lead was last asked to be synced.
func (l Leads) RecordBlocked(ctx context.Context, leadID string) (times int, err error) {
	item, err := l.update(ctx, leadID, tenantdb.Change{
		Expression: "ADD syncBlocks :one",
		Values:     tenantdb.Item{":one": number(1)},
		Return:     types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return 0, err
	}
	var stored struct {
		Blocks int `dynamodbav:"syncBlocks"`
	}
	if err := attributevalue.UnmarshalMap(item, &stored); err != nil {
		return 0, fmt.Errorf("count how often a lead was blocked: %w", err)
	}
	return stored.Blocks, nil
}

// RecordSynced notes that the lead is in Systeme.io as it should be. The tags
// that were put on last may be noted with it, in the same write.
func (l Leads) RecordSynced(ctx context.Context, leadID string, at time.Time, tags ...string) error {
	change := tenantdb.Change{
		Expression: "SET syncState = :synced, systemeSyncedAt = :at REMOVE syncError, syncBlocks",
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
		Expression: "SET syncState = :failed, syncError = :reason REMOVE syncBlocks",
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
