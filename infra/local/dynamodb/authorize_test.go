package dynamodb_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
)

// tenant is a caller who may touch the items of one partition key value.
func tenant(tb testing.TB, table, key string) iam.Principal {
	tb.Helper()
	policy, err := iam.ParsePolicy([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["dynamodb:GetItem","dynamodb:BatchGetItem","dynamodb:Query","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:BatchWriteItem","dynamodb:ConditionCheckItem"],
		"Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/` + table + `","arn:aws:dynamodb:us-east-1:000000000000:table/` + table + `/index/*"],
		"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/userId}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`))
	if err != nil {
		tb.Fatal(err)
	}
	return iam.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/tenant/" + key, Policies: []iam.Policy{policy}, Tags: map[string]string{"userId": key}}
}

func TestTenantsReachTheirOwnItemsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.must("CreateTable", leadsTable)
	h.putLeads(1)
	h.must("PutItem", `{"TableName":"Leads","Item":`+leadJSON("sarah", 1)+`}`)
	h.caller = tenant(t, "Leads", "john")

	key := func(user string) string { return `{"userId":{"S":"` + user + `"},"sk":{"S":"x"}}` }
	query := func(user, more string) string {
		return `{"TableName":"Leads","KeyConditionExpression":"userId = :u","ExpressionAttributeValues":{":u":{"S":"` + user + `"}}` + more + `}`
	}
	requests := map[string]func(user string) (operation, request string){
		"get": func(user string) (string, string) { return "GetItem", `{"TableName":"Leads","Key":` + key(user) + `}` },
		"put": func(user string) (string, string) { return "PutItem", `{"TableName":"Leads","Item":` + key(user) + `}` },
		"update": func(user string) (string, string) {
			return "UpdateItem", `{"TableName":"Leads","Key":` + key(user) + `}`
		},
		"delete": func(user string) (string, string) {
			return "DeleteItem", `{"TableName":"Leads","Key":` + key(user) + `}`
		},
		"query":              func(user string) (string, string) { return "Query", query(user, "") },
		"query of the index": func(user string) (string, string) { return "Query", query(user, `,"IndexName":"byCreatedAt"`) },
		"batch get": func(user string) (string, string) {
			return "BatchGetItem", `{"RequestItems":{"Leads":{"Keys":[{"userId":{"S":"john"},"sk":{"S":"y"}},` + key(user) + `]}}}`
		},
		"batch write": func(user string) (string, string) {
			return "BatchWriteItem", `{"RequestItems":{"Leads":[{"DeleteRequest":{"Key":{"userId":{"S":"john"},"sk":{"S":"y"}}}},{"PutRequest":{"Item":` + key(user) + `}}]}}`
		},
		"transaction": func(user string) (string, string) {
			return "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"Leads","Item":{"userId":{"S":"john"},"sk":{"S":"y"}}}},{"Delete":{"TableName":"Leads","Key":` + key(user) + `}}]}`
		},
		"condition check": func(user string) (string, string) {
			return "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"Leads","Key":` + key(user) + `,"ConditionExpression":"attribute_not_exists(gone)"}}]}`
		},
		"transactional get": func(user string) (string, string) {
			return "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"Leads","Key":{"userId":{"S":"john"},"sk":{"S":"y"}}}},{"Get":{"TableName":"Leads","Key":` + key(user) + `}}]}`
		},
	}
	for name, request := range requests {
		operation, own := request("john")
		if _, err := h.call(operation, own); err != nil {
			t.Errorf("%s of its own: %v", name, err)
		}
		_, foreign := request("sarah")
		h.wantDenied(name+" of another's", operation, foreign)
	}
	always := map[string][2]string{
		"scan":                           {"Scan", `{"TableName":"Leads"}`},
		"scan of the index":              {"Scan", `{"TableName":"Leads","IndexName":"byCreatedAt"}`},
		"query without the key":          {"Query", `{"TableName":"Leads","KeyConditionExpression":"sk = :s","ExpressionAttributeValues":{":s":{"S":"x"}}}`},
		"query of a range of partitions": {"Query", `{"TableName":"Leads","KeyConditionExpression":"userId > :u","ExpressionAttributeValues":{":u":{"S":"john"}}}`},
		"put without the key":            {"PutItem", `{"TableName":"Leads","Item":{"sk":{"S":"x"}}}`},
		"a table that is not there":      {"GetItem", `{"TableName":"Other","Key":` + key("john") + `}`},
		"delete of the table":            {"DeleteTable", `{"TableName":"Leads"}`},
		"list of tables":                 {"ListTables", `{}`},
		"a new table":                    {"CreateTable", leadsTable},
	}
	for name, request := range always {
		h.wantDenied(name, request[0], request[1])
	}
}

