package tenantdb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenantdb"
)

func TestATransactionIsForTheTenantAlone(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	for name, tt := range map[string]struct {
		table     tenantdb.Table
		accessKey string
	}{
		"lent":  {tenantdb.Lent(api, "Leads", "sk", lender{}), john},
		"owned": {tenantdb.Owned(api, "Leads", "sk"), "function"},
	} {
		*api = recorder{}
		err := mustOpen(t, tt.table, john).Transact(t.Context(),
			tenantdb.Deleted{Sort: "LEAD#1", Condition: "attribute_exists(sk)"},
			tenantdb.Updated{Sort: "ERASURE#1", Change: tenantdb.Change{
				Expression: "SET #a = :a", Condition: "attribute_not_exists(sk)",
				Names: map[string]string{"#a": "a"}, Values: tenantdb.Item{":a": text("b")},
			}},
			tenantdb.Required{Sort: "LEAD#2", Condition: "attribute_exists(sk)"},
		)
		if err != nil || len(api.transactions) != 1 || len(api.transactions[0]) != 3 {
			t.Fatalf("%s: %v, %v", name, api.transactions, err)
		}
		items := api.transactions[0]
		deletion, update, check := items[0].Delete, items[1].Update, items[2].ConditionCheck
		for sort, key := range map[string]tenantdb.Item{"LEAD#1": deletion.Key, "ERASURE#1": update.Key, "LEAD#2": check.Key} {
			if len(key) != 2 || textOf(key["userId"]) != john || textOf(key["sk"]) != sort {
				t.Errorf("%s: key %v, want %s of John", name, key, sort)
			}
		}
		if *deletion.ConditionExpression != "attribute_exists(sk)" || *check.ConditionExpression != "attribute_exists(sk)" ||
			*update.ConditionExpression != "attribute_not_exists(sk)" || *update.UpdateExpression != "SET #a = :a" ||
			update.ExpressionAttributeNames["#a"] != "a" || textOf(update.ExpressionAttributeValues[":a"]) != "b" {
			t.Errorf("%s: wrote %+v", name, items)
		}
		if *deletion.TableName != "Leads" || *update.TableName != "Leads" || *check.TableName != "Leads" || api.accessKey != tt.accessKey {
			t.Errorf("%s: wrote as %s", name, api.accessKey)
		}
	}
}

// What a transaction writes beside the tenant's items is no other tenant's item.
func TestBesideIsAnotherTable(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	p := mustOpen(t, tenantdb.Owned(api, "Leads", "sk"), john)
	beside := func(table string) map[string]types.TransactWriteItem {
		return map[string]types.TransactWriteItem{
			"put":    {Put: &types.Put{TableName: &table}},
			"update": {Update: &types.Update{TableName: &table}},
			"delete": {Delete: &types.Delete{TableName: &table}},
			"check":  {ConditionCheck: &types.ConditionCheck{TableName: &table}},
		}
	}
	for kind, item := range beside("Leads") {
		if err := p.Transact(t.Context(), tenantdb.Beside{TransactWriteItem: item}); err == nil || len(api.transactions) > 0 {
			t.Errorf("%s of the table itself: %v", kind, err)
		}
	}
	for kind, item := range beside("Registry") {
		api.transactions = nil
		if err := p.Transact(t.Context(), tenantdb.Beside{TransactWriteItem: item}); err != nil || len(api.transactions) != 1 {
			t.Errorf("%s of another table: %v", kind, err)
		}
	}
}

// cancelled is a transaction's failure for these reasons, one for each write.
func cancelled(codes ...string) error {
	exception := &types.TransactionCanceledException{}
	for _, code := range codes {
		exception.CancellationReasons = append(exception.CancellationReasons, types.CancellationReason{Code: aws.String(code)})
	}
	return fmt.Errorf("operation error DynamoDB: TransactWriteItems: %w", exception)
}

func TestCancelledTransactions(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	tests := map[string]struct {
		cancellations []error
		tries         int
		unmet         []int
		err           bool
	}{
		"made":                       {nil, 1, nil, false},
		"a condition":                {[]error{cancelled("None", "ConditionalCheckFailed")}, 1, []int{1}, true},
		"both conditions":            {[]error{cancelled("ConditionalCheckFailed", "ConditionalCheckFailed")}, 1, []int{0, 1}, true},
		"a condition and a conflict": {[]error{cancelled("ConditionalCheckFailed", "TransactionConflict")}, 1, []int{0}, true},
		"conflicts":                  {[]error{cancelled("TransactionConflict", "None"), cancelled("None", "TransactionConflict")}, 3, nil, false},
		"throttling":                 {[]error{cancelled("ThrottlingError", "None"), cancelled("ProvisionedThroughputExceeded", "None")}, 3, nil, false},
		"a conflict, then condition": {[]error{cancelled("TransactionConflict", "None"), cancelled("ConditionalCheckFailed", "None")}, 2, []int{0}, true},
		"a mistake":                  {[]error{cancelled("ValidationError", "TransactionConflict")}, 1, nil, true},
		"no answer":                  {[]error{down}, 1, nil, true},
		"conflicts without end":      {slices.Repeat([]error{cancelled("TransactionConflict")}, 100), 12, nil, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &recorder{cancellations: tt.cancellations}
				p := mustOpen(t, tenantdb.Owned(api, "Leads", "sk"), john)
				err := p.Transact(t.Context(), tenantdb.Deleted{Sort: "1"}, tenantdb.Deleted{Sort: "2"})
				if (err != nil) != tt.err || len(api.transactions) != tt.tries {
					t.Errorf("%v after %d tries", err, len(api.transactions))
				}
				unmet, is := errors.AsType[*tenantdb.Unmet](err)
				if is != (tt.unmet != nil) {
					t.Fatalf("got %v", err)
				}
				if is && (!slices.Equal(unmet.Writes, tt.unmet) || !unmet.Has(tt.unmet[0]) || unmet.Has(2)) {
					t.Errorf("unmet %v, want %v", unmet.Writes, tt.unmet)
				}
			})
		})
	}
}

// Waiting for others ends with the context, and does not last long.
func TestWaitingForOtherTransactions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &recorder{cancellations: slices.Repeat([]error{cancelled("TransactionConflict")}, 100)}
		p := mustOpen(t, tenantdb.Owned(api, "Leads", "sk"), john)
		started := time.Now()
		if err := p.Transact(t.Context(), tenantdb.Deleted{Sort: "1"}); err == nil || time.Since(started) > 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(started))
		}
		api.transactions = nil
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		err := p.Transact(ctx, tenantdb.Deleted{Sort: "1"})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Leads") {
			t.Errorf("got %v after %d tries", err, len(api.transactions))
		}
	})
}
