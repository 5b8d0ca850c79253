package template

import (
	"slices"
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

// SAM gives a role that it makes what tracing needs, whichever the mode, and leaves one that
// is declared as it is.
func TestTheRoleOfAFunctionThatIsTraced(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, `
Globals:
  Function: {Runtime: provided.al2023, Handler: bootstrap, CodeUri: .}
Resources:
  PlainFunction: {Type: AWS::Serverless::Function, Properties: {}}
  ActiveFunction: {Type: AWS::Serverless::Function, Properties: {Tracing: Active}}
  PassingFunction: {Type: AWS::Serverless::Function, Properties: {Tracing: PassThrough}}
  DeclaredFunction: {Type: AWS::Serverless::Function, Properties: {Tracing: Active, Role: !GetAtt Declared.Arn}}
  Declared:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}
`)
	send := iam.Request{Action: "xray:PutTraceSegments", Resource: "*"}
	for name, want := range map[string]struct {
		mode string
		may  bool
	}{"PlainFunction": {"", false}, "ActiveFunction": {"Active", true}, "PassingFunction": {"PassThrough", true}, "DeclaredFunction": {"Active", false}} {
		f := parsed.Functions[slices.IndexFunc(parsed.Functions, func(f Function) bool { return f.LogicalID == name })]
		role := parsed.Roles[slices.IndexFunc(parsed.Roles, func(r Role) bool { return r.ARN == f.Role })]
		err := (iam.Principal{ARN: role.ARN, Policies: role.Policies}).Authorize(send)
		if f.Tracing != want.mode || (err == nil) != want.may {
			t.Errorf("%s: mode %q, %v", name, f.Tracing, err)
		}
	}
}

// A function whose role may not send traces cannot be made on AWS.
func TestEveryTracedFunctionMaySendTraces(t *testing.T) {
	t.Parallel()
	parsed, err := Load("../../../template.yaml", options())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range parsed.Functions {
		role := parsed.Roles[slices.IndexFunc(parsed.Roles, func(r Role) bool { return r.ARN == f.Role })]
		by := iam.Principal{ARN: role.ARN, Policies: role.Policies}
		for _, action := range []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"} {
			if err := by.Authorize(iam.Request{Action: action, Resource: "*"}); err != nil || f.Tracing != "Active" {
				t.Errorf("%s: mode %q, %v", f.LogicalID, f.Tracing, err)
			}
		}
	}
}
