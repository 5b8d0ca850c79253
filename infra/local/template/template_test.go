package template

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// options are those of every test here.
func options() Options {
	return Options{Stack: "test", AWSURL: "http://127.0.0.1:4566", APIURL: "http://127.0.0.1:8080"}
}

func mustParse(t *testing.T, document string) *Template {
	t.Helper()
	parsed, err := Parse("template.yaml", []byte(document), options())
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// outputs returns a template whose one output is the value, after some sections.
func output(sections, value string) string {
	return sections + "\nResources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n  Out:\n    Value: " + value + "\n"
}

// The project's own template is the largest there is, and the one that matters.
func TestProjectTemplate(t *testing.T) {
	t.Parallel()
	parsed, err := Load("../../../template.yaml", options())
	if err != nil {
		t.Fatal(err)
	}
	capture, ok := parsed.Function("CaptureLeadFunction")
	if !ok {
		t.Fatal("there is no CaptureLeadFunction")
	}
	if capture.Folder != "capture-lead" || capture.Environment["LEADS_TABLE"] != "test-LeadsTable" {
		t.Errorf("folder %q, LEADS_TABLE %q", capture.Folder, capture.Environment["LEADS_TABLE"])
	}
	if len(capture.Routes) == 0 || capture.Routes[0].Authorizer != "" {
		t.Errorf("the form's routes are not public: %+v", capture.Routes)
	}
	leads, _ := parsed.Function("LeadsFunction")
	for _, route := range leads.Routes {
		if route.Authorizer != "CognitoAuthorizer" {
			t.Errorf("%s has the authorizer %q", route.Key(), route.Authorizer)
		}
	}
	authorizer := parsed.API.Authorizers["CognitoAuthorizer"]
	if authorizer.Issuer != parsed.Pools[0].Issuer || authorizer.Audience[0] != parsed.Clients[0].ID {
		t.Errorf("the authorizer takes tokens of %q for %q, the pool is %+v", authorizer.Issuer, authorizer.Audience, parsed.Pools[0])
	}
}

func TestFunctionDefaults(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, `
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    CodeUri: .
    Timeout: 15
    Environment: {Variables: {SHARED: globals, COMMON: globals}}
Resources:
  FooBarFunction:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 60
      Environment: {Variables: {SHARED: function, COUNT: 8}}
  OtherFunction:
    Type: AWS::Serverless::Function
    Properties: {}
`)
	f, other := parsed.Functions[0], parsed.Functions[1]
	if f.Folder != "foo-bar" || f.Timeout != time.Minute || f.MemoryMB != 128 {
		t.Errorf("folder %q, timeout %v, memory %d", f.Folder, f.Timeout, f.MemoryMB)
	}
	if got := f.Environment; got["SHARED"] != "function" || got["COMMON"] != "globals" || got["COUNT"] != "8" {
		t.Errorf("environment is %v", got)
	}
	if got := other.Environment; got["SHARED"] != "globals" || len(got) != 2 || other.Timeout != 15*time.Second {
		t.Errorf("the defaults leaked: %v, %v", got, other.Timeout)
	}
	if f.Role != "arn:aws:iam::000000000000:role/test-FooBarFunctionRole" || len(parsed.Roles) != 2 {
		t.Errorf("role is %q of %d", f.Role, len(parsed.Roles))
	}
}

