package iam_test

import (
	"fmt"
	"testing"

	"clientflow/infra/local/iam"
)

func TestGrants(t *testing.T) {
	t.Parallel()
	policy, err := iam.ParsePolicy(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["dynamodb:GetItem","sqs:Send*"],"Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/Leads","*"]},
		{"Effect":"Deny","Action":"dynamodb:Scan","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := "[dynamodb:getitem on arn:aws:dynamodb:us-east-1:000000000000:table/Leads dynamodb:getitem on * " +
		"sqs:send* on arn:aws:dynamodb:us-east-1:000000000000:table/Leads sqs:send* on *]"
	grants := policy.Grants()
	if got := fmt.Sprint(grants); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for resource, covered := range map[string]bool{
		"arn:aws:dynamodb:us-east-1:000000000000:table/Leads":  true,
		"arn:aws:dynamodb:us-east-1:000000000000:table/Leads2": false,
	} {
		if got := grants[0].Covers(iam.Decision{Action: "dynamodb:GetItem", Resource: resource}); got != covered {
			t.Errorf("covers %s: %v", resource, got)
		}
	}
	if grants[0].Covers(iam.Decision{Action: "dynamodb:Query", Resource: "*"}) {
		t.Error("covers another action")
	}
}
