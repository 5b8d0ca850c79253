package iam

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const (
	leadsTable = "arn:aws:dynamodb:us-east-1:000000000000:table/Leads"
	leadsIndex = leadsTable + "/index/byCreatedAt"
	usersTable = "arn:aws:dynamodb:us-east-1:000000000000:table/Users"
)

// tenantPolicy has the shape that a tenant's role needs: named actions, no Scan,
// no PartiQL, the leading key of the session tag, and a guard against calls
// that name no key.
const tenantPolicy = `{"Version":"2012-10-17","Statement":[{
	"Sid":"OwnLeadsOnly","Effect":"Allow",
	"Action":["dynamodb:GetItem","dynamodb:BatchGetItem","dynamodb:Query","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:ConditionCheckItem"],
	"Resource":["` + leadsTable + `","` + leadsTable + `/index/*"],
	"Condition":{
		"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/userId}"]},
		"Null":{"dynamodb:LeadingKeys":"false","aws:PrincipalTag/userId":"false"}}}]}`

func keys(leading ...string) map[string][]string {
	return map[string][]string{"dynamodb:LeadingKeys": leading}
}

func TestTenantPolicy(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		tag     string
		request Request
		want    bool
	}{
		"own key":                        {"john", Request{"dynamodb:GetItem", leadsTable, keys("john")}, true},
		"another tenant's key":           {"john", Request{"dynamodb:GetItem", leadsTable, keys("sarah")}, false},
		"a key that begins with its own": {"john", Request{"dynamodb:GetItem", leadsTable, keys("john-2")}, false},
		"key in another case":            {"john", Request{"dynamodb:GetItem", leadsTable, keys("John")}, false},
		"empty key":                      {"john", Request{"dynamodb:GetItem", leadsTable, keys("")}, false},
		"no key":                         {"john", Request{"dynamodb:GetItem", leadsTable, nil}, false},
		"no values":                      {"john", Request{"dynamodb:GetItem", leadsTable, keys()}, false},
		"no session tag":                 {"", Request{"dynamodb:GetItem", leadsTable, keys("john")}, false},
		"no session tag, empty key":      {"", Request{"dynamodb:GetItem", leadsTable, keys("")}, false},
		"no session tag, no key":         {"", Request{"dynamodb:GetItem", leadsTable, nil}, false},
		"wildcard as session tag":        {"*", Request{"dynamodb:GetItem", leadsTable, keys("john")}, false},
		"index, own key":                 {"john", Request{"dynamodb:Query", leadsIndex, keys("john")}, true},
		"index, another's key":           {"john", Request{"dynamodb:Query", leadsIndex, keys("sarah")}, false},
		"another table":                  {"john", Request{"dynamodb:GetItem", usersTable, keys("john")}, false},
		"another region":                 {"john", Request{"dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:000000000000:table/Leads", keys("john")}, false},
		"a table with a longer name":     {"john", Request{"dynamodb:GetItem", leadsTable + "Archive", keys("john")}, false},
		"scan":                           {"john", Request{"dynamodb:Scan", leadsTable, nil}, false},
		"scan with a key":                {"john", Request{"dynamodb:Scan", leadsTable, keys("john")}, false},
		"scan of the index":              {"john", Request{"dynamodb:Scan", leadsIndex, keys("john")}, false},
		"PartiQL select":                 {"john", Request{"dynamodb:PartiQLSelect", leadsTable, keys("john")}, false},
		"PartiQL insert":                 {"john", Request{"dynamodb:PartiQLInsert", leadsTable, keys("john")}, false},
		"stream":                         {"john", Request{"dynamodb:GetRecords", leadsTable + "/stream/1", nil}, false},
		"batch of own keys":              {"john", Request{"dynamodb:BatchGetItem", leadsTable, keys("john", "john")}, true},
		"batch with one foreign key":     {"john", Request{"dynamodb:BatchGetItem", leadsTable, keys("john", "sarah")}, false},
		"batch write is not granted":     {"john", Request{"dynamodb:BatchWriteItem", leadsTable, keys("john")}, false},
		"transaction, own put":           {"john", Request{"dynamodb:PutItem", leadsTable, keys("john")}, true},
		"transaction, own check":         {"john", Request{"dynamodb:ConditionCheckItem", leadsTable, keys("john")}, true},
		"transaction, foreign delete":    {"john", Request{"dynamodb:DeleteItem", leadsTable, keys("sarah")}, false},
		"transaction, foreign check":     {"john", Request{"dynamodb:ConditionCheckItem", leadsTable, keys("sarah")}, false},
		"own key among other conditions": {"john", Request{"dynamodb:Query", leadsTable, map[string][]string{"dynamodb:LeadingKeys": {"john"}, "dynamodb:Select": {"ALL_ATTRIBUTES"}}}, true},
		"the table's description":        {"john", Request{"dynamodb:DescribeTable", leadsTable, nil}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := allows(t, tenantPolicy, map[string]string{"userId": tt.tag}, tt.request); got != tt.want {
				t.Errorf("tag %q, %v: allowed = %t, want %t", tt.tag, tt.request, got, tt.want)
			}
		})
	}
}

