package dynamodb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"clientflow/infra/local/dynamodb/attribute"
)

// StreamRecord is one change of a table. As JSON it is a record of the event
// that Lambda hands to a function with a DynamoDB stream.
type StreamRecord struct {
	// EventID is unique to the change: 32 hexadecimal digits.
	EventID string `json:"eventID"`
	// EventName is INSERT, MODIFY or REMOVE.
	EventName string `json:"eventName"`
	// EventVersion is "1.1".
	EventVersion string `json:"eventVersion"`
	// EventSource is "aws:dynamodb".
	EventSource string `json:"eventSource"`
	// AWSRegion is the table's region.
	AWSRegion string `json:"awsRegion"`
	// Change is what happened to which item.
	Change Change `json:"dynamodb"`
	// EventSourceARN is the stream's ARN.
	EventSourceARN string `json:"eventSourceARN"`
	// UserIdentity is set when no caller made the change but time to live did.
	UserIdentity *UserIdentity `json:"userIdentity,omitempty"`
}

// Change is the part of a StreamRecord that tells the item.
type Change struct {
	// ApproximateCreationDateTime is in seconds since the epoch.
	ApproximateCreationDateTime int64
	// Keys are the item's key attributes.
	Keys attribute.Item
	// NewImage is the item after the change, if the stream's view has it.
	NewImage attribute.Item `json:",omitempty"`
	// OldImage is the item before the change, if the stream's view has it.
	OldImage attribute.Item `json:",omitempty"`
	// SequenceNumber rises from record to record; all have equally many digits.
	SequenceNumber string
	// SizeBytes is the size of keys and images.
	SizeBytes int
	// StreamViewType says which images the stream holds.
	StreamViewType string
}

// UserIdentity is who made a change that no caller made.
type UserIdentity struct {
	// PrincipalID is "dynamodb.amazonaws.com".
	PrincipalID string `json:"principalId"`
	// Type is "Service".
	Type string `json:"type"`
}

// timeToLive is who deletes expired items.
func timeToLive() *UserIdentity {
	return &UserIdentity{PrincipalID: "dynamodb.amazonaws.com", Type: "Service"}
}

// sequenceNumber has as many digits as AWS's own, which do not begin with 0.
func sequenceNumber(sequence uint64) string { return fmt.Sprintf("1%024d", sequence) }

// newRecord describes a change of an item.
func (l *streamLog) newRecord(sequence uint64, now time.Time, m mutation, by *UserIdentity) StreamRecord {
	current := m.new
	if current == nil {
		current = m.old
	}
	change := Change{
		ApproximateCreationDateTime: now.Unix(),
		Keys:                        m.table.schema.pick(current),
		SequenceNumber:              sequenceNumber(sequence),
		StreamViewType:              l.view,
	}
	if l.view == "NEW_IMAGE" || l.view == "NEW_AND_OLD_IMAGES" {
		change.NewImage = m.new
	}
	if l.view == "OLD_IMAGE" || l.view == "NEW_AND_OLD_IMAGES" {
		change.OldImage = m.old
	}
	change.SizeBytes = attribute.ItemSize(change.Keys) + attribute.ItemSize(change.NewImage) + attribute.ItemSize(change.OldImage)
	id := sha256.Sum256([]byte(l.arn + change.SequenceNumber))
	return StreamRecord{
		EventID:        hex.EncodeToString(id[:16]),
		EventName:      eventName(m),
		EventVersion:   "1.1",
		EventSource:    "aws:dynamodb",
		AWSRegion:      region,
		Change:         change,
		EventSourceARN: l.arn,
		UserIdentity:   by,
	}
}

func eventName(m mutation) string {
	switch {
	case m.old == nil:
		return "INSERT"
	case m.new == nil:
		return "REMOVE"
	}
	return "MODIFY"
}
