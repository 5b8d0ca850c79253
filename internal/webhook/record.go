package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/email"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/systeme"
	"clientflow/internal/tag"
	"clientflow/internal/tenantdb"
)

const (
	leadKey = "LEAD#"
	// maxAttempts bounds how often a lead is read again that others change too: its
	// IB, or an event that came at the same time.
	maxAttempts = 5
)

// Recorder writes down what happened to contacts' tags.
type Recorder struct {
	owners owners
	leads  tenantdb.Table
}

// DB is the part of DynamoDB that a Recorder uses.
type DB interface {
	tenantdb.API
	registry
}

// NewRecorder returns a Recorder that writes these two tables with the function's
// own role.
func NewRecorder(db DB, registryTable, leadsTable string) Recorder {
	return Recorder{owners{db, registryTable}, tenantdb.Owned(db, leadsTable, lead.SortKey)}
}

// Record tells the lead that an event is about of it; at is when it happened. An
// event about a tag that workflows do not set, about nobody's tag, or about nobody's
// lead changes nothing and is no error. The same event may be recorded any number
// of times.
func (r Recorder) Record(ctx context.Context, event systeme.TagEvent, at time.Time) error {
	prefix, name, err := tag.Parse(event.Tag.Name)
	if err != nil || !setByWorkflows(name) {
		return nil
	}
	address, err := email.Normalise(event.Email)
	if err != nil {
		return nil // no lead has such an address
	}
	owner, known, err := r.owners.of(ctx, prefix)
	if err != nil || !known {
		return err
	}
	httpapi.NoteTenant(ctx, owner)
	items, err := r.leads.Of(owner)
	if err != nil {
		return fmt.Errorf("open the leads: %w", err)
	}
	return change(origin.As(ctx, origin.Workflow), items, leadKey+lead.ID(owner, address), occurrence{
		tag: event.Tag.Name, status: lead.Status(name), added: event.Added, at: lead.Stamp(at),
	})
}

// change reads the lead, and writes what o makes of it if it is still what was read.
func change(ctx context.Context, items tenantdb.Partition, key string, o occurrence) error {
	for range maxAttempts {
		item, err := items.Get(ctx, key)
		if err != nil || item == nil {
			return err
		}
		update, needed, err := updateOf(item, o)
		if err != nil || !needed {
			return err
		}
		_, err = items.Update(ctx, key, lead.Signed(ctx, update))
		if _, changed := errors.AsType[*types.ConditionalCheckFailedException](err); !changed {
			return err
		}
	}
	return fmt.Errorf("tell a lead of an event: changed by others %d times", maxAttempts)
}

// updateOf returns the update that tells a lead of o, and whether it needs one. Tags
// are added to the list and taken from it one by one, since the sync changes it too.
func updateOf(item tenantdb.Item, o occurrence) (update tenantdb.Change, needed bool, err error) {
	var before state
	if err := attributevalue.UnmarshalMap(item, &before); err != nil {
		return tenantdb.Change{}, false, fmt.Errorf("read a stored lead: %w", err)
	}
	after := before.after(o)
	if !after.differs(before, o) {
		return tenantdb.Change{}, false, nil
	}
	known, err := attributevalue.Marshal(after.History)
	if err != nil {
		return tenantdb.Change{}, false, fmt.Errorf("write a lead's tags: %w", err)
	}
	update = tenantdb.Change{
		Expression: "SET #status = :status, workflowTags = :known",
		Condition:  "#status = :was AND attribute_not_exists(workflowTags)",
		Names:      map[string]string{"#status": "status"}, // a reserved word
		Values:     tenantdb.Item{":status": text(after.Status), ":was": text(before.Status), ":known": known},
	}
	if knew, ok := item["workflowTags"]; ok {
		update.Condition = "#status = :was AND workflowTags = :knew"
		update.Values[":knew"] = knew
	}
	switch shown := after.shows(o.tag); {
	case shown && !before.shows(o.tag):
		update.Expression += " ADD systemeTagsApplied :tag"
		update.Values[":tag"] = set(o.tag)
	case !shown && before.shows(o.tag):
		update.Expression += " DELETE systemeTagsApplied :tag"
		update.Values[":tag"] = set(o.tag)
	}
	return update, true, nil
}

func text(status lead.Status) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: string(status)}
}

func set(tag string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: []string{tag}}
}
