package dynamodb_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (s *suite) describe(t *testing.T) *types.TableDescription {
	t.Helper()
	out, err := s.DescribeTable(t.Context(), &ddb.DescribeTableInput{TableName: &s.table})
	if err != nil {
		t.Fatal(err)
	}
	return out.Table
}

func TestDescribeTable(t *testing.T) {
	t.Parallel()
	s := start(t, withIndexes, func(in *ddb.CreateTableInput) {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages}
	})
	s.put(t, key("p", "1").with("at", "t1"))
	d := s.describe(t)
	if d.TableStatus != types.TableStatusActive || aws.ToInt64(d.ItemCount) != 1 || d.BillingModeSummary.BillingMode != types.BillingModePayPerRequest ||
		len(d.AttributeDefinitions) != 5 || len(d.KeySchema) != 2 || aws.ToString(d.KeySchema[1].AttributeName) != "sk" || d.CreationDateTime == nil {
		t.Errorf("table %+v", d)
	}
	if arn := aws.ToString(d.TableArn); !strings.HasPrefix(arn, "arn:aws:dynamodb:") || !strings.HasSuffix(arn, ":000000000000:table/"+s.table) {
		t.Errorf("ARN %s", arn)
	}
	if arn := aws.ToString(d.LatestStreamArn); arn != aws.ToString(d.TableArn)+"/stream/"+aws.ToString(d.LatestStreamLabel) || d.StreamSpecification.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Errorf("stream %s", arn)
	}
	if len(d.GlobalSecondaryIndexes) != 3 || len(d.LocalSecondaryIndexes) != 1 {
		t.Fatalf("indexes %+v and %+v", d.GlobalSecondaryIndexes, d.LocalSecondaryIndexes)
	}
	at := slices.IndexFunc(d.GlobalSecondaryIndexes, func(i types.GlobalSecondaryIndexDescription) bool { return *i.IndexName == "byScore" })
	if i := d.GlobalSecondaryIndexes[at]; i.IndexStatus != types.IndexStatusActive || aws.ToInt64(i.ItemCount) != 0 || i.Projection.ProjectionType != types.ProjectionTypeInclude ||
		len(i.Projection.NonKeyAttributes) != 2 || aws.ToString(i.IndexArn) != aws.ToString(d.TableArn)+"/index/byScore" {
		t.Errorf("index %+v", i)
	}
	at = slices.IndexFunc(d.GlobalSecondaryIndexes, func(i types.GlobalSecondaryIndexDescription) bool { return *i.IndexName == "byTime" })
	if i := d.GlobalSecondaryIndexes[at]; aws.ToInt64(i.ItemCount) != 1 || aws.ToInt64(i.IndexSizeBytes) != aws.ToInt64(d.TableSizeBytes) {
		t.Errorf("index %+v of a table of %d bytes", i, aws.ToInt64(d.TableSizeBytes))
	}
}

func TestTableLifecycle(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, err := s.CreateTable(t.Context(), plainTable(s.table))
	wantCode(t, err, "ResourceInUseException")
	s.put(t, key("p", "1"))
	if _, err = s.DeleteTable(t.Context(), &ddb.DeleteTableInput{TableName: &s.table}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.tryPut(t, key("p", "1")), "ResourceNotFoundException")
	_, err = s.DescribeTable(t.Context(), &ddb.DescribeTableInput{TableName: &s.table})
	wantCode(t, err, "ResourceNotFoundException")
	_, err = s.DeleteTable(t.Context(), &ddb.DeleteTableInput{TableName: &s.table})
	wantCode(t, err, "ResourceNotFoundException")
	if _, err = s.CreateTable(t.Context(), plainTable(s.table)); err != nil {
		t.Fatal(err)
	}
	wantItem(t, s.get(t, key("p", "1")), nil)
}

func TestListTables(t *testing.T) {
	t.Parallel()
	s := connect(t)
	prefix := "list-" + rand.Text()
	for _, name := range []string{"b", "a", "c"} {
		s.create(t, plainTable(prefix+name))
	}
	in := &ddb.ListTablesInput{ExclusiveStartTableName: aws.String(prefix), Limit: aws.Int32(2)}
	out, err := s.ListTables(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.TableNames, " "); got != prefix+"a "+prefix+"b" || aws.ToString(out.LastEvaluatedTableName) != prefix+"b" {
		t.Errorf("tables %s, last %s", got, aws.ToString(out.LastEvaluatedTableName))
	}
	in.ExclusiveStartTableName = out.LastEvaluatedTableName
	if out, err = s.ListTables(t.Context(), in); err != nil || out.TableNames[0] != prefix+"c" {
		t.Errorf("then %v, error %v", out, err)
	}
	in.Limit = aws.Int32(0)
	_, err = s.ListTables(t.Context(), in)
	wantCode(t, err, "ValidationException")
}

func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	s := connect(t)
	if s.external {
		return // such a table could never be deleted again, for ClientFlow does not call UpdateTable
	}
	in := plainTable("protected")
	in.DeletionProtectionEnabled = aws.Bool(true)
	if _, err := s.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	s.table = "protected"
	_, err := s.DeleteTable(t.Context(), &ddb.DeleteTableInput{TableName: &s.table})
	wantInvalid(t, err, "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	if !aws.ToBool(s.describe(t).DeletionProtectionEnabled) {
		t.Error("the table does not say that it is protected")
	}
}

