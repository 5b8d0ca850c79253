package iam

import (
	"errors"
	"testing"
)

// allows evaluates one policy for a principal with session tags.
func allows(t *testing.T, document string, tags map[string]string, r Request) bool {
	t.Helper()
	policy, err := ParsePolicy(document)
	if err != nil {
		t.Fatal(err)
	}
	p := Principal{ARN: "arn:aws:sts::000000000000:assumed-role/Reader/session", Tags: tags, Policies: []Policy{policy}}
	return p.Authorize(r) == nil
}

func TestActionsAndResources(t *testing.T) {
	t.Parallel()
	const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Leads"
	tests := map[string]struct {
		action, resource string // of the policy
		call, on         string
		want             bool
	}{
		"exact":                              {"dynamodb:GetItem", table, "dynamodb:GetItem", table, true},
		"another action":                     {"dynamodb:GetItem", table, "dynamodb:PutItem", table, false},
		"another service":                    {"dynamodb:*", "*", "sqs:SendMessage", "*", false},
		"action in another case":             {"DynamoDB:getitem", table, "dynamodb:GetItem", table, true},
		"action wildcard":                    {"dynamodb:*Item", table, "dynamodb:BatchGetItem", table, true},
		"action wildcard misses":             {"dynamodb:Get*", table, "dynamodb:Query", table, false},
		"every action":                       {"*", table, "dynamodb:Query", table, true},
		"single character":                   {"dynamodb:?etItem", table, "dynamodb:GetItem", table, true},
		"another resource":                   {"dynamodb:GetItem", table, "dynamodb:GetItem", table + "2", false},
		"resource in another case":           {"dynamodb:GetItem", table, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:000000000000:table/leads", false},
		"a table is not its index":           {"dynamodb:Query", table, "dynamodb:Query", table + "/index/byCreatedAt", false},
		"index wildcard":                     {"dynamodb:Query", table + "/index/*", "dynamodb:Query", table + "/index/byCreatedAt", true},
		"every resource":                     {"dynamodb:Query", "*", "dynamodb:Query", table, true},
		"region and account wildcards":       {"dynamodb:Query", "arn:aws:dynamodb:*:*:table/Leads", "dynamodb:Query", table, true},
		"a wildcard stays in its segment":    {"dynamodb:Query", "arn:aws:*:*:table/Leads:x", "dynamodb:Query", table, false},
		"an ARN pattern does not fit a star": {"sqs:ListQueues", "arn:aws:sqs:*:*:*", "sqs:ListQueues", "*", false},
		"two stars need both to fit":         {"dynamodb:Query", "arn:aws:dynamodb:*:*:*/Le*ds", "dynamodb:Query", table, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := `{"Statement":{"Effect":"Allow","Action":"` + tt.action + `","Resource":"` + tt.resource + `"}}`
			if got := allows(t, document, nil, Request{Action: tt.call, Resource: tt.on}); got != tt.want {
				t.Errorf("allowed = %t, want %t", got, tt.want)
			}
		})
	}
}

func TestDenyOutweighsAllow(t *testing.T) {
	t.Parallel()
	allow, err := ParsePolicy(`{"Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	deny, err := ParsePolicy(`{"Statement":[{"Effect":"Deny","Action":"dynamodb:Scan","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	request := Request{Action: "dynamodb:Scan", Resource: "arn:aws:dynamodb:us-east-1:000000000000:table/Leads"}
	for name, policies := range map[string][]Policy{"deny last": {allow, deny}, "deny first": {deny, allow}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Principal{ARN: "someone", Policies: policies}.Authorize(request)
			want := "User: someone is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Leads with an explicit deny in an identity-based policy"
			if err == nil || err.Error() != want {
				t.Errorf("error = %v, want %s", err, want)
			}
		})
	}
}

func TestNothingIsAllowedWithoutAPolicy(t *testing.T) {
	t.Parallel()
	request := Request{Action: "dynamodb:GetItem", Resource: "arn:x"}
	err := Principal{ARN: "someone"}.Authorize(request)
	var refusal *Denied
	if !errors.As(err, &refusal) || refusal.Request.Action != request.Action {
		t.Fatalf("error = %v, want *Denied of the request", err)
	}
	want := "User: someone is not authorized to perform: dynamodb:GetItem on resource: arn:x because no identity-based policy allows the dynamodb:GetItem action"
	if err.Error() != want {
		t.Errorf("message = %s\nwant      %s", err, want)
	}
	if err := (Principal{Root: true}).Authorize(request); err != nil {
		t.Errorf("root is refused: %v", err)
	}
	if err := (Principal{}).Authorize(request); err == nil {
		t.Error("nobody is allowed")
	}
}

func TestRecorderSeesEveryDecision(t *testing.T) {
	t.Parallel()
	var seen []Decision
	policy, err := ParsePolicy(`{"Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	p := Principal{ARN: "someone", Policies: []Policy{policy}, Recorder: func(d Decision) { seen = append(seen, d) }}
	if err := p.Authorize(Request{Action: "sqs:SendMessage", Resource: "q"}); err != nil {
		t.Error(err)
	}
	if err := p.Authorize(Request{Action: "sqs:DeleteMessage", Resource: "q"}); err == nil {
		t.Error("sqs:DeleteMessage is allowed")
	}
	p.Root = true
	if err := p.Authorize(Request{Action: "sqs:DeleteMessage", Resource: "q"}); err != nil {
		t.Error(err)
	}
	want := []Decision{
		{"someone", "sqs:SendMessage", "q", true},
		{"someone", "sqs:DeleteMessage", "q", false},
		{"someone", "sqs:DeleteMessage", "q", true},
	}
	if len(seen) != len(want) || seen[0] != want[0] || seen[1] != want[1] || seen[2] != want[2] {
		t.Errorf("recorded %v, want %v", seen, want)
	}
}

func TestRoleARN(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws:sts::000000000000:assumed-role/Leads/session": "arn:aws:iam::000000000000:role/Leads",
		"arn:aws:iam::000000000000:role/Leads":                 "arn:aws:iam::000000000000:role/Leads",
		RootARN:                                                RootARN,
		"":                                                     "",
	} {
		if got := RoleARN(arn); got != want {
			t.Errorf("RoleARN(%q) = %q, want %q", arn, got, want)
		}
	}
}
