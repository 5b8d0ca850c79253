// Package audit is the trail of what was done to a tenant's leads: who did what to
// which lead, when, and by which request.
//
// A write to a lead says who makes it, and the table's stream tells of it once it is
// done; from that record its entry is made. So nothing is done without an entry, no
// entry tells of what was not done, and a capture stays one write.
//
// Entries are only ever added. IAM cannot tell one sort key from another, so what
// keeps them is here: Store.Append makes an item that is not there, under the place
// of its record in the stream, and nothing else writes under that prefix. A record
// that comes again writes nothing. What someone changes with other tools than
// ClientFlow is laid to whoever changed the lead before, and a lead that was deleted
// with them has no entry of that: CloudTrail has.
//
// An entry holds no value of a lead but its status, only the names of what changed.
// Nor does it hold the lead's id: that is a hash of tenant and address, and whoever
// knows both can tell it is theirs, so it is personal data for as long as the address
// is. An entry names the lead by its alias, random letters that stand nowhere but on
// the lead itself, on its erasure until that is done, and here. Once they are gone,
// entries tell that one lead was dealt with, not whose it was.
package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// keyPrefix begins the sort key of every entry. Behind it are the entry's time and
// its sequence, so entries sort as they happened.
const keyPrefix = "AUDIT#"

// Action is what was done to a lead.
type Action string

// The actions.
const (
	// Captured is the first time that an address was sent, and Resubmitted each later.
	Captured    Action = "captured"
	Resubmitted Action = "resubmitted"
	// Resynced is that a sync was asked for again.
	Resynced Action = "resync-requested"
	// Changed is any other change; Entry.Changed names what.
	Changed Action = "changed"
	// Erased is that the lead was deleted here, and ErasureDone that its traces in
	// Systeme.io were gone too.
	Erased      Action = "erased"
	ErasureDone Action = "erasure-done"
)

// Entry is one thing that was done to one lead.
type Entry struct {
	// At is when, to the second, and Sequence its place in the table's stream.
	At       lead.Timestamp `dynamodbav:"-"`
	Sequence tally.Sequence `dynamodbav:"-"`

	Actor  origin.Actor `dynamodbav:"actor"`
	Action Action       `dynamodbav:"action"`
	// RequestID is as in origin.Origin.
	RequestID string `dynamodbav:"requestId"`
	// Changed names the attributes that changed, in order, for Changed, Resubmitted
	// and Resynced.
	Changed []string `dynamodbav:"changed,omitempty"`
	// StatusBefore and StatusAfter are those of the lead when the status changed, or
	// began.
	StatusBefore lead.Status `dynamodbav:"statusBefore,omitempty"`
	StatusAfter  lead.Status `dynamodbav:"statusAfter,omitempty"`
	// Alias names the lead, which was captured at CapturedAt.
	Alias      string         `dynamodbav:"alias"`
	CapturedAt lead.Timestamp `dynamodbav:"capturedAt"`
}

// Store is where entries are kept: the table of leads.
type Store struct {
	table tenantdb.Table
}

// NewStore returns the store in a table whose sort key is lead.SortKey.
func NewStore(table tenantdb.Table) Store { return Store{table} }

// writers bounds how many entries are written at a time.
const writers = 16

// Owned is an entry of a tenant.
type Owned struct {
	Owner tenant.ID
	Entry Entry
}

// Append adds entries to their tenants' trails; those that are there already stay as
// they are. With errors it returns the index of the first that failed, and entries
// behind it may have been added.
func (s Store) Append(ctx context.Context, entries []Owned) (failed int, err error) {
	errs := make([]error, len(entries))
	free := make(chan struct{}, writers)
	var running sync.WaitGroup
	for i, e := range entries {
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			errs[i] = s.add(ctx, e.Owner, e.Entry)
		})
	}
	running.Wait()
	for i, err := range errs {
		if err != nil {
			return i, fmt.Errorf("add to the audit trail: %w", errors.Join(errs...))
		}
	}
	return len(entries), nil
}

// add makes one entry's item: the one write there is to the trail.
func (s Store) add(ctx context.Context, owner tenant.ID, e Entry) error {
	items, err := s.table.Of(owner)
	if err != nil {
		return err
	}
	attributes, err := attributevalue.MarshalMap(e)
	if err != nil {
		return fmt.Errorf("write an entry: %w", err)
	}
	change := tenantdb.Change{
		Condition: "attribute_not_exists(" + lead.SortKey + ")",
		Names:     map[string]string{},
		Values:    tenantdb.Item{},
	}
	separator := "SET "
	for name, value := range attributes {
		change.Expression += separator + "#" + name + " = :" + name
		change.Names["#"+name], change.Values[":"+name] = name, value
		separator = ", "
	}
	_, err = items.Update(ctx, place{e.At, e.Sequence}.key(), change)
	if _, there := errors.AsType[*types.ConditionalCheckFailedException](err); there {
		return nil
	}
	return err
}
