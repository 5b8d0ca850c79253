package template

import (
	"reflect"
	"testing"
	"time"

	"clientflow/infra/local/iam"
)

const functionHead = `
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: $default
      Auth:
        DefaultAuthorizer: Guard
        Authorizers:
          Guard:
            IdentitySource: $request.header.Authorization
            AuthorizationScopes: [usual]
            JwtConfiguration: {issuer: "http://issuer", audience: [one, two]}
      DefaultRouteSettings: {ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 3}
  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, StreamSpecification: {StreamViewType: NEW_IMAGE}, AttributeDefinitions: [{AttributeName: k, AttributeType: S}], KeySchema: [{AttributeName: k, KeyType: HASH}]}}
  Dead: {Type: AWS::SQS::Queue}
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 4}}}
  AFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Events:
        E: `

func TestRoutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		event string
		want  Route
	}{
		{`{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/a/{id}"}}`,
			Route{Event: "E", Method: "GET", Path: "/a/{id}", Authorizer: "Guard", Scopes: []string{"usual"}, Timeout: 30 * time.Second}},
		{`{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: ANY, Path: "/{proxy+}", Auth: {Authorizer: NONE}, TimeoutInMillis: 250}}`,
			Route{Event: "E", Method: "ANY", Path: "/{proxy+}", Timeout: 250 * time.Millisecond}},
		{`{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: ANY, Path: $default, Auth: {Authorizer: Guard, AuthorizationScopes: [own]}}}`,
			Route{Event: "E", Method: "ANY", Path: "$default", Authorizer: "Guard", Scopes: []string{"own"}, Timeout: 30 * time.Second}},
	}
	for _, test := range tests {
		t.Run(test.want.Key(), func(t *testing.T) {
			t.Parallel()
			parsed := mustParse(t, functionHead+test.event)
			if got := parsed.Functions[0].Routes[0]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if parsed.API.Throttle.Rate != 0.5 || parsed.API.Throttle.Burst != 3 {
				t.Errorf("throttle is %+v", parsed.API.Throttle)
			}
		})
	}
}

func TestQueueEvent(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, functionHead+`{Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 20, MaximumBatchingWindowInSeconds: 2, FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: {MaximumConcurrency: 2}}}`)
	want := QueueEvent{Event: "E", Queue: "arn:aws:sqs:us-east-1:000000000000:test-Queue", BatchSize: 20, Window: 2 * time.Second, MaxConcurrency: 2, PartialFailures: true}
	if got := parsed.Functions[0].Queues[0]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	allows(t, parsed, iam.Request{Action: "sqs:DeleteMessage", Resource: want.Queue})
	queue := parsed.Queues[1]
	wantAttributes := map[string]string{
		"VisibilityTimeout": "60",
		"RedrivePolicy":     `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:test-Dead","maxReceiveCount":4}`,
	}
	if !reflect.DeepEqual(queue.Attributes, wantAttributes) {
		t.Errorf("attributes are %v, want %v", queue.Attributes, wantAttributes)
	}
}

func TestStreamEvent(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, functionHead+`
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 7
            BisectBatchOnFunctionError: true
            MaximumRetryAttempts: 3
            MaximumRecordAgeInSeconds: 120
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria: {Filters: [{Pattern: '{"a":["b"]}'}]}
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}}
`)
	want := StreamEvent{
		Event: "E", Stream: "arn:aws:dynamodb:us-east-1:000000000000:table/test-Table/stream/*", FromStart: true, BatchSize: 7,
		Bisect: true, MaxRetries: 3, MaxAge: 2 * time.Minute, PartialFailures: true, Filters: []string{`{"a":["b"]}`},
		OnFailure: "arn:aws:sqs:us-east-1:000000000000:test-Dead",
	}
	if got := parsed.Functions[0].Streams[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	allows(t, parsed, iam.Request{Action: "dynamodb:GetRecords", Resource: "arn:aws:dynamodb:us-east-1:000000000000:table/test-Table/stream/x"})
}

func TestStreamEventForEver(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, functionHead+`{Type: DynamoDB, Properties: {Stream: s, StartingPosition: LATEST, MaximumRecordAgeInSeconds: -1}}`)
	if got := parsed.Functions[0].Streams[0]; got.FromStart || got.MaxRetries != -1 || got.MaxAge != 0 || got.BatchSize != 100 {
		t.Errorf("got %+v", got)
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	parsed := mustParse(t, functionHead+`{Type: Schedule, Properties: {Schedule: rate(5 minutes), Input: '{"a":1}'}}`)
	if got := parsed.Functions[0].Schedules[0]; got != (ScheduleEvent{"E", "rate(5 minutes)", `{"a":1}`}) {
		t.Errorf("got %+v", got)
	}
}

// allows checks that the role of the template's one function allows a request.
func allows(t *testing.T, parsed *Template, r iam.Request) {
	t.Helper()
	role := parsed.Roles[0]
	if parsed.Functions[0].Role != role.ARN {
		t.Fatalf("the function's role is %q, the template's %q", parsed.Functions[0].Role, role.ARN)
	}
	if err := (iam.Principal{ARN: role.ARN, Policies: role.Policies}).Authorize(r); err != nil {
		t.Error(err)
	}
}