// TestTenantPolicyOpensNoOtherDoor: whatever the call, it is allowed only if
// every key in it is the tag's, and there is one.
func TestTenantPolicyOpensNoOtherDoor(t *testing.T) {
	t.Parallel()
	policy, err := ParsePolicy(tenantPolicy)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom([]string{"john", "sarah", "mike"}), rapid.StringMatching(`[a-z*?${}]{0,6}`))
		tag := word.Draw(t, "tag")
		leading := rapid.SliceOfN(word, 0, 4).Draw(t, "leading keys")
		action := rapid.SampledFrom([]string{"GetItem", "Query", "PutItem", "Scan", "PartiQLSelect", "DeleteTable"}).Draw(t, "action")
		p := Principal{ARN: "tenant", Policies: []Policy{policy}, Tags: map[string]string{"userId": tag}}
		got := p.Authorize(Request{Action: "dynamodb:" + action, Resource: leadsTable, Context: keys(leading...)}) == nil

		named := slices.DeleteFunc(slices.Clone(leading), func(k string) bool { return k == "" })
		foreign := slices.ContainsFunc(named, func(k string) bool { return k != tag })
		want := slices.Contains([]string{"GetItem", "Query", "PutItem"}, action) && tag != "" && len(named) > 0 && !foreign
		if got != want {
			t.Fatalf("allowed = %t, want %t", got, want)
		}
	})
}

// TestHolesOfPublishedSamples shows that the evaluation sees the known mistakes
// for what they are, so that a test of the real policy can see them too.
func TestHolesOfPublishedSamples(t *testing.T) {
	t.Parallel()
	john := map[string]string{"userId": "john"}
	tests := map[string]struct {
		statement string
		request   Request
	}{
		"no guard against an absent key": {
			`"Action":"dynamodb:Scan","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/userId}"}}`,
			Request{"dynamodb:Scan", leadsTable, nil},
		},
		"a prefix instead of the key": {
			`"Action":"dynamodb:GetItem","Resource":"*","Condition":{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/userId}*"}}`,
			Request{"dynamodb:GetItem", leadsTable, keys("johnson")},
		},
		"any value instead of all": {
			`"Action":"dynamodb:BatchGetItem","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/userId}"}}`,
			Request{"dynamodb:BatchGetItem", leadsTable, keys("john", "sarah")},
		},
		"every action": {
			`"Action":"dynamodb:*","Resource":"*"`,
			Request{"dynamodb:PartiQLSelect", leadsTable, nil},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + tt.statement + `}}`
			if !allows(t, document, john, tt.request) {
				t.Error("the hole is not seen")
			}
		})
	}
}