func TestIntrinsics(t *testing.T) {
	t.Parallel()
	sections := `
Parameters: {Stage: {Type: String, Default: dev}, Rate: {Type: Number, Default: 2.5}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: {Fn::Not: [{Condition: IsDev}]}
  Either: !Or [!Condition IsProd, {Condition: IsDev}]
  Both: !And [!Condition IsProd, !Condition IsDev]`
	tests := []struct{ value, want string }{
		{`!Ref Stage`, "dev"},
		{`{Ref: Rate}`, "2.5"},
		{`!Ref AWS::Region`, "us-east-1"},
		{`!Ref AWS::AccountId`, "000000000000"},
		{`!Ref AWS::StackName`, "test"},
		{`!Ref Q`, "http://127.0.0.1:4566/000000000000/test-Q"},
		{`!GetAtt Q.Arn`, "arn:aws:sqs:us-east-1:000000000000:test-Q"},
		{`!GetAtt [Q, QueueName]`, "test-Q"},
		{`{Fn::GetAtt: [Q, Arn]}`, "arn:aws:sqs:us-east-1:000000000000:test-Q"},
		{`!Sub "a-${Stage}-${Q.QueueName}-${AWS::Partition}-${!Stage}"`, "a-dev-test-Q-aws-${Stage}"},
		{`!Sub ["${Own}/${Stage}", {Own: !Ref Rate}]`, "2.5/dev"},
		{`!Join ["-", [a, !Ref Stage, b]]`, "a-dev-b"},
		{`!Select [1, !Split [",", "x,y,z"]]`, "y"},
		{`!Select ["0", [!Ref Stage, b]]`, "dev"},
		{`!If [IsDev, small, large]`, "small"},
		{`!If [IsProd, !Ref Nowhere, large]`, "large"},
		{`!If [Either, yes-it-is, no]`, "yes-it-is"},
		{`!If [Both, a, b]`, "b"},
		{`!Join ["", [a, !Ref AWS::NoValue, b]]`, "ab"},
		{`"${Stage}"`, "${Stage}"},
		{`5`, "5"},
	}
	for _, test := range tests {
		t.Run(test.value, func(t *testing.T) {
			t.Parallel()
			parsed := mustParse(t, output(sections, test.value))
			if got := parsed.Outputs["Out"]; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	function := "Resources:\n  AFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: provided.al2023\n      "
	api := "Resources:\n  Api: {Type: AWS::Serverless::HttpApi, Properties: {StageName: $default}}\n  AFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: provided.al2023\n      "
	tests := []struct {
		name, document, place, problem string
		line                           int
	}{
		{"unknown section", "Mappings: {}\nResources: {}", "Mappings", "does not know this property", 1},
		{"no resources", "Description: x", "the template", "Resources is missing", 1},
		{"unknown type", "Resources:\n  X: {Type: AWS::S3::Bucket}", "Resources.X", "does not know the resource type AWS::S3::Bucket", 2},
		{"no type", "Resources:\n  X: {Properties: {}}", "Resources.X", "Type is missing", 2},
		{"unknown property", "Resources:\n  X:\n    Type: AWS::SQS::Queue\n    Properties:\n      FifoQueue: true", "Resources.X.Properties.FifoQueue", "does not know this property", 5},
		{"unknown function", output("", "!Base64 x"), "Outputs.Out.Value !Base64", "does not know the function Base64", 6},
		{"unknown long function", output("", "{Fn::Base64: x}"), "Outputs.Out.Value.Fn::Base64", "does not know the function Base64", 6},
		{"unknown reference", output("", "!Ref Nowhere"), "Outputs.Out.Value !Ref", `there is no "Nowhere"`, 6},
		{"unknown attribute", output("", "!GetAtt Q.Colour"), "Outputs.Out.Value !GetAtt", "no attribute Colour of Q", 6},
		{"attribute without a dot", output("", "!GetAtt Q"), "Outputs.Out.Value !GetAtt", "needs Resource.Attribute", 6},
		{"open substitution", output("", `!Sub "a${Q"`), "Outputs.Out.Value !Sub", "without its }", 6},
		{"index beyond the list", output("", "!Select [2, [a, b]]"), "Outputs.Out.Value !Select", "no item 2 in a list of 2", 6},
		{"too many arguments", output("", "!Join [a, [b], c]"), "Outputs.Out.Value !Join", "takes 2 arguments, not 3", 6},
		{"unknown condition", output("", "!If [Nope, a, b]"), "Outputs.Out.Value !If", `no condition "Nope"`, 6},
		{"unused bad condition", output("Conditions: {A: !Contains [a, b]}", "x"), "Conditions.A !Contains", "does not know the condition function Contains", 1},
		{"condition in a circle", output("Conditions: {A: {Condition: B}, B: {Condition: A}}", "x"), "Conditions.B", "in a circle", 1},
		{"name in a circle", "Resources:\n  X: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref X}}", "Resources.X.Properties.QueueName", "in a circle", 2},
		{"null", output("", "~"), "Outputs.Out.Value", "has no value", 6},
		{"alias", "Resources:\n  X: &x {Type: AWS::SQS::Queue}\n  Y: *x", "Resources.Y", "an alias", 3},
		{"key twice", "Resources:\n  X: {Type: AWS::SQS::Queue, Type: AWS::SQS::Queue}", "Resources.X", "Type is there twice", 2},
		{"unquoted Null", "Resources:\n  X: {Type: AWS::SQS::Queue, Null: x}", "Resources.X", "quote it", 2},
		{"list for an object", "Resources: []", "Resources", "must be an object, not a list", 1},
		{"number out of range", "Resources:\n  X: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: -1}}", "Resources.X.Properties.VisibilityTimeout", "must be a whole number", 2},
		{"parameter without a value", "Parameters:\n  P: {Type: String}\nResources: {}", "Parameters.P", "has no default", 2},
		{"parameter not allowed", "Parameters:\n  P: {Type: String, Default: c, AllowedValues: [a, b]}\nResources: {}", "Parameters.P", `"c" is not one of a, b`, 2},
		{"parameter against its pattern", "Parameters:\n  P: {Type: String, Default: xay, AllowedPattern: a}\nResources: {}", "Parameters.P", `"xay" does not match a`, 2},
		{"parameter too small", "Parameters:\n  P: {Type: Number, Default: 0.01, MinValue: 0.1}\nResources: {}", "Parameters.P", "is less than 0.1", 2},
		{"parameter too large", "Parameters:\n  P: {Type: Number, Default: 3, MaxValue: 2}\nResources: {}", "Parameters.P", "is more than 2", 2},
		{"parameter no number", "Parameters:\n  P: {Type: Number, Default: many}\nResources: {}", "Parameters.P", "is not a number", 2},
		{"parameter of another type", "Parameters:\n  P: {Type: AWS::SSM::Parameter::Name}\nResources: {}", "Parameters.P.Type", "knows only String, Number", 2},
		{"function's name", "Resources:\n  Capture: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023}}", "Resources.Capture", "named like CaptureLeadFunction", 2},
		{"other runtime", "Resources:\n  AFunction: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs22.x}}", "Resources.AFunction.Properties.Runtime", "knows only provided.al2023", 2},
		{"no runtime", "Resources:\n  AFunction: {Type: AWS::Serverless::Function, Properties: {}}", "Resources.AFunction", "Runtime is missing", 2},
		{"other build", "Resources:\n  AFunction:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: go1.x}", "Resources.AFunction.Metadata.BuildMethod", "knows only makefile", 4},
		{"unknown event", function + "Events: {E: {Type: S3, Properties: {}}}", "Resources.AFunction.Properties.Events.E", "events of type S3", 6},
		{"route without an API", function + "Events: {E: {Type: HttpApi, Properties: {ApiId: x, Method: GET, Path: /}}}", "Resources.AFunction.Properties.Events.E.Properties", "there is no HTTP API", 6},
		{"lower-case method", api + "Events: {E: {Type: HttpApi, Properties: {ApiId: x, Method: get, Path: /}}}", "Resources.AFunction.Properties.Events.E.Properties.Method", "knows only ANY, GET", 7},
		{"path without a slash", api + "Events: {E: {Type: HttpApi, Properties: {ApiId: x, Method: GET, Path: leads}}}", "Resources.AFunction.Properties.Events.E.Properties", "does not begin with /", 7},
		{"route twice", api + "Events: {E: {Type: HttpApi, Properties: {ApiId: x, Method: GET, Path: /}}, F: {Type: HttpApi, Properties: {ApiId: x, Method: GET, Path: /}}}", "Resources.AFunction.Properties.Events.F.Properties", "GET / is there twice", 7},
		{"unknown authorizer", api + "Events: {E: {Type: HttpApi, Properties: {ApiId: x, Method: GET, Path: /, Auth: {Authorizer: Guard}}}}", "Resources.AFunction.Properties.Events.E.Properties", `no authorizer "Guard"`, 7},
		{"large batch without a window", function + "Events: {E: {Type: SQS, Properties: {Queue: q, BatchSize: 11}}}", "Resources.AFunction.Properties.Events.E.Properties", "needs a MaximumBatchingWindowInSeconds", 6},
		{"bad policy", function + "Policies: [{Version: 2012-10-17, Statement: {Effect: Maybe, Action: 'a:b', Resource: '*'}}]", "Resources.AFunction.Properties.Policies[0]", "Effect must be Allow or Deny", 6},
		{"policies beside a role", function + "Role: r\n      Policies: [{Version: 2012-10-17, Statement: {Effect: Allow, Action: 'a:b', Resource: '*'}}]", "Resources.AFunction", "Policies have no effect beside a Role", 3},
		{"policy of no role", "Resources:\n  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [r], PolicyDocument: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 'a:b', Resource: '*'}}}}", "Resources.P.Properties.Roles[0]", `there is no role "r"`, 2},
		{"table with provisioned capacity", "Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PROVISIONED, AttributeDefinitions: [], KeySchema: []}}", "Resources.T.Properties.BillingMode", "knows only PAY_PER_REQUEST", 2},
		{"pool with user names", "Resources:\n  P: {Type: AWS::Cognito::UserPool, Properties: {UsernameAttributes: [phone_number], AutoVerifiedAttributes: [email]}}", "Resources.P.Properties.UsernameAttributes[0]", "knows only email", 2},
		{"two APIs", "Resources:\n  A: {Type: AWS::Serverless::HttpApi, Properties: {StageName: $default}}\n  B: {Type: AWS::Serverless::HttpApi, Properties: {StageName: $default}}", "Resources.B", "serves one HTTP API, which A is already", 3},
		{"CORS at the API", "Resources:\n  A: {Type: AWS::Serverless::HttpApi, Properties: {StageName: $default, CorsConfiguration: true}}", "Resources.A.Properties.CorsConfiguration", "does not know this property", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("template.yaml", []byte(test.document), options())
			var wrong *Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if wrong.File != "template.yaml" || wrong.Line != test.line || wrong.Place != test.place || !strings.Contains(wrong.Problem, test.problem) {
				t.Errorf("got %v, want line %d, %s: …%s…", err, test.line, test.place, test.problem)
			}
		})
	}
}

func TestParseTellsAllResourcesThatAreWrong(t *testing.T) {
	t.Parallel()
	_, err := Parse("t", []byte("Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {X: 1}}\n  B: {Type: AWS::SQS::Queue, Properties: {Y: 1}}"), options())
	if err == nil || !strings.Contains(err.Error(), "Resources.A") || !strings.Contains(err.Error(), "Resources.B") {
		t.Errorf("got %v, want both resources", err)
	}
}

func TestNoYAML(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"", "a: [", "\x00"} {
		if _, err := Parse("t", []byte(document), options()); err == nil {
			t.Errorf("%q was accepted", document)
		}
	}
	if _, err := Load("no-such-file.yaml", options()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is no file", err)
	}
}

func TestParametersFromOutside(t *testing.T) {
	t.Parallel()
	document := "Parameters:\n  Mode: {Type: String, Default: shared, AllowedValues: [shared, exclusive]}\nResources: {}\nOutputs: {Out: {Value: !Ref Mode}}"
	type values = map[string]string
	tests := []struct {
		name            string
		given, defaults values
		want            string
		wrong           string
	}{
		{"default", nil, nil, "shared", ""},
		{"given", values{"Mode": "exclusive"}, nil, "exclusive", ""},
		{"another default", nil, values{"Mode": "exclusive", "Other": "x"}, "exclusive", ""},
		{"given before another default", values{"Mode": "shared"}, values{"Mode": "exclusive"}, "shared", ""},
		{"not allowed", values{"Mode": "both"}, nil, "", `"both" is not one of shared, exclusive`},
		{"another default that is not allowed", nil, values{"Mode": "both"}, "", `"both" is not one of shared, exclusive`},
		{"unknown", values{"Made": "shared"}, nil, "", "Made is not a parameter of this template; it has Mode"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Parameters, o.Defaults = test.given, test.defaults
			parsed, err := Parse("t", []byte(document), o)
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Fatalf("got %v, want %s", err, test.wrong)
				}
				return
			}
			if err != nil || parsed.Outputs["Out"] != test.want || parsed.Parameters["Mode"] != test.want {
				t.Errorf("got %+v, %v", parsed, err)
			}
		})
	}
}

