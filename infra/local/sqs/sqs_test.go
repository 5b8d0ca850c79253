package sqs_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/sqs"
	"clientflow/infra/local/wire"
)

// What the API does is checked through the client of the product, in
// infra/local/conformance/sqs. Here are time, permissions, faults and the Go
// calls.

// server is a service with a clock that the test moves.
type server struct {
	t       *testing.T
	service *sqs.Service
	keys    *iam.Keys
	mux     *wire.Mux

	mu  sync.Mutex
	now time.Time
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, now: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}
	s.keys = iam.NewKeys(s.clock, nil)
	s.service = sqs.New(s.clock)
	s.mux = wire.NewMux(s.keys, s.service.Service())
	return s
}

func (s *server) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *server) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *server) queue(name string, attributes map[string]string) *sqs.Queue {
	s.t.Helper()
	q, err := s.service.AddQueue(name, attributes)
	if err != nil {
		s.t.Fatal(err)
	}
	return q
}

type object = map[string]any

var root = iam.Credentials{AccessKeyID: "root"}

// want calls an operation and wants that error; none when it is empty.
func (s *server) want(kind, operation string, in object, key iam.Credentials) object {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key.AccessKeyID+"/20250102/us-east-1/sqs/aws4_request")
	r.Header.Set("X-Amz-Security-Token", key.SessionToken)
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	out := object{}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		s.t.Fatalf("%s: %v", w.Body, err)
	}
	got := ""
	if name, ok := out["__type"].(string); ok {
		_, got, _ = strings.Cut(name, "#")
	}
	if got != kind {
		s.t.Errorf("%s: error %q (%v), want %q", operation, got, out["message"], kind)
	}
	return out
}

func urlOf(q *sqs.Queue) string { return q.URL("127.0.0.1:4566") }

// send sends one message, of a group unless that is empty.
func (s *server) send(q *sqs.Queue, body, group string) {
	s.t.Helper()
	in := object{"QueueUrl": urlOf(q), "MessageBody": body}
	if group != "" {
		in["MessageGroupId"] = group
	}
	s.want("", "SendMessage", in, root)
}

