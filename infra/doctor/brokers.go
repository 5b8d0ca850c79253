package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/account"
	"clientflow/internal/lead"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// broker is an IB as the doctor looks at it.
type broker struct {
	account.IB
	// state is that of its newest lead, since then; "" when it has none.
	state lead.SyncState
	since lead.Timestamp
}

// brokers are the IBs that have confirmed their address and are not shut out.
type brokers struct {
	db                     *dynamodb.Client
	usersTable, leadsTable string
}

// sideBySide is how many are read at a time.
const sideBySide = 50

// each shows every IB, the newest first. One that goes meanwhile is left out.
func (b brokers) each(ctx context.Context, see func(broker)) error {
	directory := account.NewDirectory(b.db, b.usersTable)
	for after := (*account.Place)(nil); ; {
		page, err := directory.Page(ctx, after, sideBySide)
		if err != nil {
			return err
		}
		found, wrong := make([]broker, len(page.IBs)), make([]error, len(page.IBs))
		var reading sync.WaitGroup
		for i, id := range page.IBs {
			reading.Go(func() { found[i], wrong[i] = b.read(ctx, id) })
		}
		reading.Wait()
		for i, one := range found {
			switch {
			case problem.Of(wrong[i]).Kind == problem.NotFound, wrong[i] == nil && one.DisabledAt != "":
			case wrong[i] != nil:
				return wrong[i]
			default:
				see(one)
			}
		}
		if after = page.Next; after == nil {
			return nil
		}
	}
}

func (b brokers) read(ctx context.Context, id tenant.ID) (one broker, err error) {
	if one.IB, err = account.NewUsers(tenantdb.Owned(b.db, b.usersTable, "")).Get(ctx, id); err != nil {
		return broker{}, err
	}
	out, err := b.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &b.leadsTable, IndexName: aws.String("byCreatedAt"), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("userId = :user"),
		ExpressionAttributeValues: tenantdb.Item{":user": &types.AttributeValueMemberS{Value: id.String()}},
		ProjectionExpression:      aws.String("syncState, createdAt, updatedAt"), // and nothing of the person
	})
	if err != nil {
		return broker{}, err
	}
	for _, newest := range out.Items { // one, or none
		one.state = lead.Pending // which an older version's lead does not say
		if said := text(newest, "syncState"); said != "" {
			one.state = lead.SyncState(said)
		}
		one.since = lead.Timestamp(max(text(newest, "createdAt"), text(newest, "updatedAt")))
	}
	return one, nil
}

func text(item tenantdb.Item, name string) string {
	if value, is := item[name].(*types.AttributeValueMemberS); is {
		return value.Value
	}
	return ""
}

// errNoTable stands for what a finding of the tables tells better.
var errNoTable = errors.New("the tables are missing")

func (p *patient) brokers() (brokers, error) {
	users, errUsers := p.Resource("UsersTable")
	leads, errLeads := p.Resource("LeadsTable")
	if errUsers != nil || errLeads != nil {
		return brokers{}, errNoTable
	}
	return brokers{dynamodb.NewFromConfig(p.AWS), users, leads}, nil
}

// before tells whether a moment, as it is stored, is longer ago than all should take.
func before[T ~string](moment T, now time.Time) bool {
	return string(moment) < string(lead.Stamp(now.Add(-longEnough)))
}

// longEnough is what a lead or an IB's tags may take to Systeme.io: minutes, and some more
// where many came at once.
const longEnough = time.Hour