func TestResourcesWithConditions(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, `
Conditions: {Never: !Equals [a, b], Always: !Equals [a, a]}
Resources:
  Gone: {Type: AWS::SQS::Queue, Condition: Never, Properties: {RedrivePolicy: !Ref Nowhere}}
  There: {Type: AWS::SQS::Queue, Condition: Always, Properties: {DelaySeconds: !If [Never, 5, !Ref AWS::NoValue]}}
`)
	if len(parsed.Queues) != 1 || parsed.Queues[0].LogicalID != "There" || len(parsed.Queues[0].Attributes) != 0 {
		t.Errorf("queues are %+v", parsed.Queues)
	}
}

func TestIDsOfServices(t *testing.T) {
	t.Parallel()
	document := `
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UsernameAttributes: [email], AutoVerifiedAttributes: [email]}}
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH]}}
`
	derived, again := mustParse(t, document), mustParse(t, document)
	if derived.Pools[0].ID != again.Pools[0].ID || !strings.HasPrefix(derived.Pools[0].ID, "us-east-1_") || len(derived.Clients[0].ID) != 26 {
		t.Errorf("derived ids are %q and %q", derived.Pools[0].ID, derived.Clients[0].ID)
	}
	o := options()
	o.IDs = map[string]string{"Pool": "us-east-1_given", "Client": "givenclient"}
	given, err := Parse("t", []byte(document), o)
	if err != nil {
		t.Fatal(err)
	}
	if given.Pools[0].Issuer != "http://127.0.0.1:4566/us-east-1_given" || given.Clients[0].ID != "givenclient" || given.Clients[0].Pool != "us-east-1_given" {
		t.Errorf("got %+v and %+v", given.Pools[0], given.Clients[0])
	}
}
