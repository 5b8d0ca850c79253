package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/deployment"
	"clientflow/infra/local/cloudformation"
	localdb "clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

// mustTables is the patient that a stack with empty tables is, and its database.
func mustTables(t *testing.T) (*patient, *dynamodb.Client) {
	t.Helper()
	const stack = "clientflow-prod"
	read, err := template.Load("../../template.yaml", template.Options{
		Stack: stack, APIURL: "https://api.test", Parameters: map[string]string{"Stage": "prod"},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := wire.NewMux(iam.NewKeys(time.Now, nil), localdb.New(time.Now).Service())
	cloudformation.New(stack, read, time.Now()).Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	found, err := deployment.Find(t.Context(), aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	}, stack)
	if err != nil {
		t.Fatal(err)
	}
	db := dynamodb.NewFromConfig(found.AWS)
	for _, wanted := range read.Tables {
		in := &dynamodb.CreateTableInput{TableName: &wanted.Name, BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema(wanted.Keys)}
		for _, a := range wanted.Attributes {
			in.AttributeDefinitions = append(in.AttributeDefinitions,
				types.AttributeDefinition{AttributeName: &a.Name, AttributeType: types.ScalarAttributeType(a.Type)})
		}
		for _, i := range wanted.Indexes {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
				IndexName: &i.Name, KeySchema: keySchema(i.Keys), Projection: &types.Projection{ProjectionType: types.ProjectionType(i.Projection)},
			})
		}
		if _, err := db.CreateTable(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	return &patient{found, read, true}, db
}

func keySchema(keys []template.Key) (all []types.KeySchemaElement) {
	for _, k := range keys {
		all = append(all, types.KeySchemaElement{AttributeName: &k.Name, KeyType: types.KeyType(k.Type)})
	}
	return all
}

// person is one IB of a test: how long ago its tags were asked for and made, and of its
// newest lead, with how long ago it was sent. Nothing is 0.
type person struct {
	asked, made          time.Duration
	configured, disabled bool
	state                lead.SyncState
	sent                 time.Duration
}

func mustPut(t *testing.T, p *patient, db *dynamodb.Client, logicalID string, item tenantdb.Item) {
	t.Helper()
	table, err := p.Resource(logicalID)
	if err == nil {
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func mustAdd(t *testing.T, p *patient, db *dynamodb.Client, n int, one person) {
	t.Helper()
	ago := func(d time.Duration) types.AttributeValue {
		return &types.AttributeValueMemberS{Value: string(lead.Stamp(time.Now().Add(-d)))}
	}
	id := &types.AttributeValueMemberS{Value: fmt.Sprintf("00000000-0000-4000-8000-%012d", n)}
	ib := tenantdb.Item{
		"userId": id, "listedAs": &types.AttributeValueMemberS{Value: "ib"}, "createdAt": ago(24 * time.Hour),
		"email": &types.AttributeValueMemberS{Value: "canary@ib.test"}, "systemeWorkflowsConfigured": &types.AttributeValueMemberBOOL{Value: one.configured},
	}
	for name, d := range map[string]time.Duration{"systemeTagsRequestedAt": one.asked, "systemeTagsMadeAt": one.made} {
		if d > 0 {
			ib[name] = ago(d)
		}
	}
	if one.disabled {
		ib["disabledAt"] = ago(time.Minute)
	}
	mustPut(t, p, db, "UsersTable", ib)
	if one.state == "" {
		return
	}
	for i, d := range []time.Duration{one.sent, one.sent + 48*time.Hour} { // an older one says nothing
		mustPut(t, p, db, "LeadsTable", tenantdb.Item{
			"userId": id, "sk": &types.AttributeValueMemberS{Value: fmt.Sprintf("LEAD#%d", i)}, "createdAt": ago(d), "updatedAt": ago(d),
			"syncState": &types.AttributeValueMemberS{Value: []string{string(one.state), "failed"}[i]},
			"email":     &types.AttributeValueMemberS{Value: "canary@acme.test"},
		})
	}
}

func TestIBs(t *testing.T) {
	t.Parallel()
	const first, second = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
	well := person{asked: 2 * time.Hour, made: time.Hour, configured: true, state: lead.Synced, sent: 2 * time.Hour}
	with := func(change func(*person)) person {
		one := well
		change(&one)
		return one
	}
	crowd := make([]person, sideBySide+1)
	for name, test := range map[string]struct {
		people []person
		want   []string
	}{
		"none": {nil, []string{"ok     IBs: none yet: the first signs up at https://api.test"}},
		"one that is well": {[]person{well}, []string{
			"ok     IBs' tags in Systeme.io: all 1 have theirs",
			"ok     IBs' workflows: all 1 are marked configured",
			"ok     newest lead of each IB: 1 synced, 0 waiting, 0 failed",
		}},
		"one that has just signed up": {[]person{well, {asked: time.Minute}}, []string{
			"ok     IBs' tags in Systeme.io: 1 of 2 will have theirs within minutes",
			"ok     IBs' workflows: 1 (" + second + ") of 2 not marked configured: make them in Systeme.io as https://api.test/admin lists them, and mark them there",
			"ok     newest lead of each IB: 1 synced, 0 waiting, 0 failed",
		}},
		"tags that do not come": {[]person{with(func(one *person) { one.made, one.state = 0, "" })}, []string{
			"wrong  IBs' tags in Systeme.io: 1 (" + first + ") of 1 lack theirs for more than an hour. Mend what else is wrong here; else see infra/playbooks/lead-sync-put-off.md",
			"ok     IBs' workflows",
			"ok     newest lead of each IB: there is none yet: send an IB's form",
		}},
		"an older version's IB": {[]person{with(func(one *person) { one.asked, one.made = 0, 0 })}, []string{
			"wrong  IBs' tags in Systeme.io: for 1 (" + first + ") of 1 nobody asked. Ask for them: make backfill APPLY=1 STAGE=prod",
			"ok     IBs' workflows",
			"ok     newest lead",
		}},
		"leads on their way, and refused": {[]person{
			with(func(one *person) { one.state, one.sent = lead.Pending, time.Minute }), with(func(one *person) { one.state = lead.Failed }),
		}, []string{
			"ok     IBs' tags", "ok     IBs' workflows",
			"ok     newest lead of each IB: 0 synced, 1 waiting, 1 failed; why is in the lead's syncError",
		}},
		"a lead that does not come": {[]person{well, with(func(one *person) { one.state = lead.Pending })}, []string{
			"ok     IBs' tags", "ok     IBs' workflows",
			"wrong  newest lead of each IB: 1 synced, 1 waiting, 0 failed; that of 1 (" + second + ") waits for more than an hour. Mend what else",
		}},
		"one that is shut out": {[]person{{disabled: true, state: lead.Pending, sent: 9 * time.Hour}}, []string{"ok     IBs: none yet"}},
		"a crowd": {crowd, []string{
			fmt.Sprintf("of %d nobody asked", len(crowd)), fmt.Sprintf(", …) of %d not marked configured", len(crowd)), "there is none yet",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, db := mustTables(t)
			for i, one := range test.people {
				mustAdd(t, p, db, i+1, one)
			}
			var out strings.Builder
			findings := p.ibs(t.Context())
			_ = report(&out, findings)
			lines := strings.Split(out.String(), "\n")
			if len(findings) != len(test.want) {
				t.Fatalf("printed\n%s", &out)
			}
			for i, want := range test.want {
				if !strings.Contains(lines[i], want) || strings.Contains(lines[i], "canary") {
					t.Errorf("line %q, want %q", lines[i], want)
				}
			}
		})
	}
}
