package tenantdb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e1"
)

// recorder keeps the last call's key, key condition, and access key.
type recorder struct {
	key, start tenantdb.Item
	condition  string
	values     tenantdb.Item
	accessKey  string
	next       tenantdb.Item
	err        error

	transactions  [][]types.TransactWriteItem
	cancellations []error // one for each transaction; err from then on
}

func (r *recorder) note(ctx context.Context, options []func(*dynamodb.Options)) {
	o := dynamodb.Options{Credentials: credentials.NewStaticCredentialsProvider("function", "s", "")}
	for _, option := range options {
		option(&o)
	}
	keys, err := o.Credentials.Retrieve(ctx)
	if err != nil {
		panic(err)
	}
	r.accessKey = keys.AccessKeyID
}

func (r *recorder) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	r.note(ctx, options)
	r.key = in.Key
	return &dynamodb.GetItemOutput{}, r.err
}

func (r *recorder) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	r.note(ctx, options)
	r.key = in.Key
	return &dynamodb.UpdateItemOutput{}, r.err
}

func (r *recorder) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	r.note(ctx, options)
	r.condition, r.values, r.start = *in.KeyConditionExpression, in.ExpressionAttributeValues, in.ExclusiveStartKey
	return &dynamodb.QueryOutput{LastEvaluatedKey: r.next}, r.err
}

func (r *recorder) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	r.note(ctx, options)
	r.transactions = append(r.transactions, in.TransactItems)
	if n := len(r.transactions); n <= len(r.cancellations) {
		return nil, r.cancellations[n-1]
	}
	return &dynamodb.TransactWriteItemsOutput{}, r.err
}

// lender lends credentials whose access key is the tenant itself.
type lender struct{ err error }

func (l lender) Credentials(id tenant.ID) (aws.CredentialsProvider, error) {
	return credentials.NewStaticCredentialsProvider(id.String(), "s", ""), l.err
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func textOf(value types.AttributeValue) string {
	member, ok := value.(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return member.Value
}

func mustOpen(tb testing.TB, table tenantdb.Table, userID string) tenantdb.Partition {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := table.Of(id)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestEveryCallIsForTheTenantAlone(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	for name, tt := range map[string]struct {
		table     tenantdb.Table
		accessKey string
	}{
		"lent":  {tenantdb.Lent(api, "Leads", "sk", lender{}), john},
		"owned": {tenantdb.Owned(api, "Leads", "sk"), "function"},
	} {
		p := mustOpen(t, tt.table, john)

		*api = recorder{}
		if _, err := p.Get(t.Context(), "LEAD#1"); err != nil {
			t.Fatal(err)
		}
		if textOf(api.key["userId"]) != john || textOf(api.key["sk"]) != "LEAD#1" || api.accessKey != tt.accessKey {
			t.Errorf("%s: Get of %v as %s", name, api.key, api.accessKey)
		}

		*api = recorder{}
		if _, err := p.Update(t.Context(), "LEAD#1", tenantdb.Change{Expression: "SET a = :a"}); err != nil {
			t.Fatal(err)
		}
		if textOf(api.key["userId"]) != john || api.accessKey != tt.accessKey {
			t.Errorf("%s: Update of %v as %s", name, api.key, api.accessKey)
		}

		*api = recorder{next: tenantdb.Item{"userId": text(john), "sk": text("LEAD#1")}}
		page, err := p.Query(t.Context(), tenantdb.Query{
			Sort:   "begins_with(sk, :p)",
			Values: tenantdb.Item{":p": text("LEAD#")},
			After:  tenantdb.Item{"userId": text(sarah), "sk": text("LEAD#0")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if api.condition != "userId = :tenant AND begins_with(sk, :p)" || textOf(api.values[":tenant"]) != john {
			t.Errorf("%s: Query %s with %v", name, api.condition, api.values)
		}
		if textOf(api.start["userId"]) != john || textOf(api.start["sk"]) != "LEAD#0" || api.accessKey != tt.accessKey {
			t.Errorf("%s: Query from %v as %s", name, api.start, api.accessKey)
		}
		if _, told := page.Next["userId"]; told || textOf(page.Next["sk"]) != "LEAD#1" {
			t.Errorf("%s: next page at %v", name, page.Next)
		}
	}
}

func TestQueryKeepsTheTenantsValue(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	p := mustOpen(t, tenantdb.Owned(api, "Leads", "sk"), john)
	if _, err := p.Query(t.Context(), tenantdb.Query{Values: tenantdb.Item{":tenant": text(sarah)}}); err == nil {
		t.Error("a query set the tenant itself")
	}
}

func TestATableWithoutSortKey(t *testing.T) {
	t.Parallel()
	api := &recorder{}
	p := mustOpen(t, tenantdb.Owned(api, "Users", ""), john)
	if _, err := p.Get(t.Context(), ""); err != nil || len(api.key) != 1 {
		t.Errorf("key %v, %v", api.key, err)
	}
}

func TestNoTenantNoTable(t *testing.T) {
	t.Parallel()
	if _, err := tenantdb.Owned(&recorder{}, "Leads", "sk").Of(tenant.ID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("got %v", err)
	}
}

func TestErrorsAreKept(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	id, err := tenant.Stored(john)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tenantdb.Lent(&recorder{}, "Leads", "sk", lender{down}).Of(id); !errors.Is(err, down) {
		t.Errorf("Of: %v", err)
	}
	p := mustOpen(t, tenantdb.Owned(&recorder{err: down}, "Leads", "sk"), john)
	_, getErr := p.Get(t.Context(), "LEAD#1")
	_, updateErr := p.Update(t.Context(), "LEAD#1", tenantdb.Change{})
	_, queryErr := p.Query(t.Context(), tenantdb.Query{})
	for call, err := range map[string]error{"Get": getErr, "Update": updateErr, "Query": queryErr} {
		if !errors.Is(err, down) {
			t.Errorf("%s: %v", call, err)
		}
	}
}
