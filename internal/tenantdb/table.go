// Package tenantdb reaches the items of one tenant, and of no other.
//
// A table whose partition key is userId is opened for a tenant before anything
// can be read or written, and the Partition that this gives sets the partition
// key of every call itself. There is no Scan, and no call that takes a userId.
package tenantdb

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
)

const partitionKey = "userId"

// API is the part of DynamoDB that is used here.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Lender lends a tenant's own credentials; tenantrole.Assumer is one.
type Lender interface {
	Credentials(tenant.ID) (aws.CredentialsProvider, error)
}

// Table is a table whose partition key is userId.
type Table struct {
	client  API
	name    string
	sortKey string
	lender  Lender
}

// Lent returns a table that is reached with each tenant's own credentials: the
// table of a function that serves IBs. sortKey is "" for a table without one.
func Lent(client API, name, sortKey string, lender Lender) Table {
	return Table{client, name, sortKey, lender}
}

// Owned returns a table that is reached with the function's own role: the table
// of a system function.
func Owned(client API, name, sortKey string) Table {
	return Table{client, name, sortKey, nil}
}

// Of returns one tenant's items. For the zero ID it returns tenant.ErrNoTenant.
func (t Table) Of(id tenant.ID) (Partition, error) {
	if err := id.Require(); err != nil {
		return Partition{}, err
	}
	p := Partition{table: t, id: id}
	if t.lender != nil {
		credentials, err := t.lender.Credentials(id)
		if err != nil {
			return Partition{}, fmt.Errorf("act for the tenant: %w", err)
		}
		p.options = append(p.options, func(o *dynamodb.Options) { o.Credentials = credentials })
	}
	return p, nil
}

// Item is an item's attributes.
type Item = map[string]types.AttributeValue

// Partition is the items of one tenant in one table.
type Partition struct {
	table   Table
	id      tenant.ID
	options []func(*dynamodb.Options)
}

// Tenant returns whose items these are.
func (p Partition) Tenant() tenant.ID { return p.id }

// Get returns the item with that sort key as of now, or nil when there is none.
func (p Partition) Get(ctx context.Context, sort string) (Item, error) {
	out, err := p.table.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &p.table.name,
		Key:            p.key(sort),
		ConsistentRead: aws.Bool(true),
	}, p.options...)
	if err != nil {
		return nil, fmt.Errorf("get an item of %s: %w", p.table.name, err)
	}
	return out.Item, nil
}

// Update changes one item, or makes it where change.Condition lets it. The
// error holds the SDK's *types.ConditionalCheckFailedException when the
// condition was false.
func (p Partition) Update(ctx context.Context, sort string, change Change) (Item, error) {
	out, err := p.table.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &p.table.name,
		Key:                       p.key(sort),
		UpdateExpression:          &change.Expression,
		ConditionExpression:       optional(change.Condition),
		ExpressionAttributeNames:  change.Names,
		ExpressionAttributeValues: change.Values,
		ReturnValues:              change.Return,
	}, p.options...)
	if err != nil {
		return nil, fmt.Errorf("update an item of %s: %w", p.table.name, err)
	}
	return out.Attributes, nil
}

// Change is an update of one item.
type Change struct {
	Expression string
	Condition  string
	Names      map[string]string
	Values     Item
	// Return says which attributes the update returns; none by default.
	Return types.ReturnValue
}

// Query returns one page of the tenant's items in the order of their sort key.
func (p Partition) Query(ctx context.Context, q Query) (Page, error) {
	values := Item{":tenant": &types.AttributeValueMemberS{Value: p.id.String()}}
	for name, value := range q.Values {
		if _, taken := values[name]; taken {
			return Page{}, fmt.Errorf("query %s: the name %s is taken", p.table.name, name)
		}
		values[name] = value
	}
	condition := partitionKey + " = :tenant"
	if q.Sort != "" {
		condition += " AND " + q.Sort
	}
	out, err := p.table.client.Query(ctx, &dynamodb.QueryInput{
		TableName:                 &p.table.name,
		IndexName:                 optional(q.Index),
		KeyConditionExpression:    &condition,
		FilterExpression:          optional(q.Filter),
		ProjectionExpression:      optional(q.Projection),
		ExpressionAttributeNames:  q.Names,
		ExpressionAttributeValues: values,
		ScanIndexForward:          aws.Bool(!q.Descending),
		Limit:                     optionalLimit(q.Limit),
		ExclusiveStartKey:         p.start(q.After),
	}, p.options...)
	if err != nil {
		return Page{}, fmt.Errorf("query %s: %w", p.table.name, err)
	}
	delete(out.LastEvaluatedKey, partitionKey)
	return Page{Items: out.Items, Next: out.LastEvaluatedKey}, nil
}

// Query says which of the tenant's items are wanted.
type Query struct {
	// Index is the index to read; "" for the table itself.
	Index string
	// Sort is the condition on the sort key, such as "begins_with(sk, :prefix)";
	// "" for all.
	Sort       string
	Filter     string
	Projection string
	Names      map[string]string
	// Values are those of Sort and Filter; ":tenant" is taken.
	Values     Item
	Descending bool
	// Limit is how many items are read before the filter; 0 for as many as fit
	// a page.
	Limit int32
	// After is a former page's Next.
	After Item
}

// Page is some of a query's items.
type Page struct {
	Items []Item
	// Next is where the next page goes on, without the partition key; nil when
	// this was the last.
	Next Item
}

func (p Partition) key(sort string) Item {
	key := Item{partitionKey: &types.AttributeValueMemberS{Value: p.id.String()}}
	if p.table.sortKey != "" {
		key[p.table.sortKey] = &types.AttributeValueMemberS{Value: sort}
	}
	return key
}

// start returns the key to go on from: the sort keys as handed out before, the
// partition key always this tenant's.
func (p Partition) start(after Item) Item {
	if after == nil {
		return nil
	}
	key := Item{}
	for name, value := range after {
		key[name] = value
	}
	key[partitionKey] = &types.AttributeValueMemberS{Value: p.id.String()}
	return key
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func optionalLimit(limit int32) *int32 {
	if limit == 0 {
		return nil
	}
	return &limit
}