// receive takes what there is now.
func (s *server) receive(q *sqs.Queue, most int) []sqs.Message {
	s.t.Helper()
	got, err := q.Receive(s.t.Context(), most, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func bodies(messages []sqs.Message) string {
	texts := make([]string, len(messages))
	for i, m := range messages {
		texts[i] = m.Body
	}
	return strings.Join(texts, " ")
}

func TestEachOperationNeedsItsPermission(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	s.queue("Other", nil)
	actions := map[string]string{ // the batches have the permission of their single forms
		"DeleteQueue": "", "PurgeQueue": "", "GetQueueAttributes": "", "SetQueueAttributes": "",
		"SendMessage": "", "SendMessageBatch": "SendMessage", "ReceiveMessage": "",
		"DeleteMessage": "", "DeleteMessageBatch": "DeleteMessage",
		"ChangeMessageVisibility": "", "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
	}
	for operation, action := range actions {
		if action == "" {
			action = operation
		}
		policy, err := iam.ParsePolicy(object{"Statement": object{"Effect": "Allow", "Action": "sqs:" + action, "Resource": q.ARN()}})
		if err != nil {
			t.Fatal(err)
		}
		allowed := s.keys.Issue(iam.Principal{ARN: "allowed", Policies: []iam.Policy{policy}}, time.Hour)
		stranger := s.keys.Issue(iam.Principal{ARN: "stranger"}, time.Hour)
		s.want("AccessDeniedException", operation, object{"QueueUrl": urlOf(q)}, stranger)
		s.want("AccessDeniedException", operation, object{"QueueUrl": "http://127.0.0.1:4566/000000000000/Other"}, allowed)
		s.want("QueueDoesNotExist", operation, object{"QueueUrl": "http://127.0.0.1:4566/000000000000/Nowhere"}, root)
		s.want("MissingParameter", operation, object{}, root)
	}
	stranger := s.keys.Issue(iam.Principal{ARN: "stranger"}, time.Hour)
	for operation, in := range map[string]object{
		"CreateQueue": {"QueueName": "x"}, "GetQueueUrl": {"QueueName": "LeadSync"}, "ListQueues": {},
		"StartMessageMoveTask": {"SourceArn": q.ARN()}, "ListMessageMoveTasks": {"SourceArn": q.ARN()},
	} {
		s.want("AccessDeniedException", operation, in, stranger)
		s.want("SerializationException", operation, object{"Colour": "red"}, stranger)
	}
}

// TestMoveNeedsThePermissionsOfItsSteps: to read and delete there, to send here.
func TestMoveNeedsThePermissionsOfItsSteps(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	dead := s.queue("Dead", nil)
	s.queue("LeadSync", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + dead.ARN() + `","maxReceiveCount":"1"}`})
	actions := []string{"sqs:StartMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"}
	for missing := range len(actions) + 1 {
		granted := append([]string{"sqs:ListQueues"}, actions...)
		want := ""
		if missing < len(actions) {
			granted[missing+1] = "sqs:ListQueues"
			want = "AccessDeniedException"
		}
		policy, err := iam.ParsePolicy(object{"Statement": object{"Effect": "Allow", "Action": granted, "Resource": "*"}})
		if err != nil {
			t.Fatal(err)
		}
		caller := s.keys.Issue(iam.Principal{ARN: "admin", Policies: []iam.Policy{policy}}, time.Hour)
		s.want(want, "StartMessageMoveTask", object{"SourceArn": dead.ARN()}, caller)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	in := func(more object) object {
		more["QueueUrl"] = urlOf(q)
		return more
	}
	s.want("InvalidParameterValue", "CreateQueue", object{"QueueName": "a b"}, root)
	s.want("InvalidParameterValue", "CreateQueue", object{"QueueName": "x", "Attributes": object{
		"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:Nowhere","maxReceiveCount":1}`}}, root)
	s.want("QueueDoesNotExist", "GetQueueUrl", object{"QueueName": "x"}, root)
	for _, policy := range []string{`{`, `{"maxReceiveCount":1}`, `{"deadLetterTargetArn":"` + q.ARN() + `","maxReceiveCount":1}`,
		`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:D","maxReceiveCount":0}`, `{"colour":"red"}`} {
		s.want("InvalidParameterValue", "SetQueueAttributes", in(object{"Attributes": object{"RedrivePolicy": policy}}), root)
	}
	s.want("InvalidAttributeName", "GetQueueAttributes", in(object{"AttributeNames": []string{"Colour"}}), root)
	s.want("InvalidParameterValue", "ReceiveMessage", in(object{"WaitTimeSeconds": 21}), root)
	s.want("InvalidParameterValue", "ReceiveMessage", in(object{"VisibilityTimeout": -1}), root)
	s.want("InvalidParameterValue", "ListMessageMoveTasks", object{"SourceArn": q.ARN(), "MaxResults": 11}, root)
	s.want("ResourceNotFoundException", "ListMessageMoveTasks", object{"SourceArn": q.ARN() + "x"}, root)
	s.want("InvalidParameterValue", "StartMessageMoveTask", object{"SourceArn": q.ARN(), "MaxNumberOfMessagesPerSecond": 501}, root)
	attributes := object{}
	for _, name := range strings.Split("abcdefghijk", "") {
		attributes[name] = object{"DataType": "String", "StringValue": "x"}
	}
	s.want("InvalidParameterValue", "SendMessage", in(object{"MessageBody": "x", "MessageAttributes": attributes}), root)
	s.want("InvalidParameterValue", "SendMessage", in(object{"MessageBody": "x", "MessageAttributes": object{".a": object{"DataType": "String", "StringValue": "x"}}}), root)
	s.want("InvalidParameterValue", "SendMessage", in(object{"MessageBody": "x", "MessageAttributes": object{"a": object{"DataType": "String", "StringValue": "\x00"}}}), root)
	s.want("InvalidParameterValue", "SendMessage", in(object{"MessageBody": "x", "MessageAttributes": object{"a": object{"DataType": "Binary", "StringValue": "x"}}}), root)
	for name, value := range map[string]object{
		"Colour":         {"DataType": "String", "StringValue": "x"},
		"AWSTraceHeader": {"DataType": "String.label", "StringValue": "x"},
	} {
		s.want("InvalidParameterValue", "SendMessage", in(object{"MessageBody": "x", "MessageSystemAttributes": object{name: value}}), root)
	}
	s.want("InvalidParameterValue", "SendMessage", in(object{"MessageBody": "x", "MessageSystemAttributes": object{"AWSTraceHeader": object{"DataType": "String"}}}), root)
}

func FuzzOperations(f *testing.F) {
	f.Add("SendMessage", `{"QueueUrl":"/LeadSync","MessageBody":"x","MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"AA=="}}}`)
	f.Add("SendMessage", `{"QueueUrl":"/LeadSync","MessageBody":"x","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"x"}}}`)
	f.Add("SendMessageBatch", `{"QueueUrl":"/LeadSync","Entries":[{"Id":"a","MessageBody":"x","DelaySeconds":1}]}`)
	f.Add("ReceiveMessage", `{"QueueUrl":"/LeadSync","MaxNumberOfMessages":10,"VisibilityTimeout":0}`)
	f.Add("DeleteMessage", `{"QueueUrl":"/LeadSync","ReceiptHandle":"TGVhZFN5bmMveA"}`)
	f.Add("ChangeMessageVisibility", `{"QueueUrl":"/LeadSync","ReceiptHandle":"TGVhZFN5bmMveA","VisibilityTimeout":9223372036854775807}`)
	f.Add("SetQueueAttributes", `{"QueueUrl":"/LeadSync","Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"\",\"maxReceiveCount\":null}"}}`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		s := newServer(t)
		q := s.queue("LeadSync", nil)
		s.send(q, "x", "")
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=root/x")
		w := httptest.NewRecorder()
		if strings.Contains(body, "Wait") { // nobody sends anything
			return
		}
		s.mux.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s %s: status %d: %s", operation, body, w.Code, w.Body)
		}
	})
}
