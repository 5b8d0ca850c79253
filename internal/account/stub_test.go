package account

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

var errDown = errors.New("the table is down")

// stub answers as it is told, for answers that a working table does not give.
type stub struct {
	item        tenantdb.Item // what a read finds
	getErr      error
	updateErr   error
	transactErr []error // one for each transaction; nil from then on

	transactions []*dynamodb.TransactWriteItemsInput
	updates      []*dynamodb.UpdateItemInput
}

func (s *stub) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: s.item}, s.getErr
}

func (s *stub) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	s.updates = append(s.updates, in)
	return &dynamodb.UpdateItemOutput{}, s.updateErr
}

func (s *stub) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, errors.New("no record is queried")
}

func (s *stub) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	s.transactions = append(s.transactions, in)
	if n := len(s.transactions); n <= len(s.transactErr) {
		return nil, s.transactErr[n-1]
	}
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

// cancelled is a transaction's failure for these reasons, one for each item.
func cancelled(codes ...string) error {
	exception := &types.TransactionCanceledException{}
	for _, code := range codes {
		exception.CancellationReasons = append(exception.CancellationReasons, types.CancellationReason{Code: &code})
	}
	return fmt.Errorf("operation error DynamoDB: TransactWriteItems: %w", exception)
}

// nth returns the nth of as many Cognito subs as one likes.
func nth(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

func mustTenant(tb testing.TB, userID string) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}
