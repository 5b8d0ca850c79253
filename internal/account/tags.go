package account

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Timestamp is a moment as it is stored: RFC 3339 in UTC with milliseconds, such as
// "2026-05-04T03:02:01.000Z". All have one width, so they sort as the moments do.
type Timestamp string

const timestamp = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) Timestamp { return Timestamp(t.UTC().Format(timestamp)) }

// Before tells whether the moment is before t.
func (s Timestamp) Before(t time.Time) bool { return s < stamp(t) }

// The attributes that tell of an IB's tags. The table's stream shows a request to
// the function that publishes it.
const (
	tagsRequestedAt = "systemeTagsRequestedAt"
	tagsMadeAt      = "systemeTagsMadeAt"
)

// RequestTags asks for the tenant's tags to be made in Systeme.io, unless they are
// made or were asked for since the request that is known, "" for none. It is no
// error when there is nothing to ask for any more.
func (u Users) RequestTags(ctx context.Context, id tenant.ID, known Timestamp, now time.Time) error {
	change := tenantdb.Change{
		Expression: "SET " + tagsRequestedAt + " = :now",
		Condition:  "attribute_exists(userId) AND attribute_not_exists(" + tagsMadeAt + ") AND attribute_not_exists(" + tagsRequestedAt + ")",
		Values:     tenantdb.Item{":now": str(stamp(now))},
	}
	if known != "" {
		change.Condition = "attribute_not_exists(" + tagsMadeAt + ") AND " + tagsRequestedAt + " = :known"
		change.Values[":known"] = str(known)
	}
	return u.note(ctx, id, change)
}

// RecordTagsMade notes that all of the tenant's tags are in Systeme.io. A tenant
// without a record is no error.
func (u Users) RecordTagsMade(ctx context.Context, id tenant.ID, now time.Time) error {
	return u.note(ctx, id, tenantdb.Change{
		Expression: "SET " + tagsMadeAt + " = :now",
		Condition:  "attribute_exists(userId)",
		Values:     tenantdb.Item{":now": str(stamp(now))},
	})
}

// note makes a change that there may be no reason for any more.
func (u Users) note(ctx context.Context, id tenant.ID, change tenantdb.Change) error {
	partition, err := u.table.Of(id)
	if err != nil {
		return err
	}
	_, err = partition.Update(ctx, "", change)
	if _, needless := errors.AsType[*types.ConditionalCheckFailedException](err); needless {
		return nil
	}
	return err
}
