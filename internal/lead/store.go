package lead

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/ownership"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// SortKey is the sort key of the table that leads are kept in.
const SortKey = "sk"

// exists is the condition of every change but a capture, so that none makes half
// a lead of one that is gone.
const exists = "attribute_exists(" + SortKey + ")"

// Store is where leads are kept. It is opened for one tenant at a time.
type Store struct {
	table tenantdb.Table
	now   func() time.Time
	rule  ownership.Rule
}

// NewStore returns the store in a table whose sort key is SortKey.
func NewStore(table tenantdb.Table, now func() time.Time) Store {
	return Store{table: table, now: now}
}

// Under returns the store under a rule of who may have an address. Without one any
// number of tenants may.
func (s Store) Under(rule ownership.Rule) Store {
	s.rule = rule
	return s
}

// Of returns one tenant's leads. For the zero ID it returns tenant.ErrNoTenant.
func (s Store) Of(owner tenant.ID) (Leads, error) {
	items, err := s.table.Of(owner)
	if err != nil {
		return Leads{}, fmt.Errorf("open the leads: %w", err)
	}
	return Leads{items, s.now, s.rule}, nil
}

// Leads are the leads of one tenant. Every method that takes the id of a lead
// answers ErrNotFound when the tenant has none of that id.
type Leads struct {
	items tenantdb.Partition
	now   func() time.Time
	rule  ownership.Rule
}

// Get returns a lead as of now.
func (l Leads) Get(ctx context.Context, leadID string) (Lead, error) {
	sort, err := key(leadID)
	if err != nil {
		return Lead{}, err
	}
	item, err := l.items.Get(ctx, sort)
	if err != nil {
		return Lead{}, fmt.Errorf("get a lead: %w", err)
	}
	if item == nil {
		return Lead{}, ErrNotFound
	}
	return read(item)
}

// update changes a lead that is there already.
func (l Leads) update(ctx context.Context, leadID string, change tenantdb.Change) (tenantdb.Item, error) {
	sort, err := key(leadID)
	if err != nil {
		return nil, err
	}
	if change.Condition == "" {
		change.Condition = exists
	}
	item, err := l.items.Update(ctx, sort, Signed(ctx, change))
	if conditionFailed(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("change a lead: %w", err)
	}
	return item, nil
}

func conditionFailed(err error) bool {
	_, failed := errors.AsType[*types.ConditionalCheckFailedException](err)
	return failed
}

func read(item tenantdb.Item) (Lead, error) {
	var l Lead
	if err := attributevalue.UnmarshalMap(item, &l); err != nil {
		return Lead{}, fmt.Errorf("read a stored lead: %w", err)
	}
	if l.TagsApplied == nil {
		l.TagsApplied = []string{}
	}
	slices.Sort(l.TagsApplied)
	l.complete(item)
	return l, nil
}

// complete fills in what an older version may not have stored. Its keys and CreatedAt
// are in every lead: it is listed by them.
func (l *Lead) complete(item tenantdb.Item) {
	if sort, is := item[SortKey].(*types.AttributeValueMemberS); is {
		l.ID = cmp.Or(l.ID, strings.TrimPrefix(sort.Value, keyPrefix))
	}
	l.Status = cmp.Or(l.Status, New)
	l.Source = cmp.Or(l.Source, FromForm)
	l.SyncState = cmp.Or(l.SyncState, Pending)
	l.Submissions = max(l.Submissions, 1)
	l.UpdatedAt = cmp.Or(l.UpdatedAt, l.CreatedAt)
}

func text[T ~string](value T) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: string(value)}
}
