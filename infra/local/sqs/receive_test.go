package sqs_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"clientflow/infra/local/sqs"
)

func TestMessageIsTheRecordOfAnEvent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	s.want("", "SendMessage", object{"QueueUrl": urlOf(q), "MessageBody": `{"leadId":"x"}`, "MessageGroupId": "john",
		"MessageAttributes":       object{"trace": object{"DataType": "String", "StringValue": "4711"}, "raw": object{"DataType": "Binary", "BinaryValue": "AP8="}},
		"MessageSystemAttributes": object{"AWSTraceHeader": object{"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}}, root)
	s.pass(1500 * time.Millisecond)
	got := s.receive(q, 10)
	text, err := json.Marshal(got[0])
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"messageId":%q,"receiptHandle":%q,"body":"{\"leadId\":\"x\"}",`+
		`"attributes":{"AWSTraceHeader":"Root=1-5759e988-bd862e3fe1be46a994272793","ApproximateFirstReceiveTimestamp":"1735787046500","ApproximateReceiveCount":"1","MessageGroupId":"john","SenderId":"000000000000","SentTimestamp":"1735787045000"},`+
		`"messageAttributes":{"raw":{"binaryValue":"AP8=","stringListValues":[],"binaryListValues":[],"dataType":"Binary"},"trace":{"stringValue":"4711","stringListValues":[],"binaryListValues":[],"dataType":"String"}},`+
		`"md5OfBody":"445817d94d2a7e72222650db0b57b235","md5OfMessageAttributes":%q,`+
		`"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:000000000000:LeadSync","awsRegion":"us-east-1"}`,
		got[0].MessageID, got[0].ReceiptHandle, got[0].MD5OfMessageAttributes)
	if string(text) != want {
		t.Errorf("record %s\nwant   %s", text, want)
	}
	var record events.SQSMessage
	if err := json.Unmarshal(text, &record); err != nil || *record.MessageAttributes["trace"].StringValue != "4711" ||
		record.Attributes["AWSTraceHeader"] != "Root=1-5759e988-bd862e3fe1be46a994272793" {
		t.Errorf("as Lambda's type %+v, error %v", record, err)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "60"})
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("empty: %+v", got)
	}
	for i := range 3 {
		s.send(q, strconv.Itoa(i), "")
		s.pass(time.Second)
	}
	s.want("", "SendMessage", object{"QueueUrl": urlOf(q), "MessageBody": "late", "DelaySeconds": 30}, root)
	first := s.receive(q, 1)
	if got, want := q.Counts(), (sqs.Counts{Visible: 2, InFlight: 1, Delayed: 1, Oldest: 3 * time.Second}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if err := q.Delete(first[0].ReceiptHandle); err != nil {
		t.Error(err)
	}
	s.pass(30 * time.Second)
	if got, want := q.Counts(), (sqs.Counts{Visible: 3, Oldest: 32 * time.Second}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

func TestMessagesOutliveTheirTime(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"MessageRetentionPeriod": "60", "VisibilityTimeout": "3600"})
	s.send(q, "in flight", "")
	s.receive(q, 1)
	s.send(q, "waiting", "")
	s.pass(time.Minute)
	if got := s.receive(q, 10); len(got) != 0 {
		t.Errorf("received %s", bodies(got))
	}
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("counts %+v", got)
	}
}

func TestQueueDefaults(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "10", "DelaySeconds": "5"})
	s.send(q, "x", "")
	if got := s.receive(q, 1); len(got) != 0 {
		t.Error("the queue's delay is not kept")
	}
	s.pass(5 * time.Second)
	if got := s.receive(q, 1); len(got) != 1 {
		t.Error("not received after the delay")
	}
	s.pass(10*time.Second - 1)
	if got := s.receive(q, 1); len(got) != 0 {
		t.Error("the queue's visibility time-out is not kept")
	}
	s.pass(1)
	if got := s.receive(q, 1); len(got) != 1 {
		t.Error("not received after the time-out")
	}
}

func TestFairGroups(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "60"})
	for i := range 4 {
		s.send(q, "j"+strconv.Itoa(i), "john")
	}
	s.send(q, "s0", "sarah")
	s.send(q, "n0", "")
	s.send(q, "n1", "")
	s.send(q, "m0", "mike")
	// Within a batch, too: whoever has none in flight, the oldest first. Messages
	// without a group never have another of theirs in flight.
	batch := s.receive(q, 6)
	if got := bodies(batch); got != "j0 s0 n0 n1 m0 j1" {
		t.Errorf("received %s", got)
	}
	for _, m := range batch {
		if err := q.Delete(m.ReceiptHandle); err != nil {
			t.Error(err)
		}
	}
	s.send(q, "s1", "sarah")
	if got := bodies(s.receive(q, 10)); got != "j2 s1 j3" {
		t.Errorf("when all is done the oldest comes first: %s", got)
	}
}

func TestDuplicateDelivery(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", nil)
	q.DuplicateNext(1)
	s.send(q, "a", "john")
	s.send(q, "b", "john")
	got := s.receive(q, 1)
	if err := q.Delete(got[0].ReceiptHandle); err != nil {
		t.Error(err)
	}
	again := s.receive(q, 10)
	if bodies(again) != "a b" || again[0].MessageID != got[0].MessageID || again[0].ReceiptHandle == got[0].ReceiptHandle {
		t.Errorf("received %s, want the first once more", bodies(again))
	}
	for _, m := range again {
		if err := q.Delete(m.ReceiptHandle); err != nil {
			t.Error(err)
		}
	}
	if got := q.Counts(); got != (sqs.Counts{}) {
		t.Errorf("counts %+v, want none", got)
	}
}

func TestDeadLettersMayComeLater(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	q := s.queue("LeadSync", map[string]string{"VisibilityTimeout": "0",
		"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:Dead","maxReceiveCount":1}`})
	s.send(q, "x", "")
	for range 3 {
		if got := s.receive(q, 1); len(got) != 1 {
			t.Fatal("lost without a dead-letter queue")
		}
	}
	dead := s.queue("Dead", nil)
	if got := s.receive(q, 1); len(got) != 0 {
		t.Error("received too often")
	}
	if got := bodies(s.receive(dead, 1)); got != "x" {
		t.Errorf("dead letters: %q", got)
	}
	if found, known := s.service.Queue(dead.ARN()); !known || found != dead {
		t.Error("the dead-letter queue is not found by its ARN")
	}
}
