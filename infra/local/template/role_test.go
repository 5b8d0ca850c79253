package template

import (
	"testing"
	"time"

	"clientflow/infra/local/iam"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, `
Resources:
  Attached:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: attached
      Roles: [!Ref Caller]
      PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: [sts:AssumeRole, sts:TagSession], Resource: !GetAtt Tenant.Arn}}
  Caller:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
  Tenant:
    Type: AWS::IAM::Role
    Properties:
      MaxSessionDuration: 7200
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {AWS: !GetAtt Caller.Arn}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              Effect: Allow
              Action: dynamodb:GetItem
              Resource: "*"
              Condition: {StringEquals: {"aws:PrincipalTag/userId": "${aws:PrincipalTag/userId}"}}
`)
	caller, tenant := parsed.Roles[0], parsed.Roles[1]
	if tenant.ARN != "arn:aws:iam::000000000000:role/test-Tenant" || tenant.MaxSession != 2*time.Hour || caller.MaxSession != time.Hour {
		t.Errorf("roles are %+v", parsed.Roles)
	}
	assume := iam.Request{Action: "sts:AssumeRole", Resource: tenant.ARN}
	if err := tenant.Trust.Authorize(iam.Principal{ARN: caller.ARN, Policies: caller.Policies}, assume); err != nil {
		t.Errorf("the caller may not assume the role: %v", err)
	}
	if err := tenant.Trust.Authorize(iam.Principal{ARN: tenant.ARN, Policies: caller.Policies}, assume); err == nil {
		t.Error("the role may assume itself")
	}
	get := iam.Request{Action: "dynamodb:GetItem", Resource: "*"}
	session := iam.Principal{ARN: tenant.ARN, Policies: tenant.Policies, Tags: map[string]string{"userId": "u"}}
	if err := session.Authorize(get); err != nil {
		t.Errorf("a policy variable was lost: %v", err)
	}
}