func (h *harness) wantDenied(name, operation, request string) {
	h.tb.Helper()
	answer, err := h.call(operation, request)
	if _, ok := errors.AsType[*iam.Denied](err); !ok {
		h.tb.Errorf("%s answers %v, error %v, want a refusal", name, answer, err)
	}
}

// TestWhatPoliciesSee looks at the requests that are put to a caller's policies.
func TestWhatPoliciesSee(t *testing.T) {
	t.Parallel()
	const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Leads"
	tests := map[string]struct{ operation, request, want string }{
		"get": {"GetItem", `{"TableName":"Leads","Key":{"userId":{"S":"u"},"sk":{"S":"s"}}}`,
			"GetItem " + table + " Attributes=[sk userId] LeadingKeys=[u] Select=[ALL_ATTRIBUTES]"},
		"get of some": {"GetItem", `{"TableName":"Leads","Key":{"userId":{"S":"u"},"sk":{"S":"s"}},"ProjectionExpression":"email, a.b"}`,
			"GetItem " + table + " Attributes=[a email sk userId] LeadingKeys=[u] Select=[SPECIFIC_ATTRIBUTES]"},
		"put": {"PutItem", `{"TableName":"Leads","Item":{"userId":{"S":"u"},"sk":{"S":"s"},"email":{"S":"e"}},"ConditionExpression":"attribute_not_exists(a)","ReturnValues":"ALL_OLD"}`,
			"PutItem " + table + " Attributes=[a email sk userId] LeadingKeys=[u] ReturnValues=[ALL_OLD]"},
		"update": {"UpdateItem", `{"TableName":"Leads","Key":{"userId":{"S":"u"},"sk":{"S":"s"}},"UpdateExpression":"SET a = b REMOVE c","ConditionExpression":"attribute_exists(d)"}`,
			"UpdateItem " + table + " Attributes=[a b c d sk userId] LeadingKeys=[u]"},
		"query of the index": {"Query", `{"TableName":"Leads","IndexName":"byCreatedAt","KeyConditionExpression":"userId = :u","FilterExpression":"a = :u","ExpressionAttributeValues":{":u":{"S":"u"}},"Select":"COUNT"}`,
			"Query " + table + "/index/byCreatedAt Attributes=[a userId] LeadingKeys=[u] Select=[COUNT]"},
		"scan": {"Scan", `{"TableName":"Leads"}`, "Scan " + table + " Select=[ALL_ATTRIBUTES]"},
		"batch get": {"BatchGetItem", `{"RequestItems":{"Leads":{"Keys":[{"userId":{"S":"v"},"sk":{"S":"s"}},{"userId":{"S":"u"},"sk":{"S":"s"}},{"userId":{"S":"v"},"sk":{"S":"t"}}]}}}`,
			"BatchGetItem " + table + " Attributes=[sk userId] LeadingKeys=[u v] Select=[ALL_ATTRIBUTES]"},
		"transaction": {"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"Leads","Key":{"userId":{"S":"u"},"sk":{"S":"s"}},"ConditionExpression":"attribute_exists(a)"}}]}`,
			"ConditionCheckItem " + table + " Attributes=[a sk userId] EnclosingOperation=[TransactWriteItems] LeadingKeys=[u]"},
		"describe": {"DescribeTable", `{"TableName":"Leads"}`, "DescribeTable " + table},
		"list":     {"ListTables", `{}`, "ListTables *"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.must("CreateTable", leadsTable)
			h.caller = iam.Principal{ARN: "arn:aws:iam::000000000000:role/none"}
			_, err := h.call(test.operation, test.request)
			denied, ok := errors.AsType[*iam.Denied](err)
			if !ok {
				t.Fatalf("error %v, want a refusal", err)
			}
			if got := showRequest(denied.Request); got != test.want {
				t.Errorf("policies see\n%s, want\n%s", got, test.want)
			}
		})
	}
}

func showRequest(r iam.Request) string {
	shown := strings.TrimPrefix(r.Action, "dynamodb:") + " " + r.Resource
	for _, name := range slices.Sorted(maps.Keys(r.Context)) {
		shown += fmt.Sprintf(" %s=%v", strings.TrimPrefix(name, "dynamodb:"), r.Context[name])
	}
	return shown
}
