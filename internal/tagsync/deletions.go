package tagsync

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/lead"
)

// deletions are the contacts that erasures are about to delete, kept in the Registry.
//
// Nothing in Systeme.io deletes a contact on the condition that it has no tag. So an
// erasure announces that it is going to, and then looks whether there is a tag; a
// sync puts its tags on, and then asks whether a deletion was announced. Of an
// erasure and another IB's sync that meet, at least one sees the other.
type deletions struct {
	registry registry
	table    string
}

// announce says that a contact may be deleted from now until then.
func (d deletions) announce(ctx context.Context, contactID int64, until time.Time) error {
	_, err := d.registry.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &d.table,
		Item: map[string]types.AttributeValue{
			"key":       contactKey(contactID),
			"until":     &types.AttributeValueMemberS{Value: string(lead.Stamp(until))},
			"expiresAt": number(until.Add(time.Hour).Unix()),
		},
	})
	if err != nil {
		return fmt.Errorf("announce that a contact is deleted: %w", err)
	}
	return nil
}

// until returns when the deletion of a contact that was announced is over; the zero
// time when none was.
func (d deletions) until(ctx context.Context, contactID int64) (time.Time, error) {
	out, err := d.registry.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &d.table,
		Key:            map[string]types.AttributeValue{"key": contactKey(contactID)},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("ask whether a contact is deleted: %w", err)
	}
	value, announced := out.Item["until"].(*types.AttributeValueMemberS)
	if !announced {
		return time.Time{}, nil
	}
	return lead.Timestamp(value.Value).Time()
}

func contactKey(id int64) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: "CONTACT#" + strconv.FormatInt(id, 10)}
}

// stays returns *tooEarly when another IB's erasure may be deleting a contact, without
// having seen the tags that have just been put on it, or been found there. They must
// not be recorded then: when that is over they are looked for, and put on another
// contact if this one is gone.
func (j *job) stays(ctx context.Context, contactID int64) error {
	until, err := j.deletions.until(ctx, contactID)
	if err != nil {
		return err
	}
	if wait := until.Sub(j.now()); wait >= 0 {
		return &tooEarly{wait}
	}
	return nil
}
