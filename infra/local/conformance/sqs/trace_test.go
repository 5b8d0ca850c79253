package sqs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

func traced() map[string]types.MessageSystemAttributeValue {
	return map[string]types.MessageSystemAttributeValue{"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String(traceHeader)}}
}

// The header of a trace goes along with a message, sent alone or in a batch, and is given
// to who asks for it.
func TestTraceHeader(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, map[string]string{"MaximumMessageSize": "1024"})
	// As large as may be: the header does not count.
	sent, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: aws.String(strings.Repeat("x", 1024)), MessageSystemAttributes: traced(),
	})
	wantNone(t, err)
	batch := entries(2, "y")
	batch[0].MessageSystemAttributes = traced()
	out, err := q.sendBatch(t, batch)
	wantNone(t, err)
	if len(out.Successful) != 2 {
		t.Fatalf("sent %+v", out)
	}
	for _, m := range q.receive(t, 10, 0) {
		want := traceHeader
		if *m.Body == "y1" || *m.Body == "y0" && q.external { // moto loses it in a batch
			want = ""
		}
		if got := m.Attributes["AWSTraceHeader"]; got != want || m.MD5OfMessageAttributes != nil {
			t.Errorf("%s came with %q, want %q", *m.Body, got, want)
		}
		wantNone(t, q.hide(t, m.ReceiptHandle, 0))
	}
	for name, want := range map[types.MessageSystemAttributeName]bool{"AWSTraceHeader": true, "SentTimestamp": false} {
		received, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{name},
		})
		wantNone(t, err)
		for _, m := range received.Messages {
			if got := m.Attributes["AWSTraceHeader"] == traceHeader; (*m.Body)[0] == 'x' && got != want {
				t.Errorf("asked for %s: %v", name, m.Attributes)
			}
			wantNone(t, q.hide(t, m.ReceiptHandle, 0))
		}
		if len(received.Messages) != 3 {
			t.Errorf("received %d messages", len(received.Messages))
		}
	}
	if q.external {
		return // moto tells no checksum of it
	}
	const checksum = "5ae4d5d7636402d80f4eb6d213245a88"
	if got := aws.ToString(sent.MD5OfMessageSystemAttributes); got != checksum || aws.ToString(out.Successful[0].MD5OfMessageSystemAttributes) != checksum {
		t.Errorf("checksum %s, want %s", got, checksum)
	}
	if sent.MD5OfMessageAttributes != nil || out.Successful[1].MD5OfMessageSystemAttributes != nil {
		t.Error("a checksum of nothing")
	}
}

// A sender may set that one attribute of the system's, as a text.
func TestOtherSystemAttributesAreRefused(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	if q.external {
		return // moto takes any
	}
	for name, value := range map[string]types.MessageSystemAttributeValue{
		"SentTimestamp":  {DataType: aws.String("String"), StringValue: aws.String("1")},
		"AWSTraceHeader": {DataType: aws.String("Number"), StringValue: aws.String("1")},
	} {
		_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl: &q.url, MessageBody: aws.String("x"), MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{name: value},
		})
		wantCode(t, err, "InvalidParameterValue")
	}
}