func TestTableMistakes(t *testing.T) {
	t.Parallel()
	s := connect(t)
	tests := map[string]func(*ddb.CreateTableInput){
		"short name":             func(in *ddb.CreateTableInput) { in.TableName = aws.String("ab") },
		"name with a blank":      func(in *ddb.CreateTableInput) { in.TableName = aws.String("a b c") },
		"undefined key":          func(in *ddb.CreateTableInput) { in.AttributeDefinitions = in.AttributeDefinitions[:1] },
		"unused attribute":       func(in *ddb.CreateTableInput) { define(in, "x:S") },
		"unknown type":           func(in *ddb.CreateTableInput) { in.AttributeDefinitions[1] = defined("sk", "BOOL") },
		"range key first":        func(in *ddb.CreateTableInput) { in.KeySchema[0], in.KeySchema[1] = in.KeySchema[1], in.KeySchema[0] },
		"two hash keys":          func(in *ddb.CreateTableInput) { in.KeySchema[1].KeyType = types.KeyTypeHash },
		"one attribute for both": func(in *ddb.CreateTableInput) { in.KeySchema[1].AttributeName = aws.String("pk") },
		"no key":                 func(in *ddb.CreateTableInput) { in.KeySchema = []types.KeySchemaElement{} },
		"provisioned without":    func(in *ddb.CreateTableInput) { in.BillingMode = types.BillingModeProvisioned },
		"stream without a view": func(in *ddb.CreateTableInput) {
			in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true)}
		},
		"index on nothing defined": func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{globalIndex("byX", "x", "", all())}
		},
		"two indexes of one name": func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{globalIndex("byX", "pk", "", all()), globalIndex("byX", "sk", "", all())}
		},
		"include without names": func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{globalIndex("byX", "pk", "", include())}
		},
		"all with names": func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{globalIndex("byX", "pk", "", types.Projection{ProjectionType: types.ProjectionTypeAll, NonKeyAttributes: []string{"a"}})}
		},
		"local index of another partition": func(in *ddb.CreateTableInput) {
			define(in, "x:S")
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{IndexName: aws.String("byX"), KeySchema: keySchema("sk", "x"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}}
		},
		"local index without a sort key": func(in *ddb.CreateTableInput) {
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{IndexName: aws.String("byX"), KeySchema: keySchema("pk"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}}
		},
	}
	if !s.external { // DynamoDB Local takes it
		tests["on demand with capacity"] = func(in *ddb.CreateTableInput) { in.ProvisionedThroughput = throughput() }
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := plainTable("t-" + rand.Text())
			change(in)
			_, err := s.CreateTable(t.Context(), in)
			wantCode(t, err, "ValidationException")
		})
	}
}

func throughput() *types.ProvisionedThroughput {
	return &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(2)}
}

func TestProvisionedTable(t *testing.T) {
	t.Parallel()
	s := start(t, func(in *ddb.CreateTableInput) { in.BillingMode, in.ProvisionedThroughput = "", throughput() })
	if got := s.describe(t).ProvisionedThroughput; aws.ToInt64(got.ReadCapacityUnits) != 1 || aws.ToInt64(got.WriteCapacityUnits) != 2 {
		t.Errorf("throughput %+v", got)
	}
}

func TestTimeToLive(t *testing.T) {
	t.Parallel()
	s := start(t)
	set := func(name string, enabled bool) error {
		_, err := s.UpdateTimeToLive(t.Context(), &ddb.UpdateTimeToLiveInput{
			TableName: &s.table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &name, Enabled: &enabled},
		})
		return err
	}
	want := func(status types.TimeToLiveStatus, name string) {
		t.Helper()
		out, err := s.DescribeTimeToLive(t.Context(), &ddb.DescribeTimeToLiveInput{TableName: &s.table})
		if err != nil {
			t.Fatal(err)
		}
		if d := out.TimeToLiveDescription; d.TimeToLiveStatus != status || aws.ToString(d.AttributeName) != name {
			t.Errorf("time to live %s by %q, want %s by %q", d.TimeToLiveStatus, aws.ToString(d.AttributeName), status, name)
		}
	}
	want(types.TimeToLiveStatusDisabled, "")
	wantInvalid(t, set("expires", false), "TimeToLive is already disabled")
	if err := set("expires", true); err != nil {
		t.Fatal(err)
	}
	want(types.TimeToLiveStatusEnabled, "expires")
	wantInvalid(t, set("expires", true), "TimeToLive is already enabled")
	s.wantAWS(t, set("other", true), "TimeToLive is active on a different AttributeName: current AttributeName is expires")
	if err := set("expires", false); err != nil {
		t.Fatal(err)
	}
	want(types.TimeToLiveStatusDisabled, "")
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	s := connect(t)
	if s.external {
		return // it has all operations
	}
	_, err := s.ExecuteStatement(t.Context(), &ddb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM t")})
	wantCode(t, err, "UnknownOperationException")
}
