package iam

import (
	"strings"
	"testing"
)

const tenantRole = "arn:aws:iam::000000000000:role/Tenant"

func TestTrust(t *testing.T) {
	t.Parallel()
	allowed, err := ParsePolicy(`{"Statement":{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"` + tenantRole + `"}}`)
	if err != nil {
		t.Fatal(err)
	}
	leads := Principal{ARN: "arn:aws:sts::000000000000:assumed-role/Leads/leads", Policies: []Policy{allowed}}
	trust := func(principal, rest string) string {
		return `{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + rest + `}]}`
	}
	tests := map[string]struct {
		trust  string
		caller Principal
		want   bool
	}{
		"the role":                {trust(`{"AWS":"arn:aws:iam::000000000000:role/Leads"}`, ""), leads, true},
		"one of several roles":    {trust(`{"AWS":["arn:aws:iam::000000000000:role/X","arn:aws:iam::000000000000:role/Leads"]}`, ""), leads, true},
		"the session":             {trust(`{"AWS":"arn:aws:sts::000000000000:assumed-role/Leads/leads"}`, ""), leads, true},
		"the account by id":       {trust(`{"AWS":"000000000000"}`, ""), leads, true},
		"the account by root":     {trust(`{"AWS":"arn:aws:iam::000000000000:root"}`, ""), leads, true},
		"everybody":               {trust(`"*"`, ""), leads, true},
		"every AWS principal":     {trust(`{"AWS":"*"}`, ""), leads, true},
		"another role":            {trust(`{"AWS":"arn:aws:iam::000000000000:role/Capture"}`, ""), leads, false},
		"another account":         {trust(`{"AWS":"111111111111"}`, ""), leads, false},
		"a service":               {trust(`{"Service":"lambda.amazonaws.com"}`, ""), leads, false},
		"no identity policy":      {trust(`"*"`, ""), Principal{ARN: leads.ARN}, false},
		"anonymous":               {trust(`"*"`, ""), Principal{}, false},
		"root is not named":       {trust(`{"AWS":"arn:aws:iam::000000000000:role/Leads"}`, ""), Principal{ARN: RootARN, Root: true}, false},
		"root of the account":     {trust(`{"AWS":"000000000000"}`, ""), Principal{ARN: RootARN, Root: true}, true},
		"condition holds":         {trust(`"*"`, `,"Condition":{"StringLike":{"aws:RequestTag/userId":"?*"}}`), leads, true},
		"condition does not hold": {trust(`"*"`, `,"Condition":{"StringEquals":{"aws:RequestTag/userId":"sarah"}}`), leads, false},
		"denied": {`{"Statement":[{"Effect":"Allow","Action":"*","Principal":"*"},
			{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:role/Leads"}}]}`, leads, false},
		"another action": {`{"Statement":[{"Effect":"Allow","Action":"sts:TagSession","Principal":"*"}]}`, leads, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy, err := ParseTrust(tt.trust)
			if err != nil {
				t.Fatal(err)
			}
			err = policy.Authorize(tt.caller, Request{Action: "sts:AssumeRole", Resource: tenantRole,
				Context: map[string][]string{"aws:RequestTag/userId": {"john"}}})
			if (err == nil) != tt.want {
				t.Errorf("error = %v, want allowed = %t", err, tt.want)
			}
		})
	}
}

func TestParseTrustRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ elements, want string }{
		"no principal":          {`"Action":"sts:AssumeRole"`, "Principal cannot be"},
		"a resource":            {`"Action":"sts:AssumeRole","Principal":"*","Resource":"*"`, `unknown element "Resource"`},
		"NotPrincipal":          {`"Action":"sts:AssumeRole","NotPrincipal":"*"`, `unknown element "NotPrincipal"`},
		"a federated principal": {`"Action":"sts:AssumeRole","Principal":{"Federated":"x"}`, `unknown element "Federated"`},
		"a role pattern":        {`"Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:role/*"}`, "unknown AWS principal"},
		"a user":                {`"Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:user/x"}`, "unknown AWS principal"},
		"a word as service":     {`"Action":"sts:AssumeRole","Principal":{"Service":"lambda"}`, "unknown Service principal"},
		"an empty list":         {`"Action":"sts:AssumeRole","Principal":{"AWS":[]}`, "missing or empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseTrust(`{"Statement":[{"Effect":"Allow",` + tt.elements + `}]}`)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}
