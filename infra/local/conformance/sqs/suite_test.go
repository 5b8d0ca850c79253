// Package sqs_test checks queues through the client that the product uses. It
// runs against the local AWS, and with CONFORMANCE_SQS_ENDPOINT set against the
// engine at that address, so that what both agree on is not this project's fancy
// alone. Checks that moto's server cannot pass say why they are left out for an
// engine from outside.
package sqs_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"clientflow/infra/local/iam"
	local "clientflow/infra/local/sqs"
	"clientflow/infra/local/wire"
)

type suite struct {
	*sqs.Client
	external bool
}

func start(t *testing.T) *suite {
	t.Helper()
	endpoint := os.Getenv("CONFORMANCE_SQS_ENDPOINT")
	external := endpoint != ""
	if !external {
		server := httptest.NewServer(wire.NewMux(iam.NewKeys(time.Now, nil), local.New(time.Now).Service()))
		t.Cleanup(server.Close)
		endpoint = server.URL
	}
	return &suite{external: external, Client: sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(endpoint), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("made", "up", ""),
	})}
}

// name is a queue's name that no other test and no other run has.
func name(base string) string { return base + "-" + wire.UUID()[:8] }

// queue is one queue made through the API.
type queue struct {
	*suite
	url, arn string
}

func (s *suite) queue(t *testing.T, attributes map[string]string) queue {
	t.Helper()
	made, err := s.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name("conformance")), Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	q := queue{suite: s, url: aws.ToString(made.QueueUrl)}
	t.Cleanup(func() { // when t.Context is over
		_, err := s.DeleteQueue(context.Background(), &sqs.DeleteQueueInput{QueueUrl: &q.url})
		var gone *types.QueueDoesNotExist
		if err != nil && !errors.As(err, &gone) {
			t.Error(err)
		}
	})
	q.arn = q.attribute(t, "QueueArn")
	return q
}

func (q queue) attribute(t *testing.T, name types.QueueAttributeName) string {
	t.Helper()
	out, err := q.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{name}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes[string(name)]
}

// wantCounts wants so many messages visible, in flight and delayed.
func (q queue) wantCounts(t *testing.T, visible, inFlight, delayed string) {
	t.Helper()
	for name, want := range map[types.QueueAttributeName]string{
		types.QueueAttributeNameApproximateNumberOfMessages:           visible,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible: inFlight,
		types.QueueAttributeNameApproximateNumberOfMessagesDelayed:    delayed,
	} {
		if got := q.attribute(t, name); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
}

func (q queue) send(t *testing.T, body string) *sqs.SendMessageOutput {
	t.Helper()
	out, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (q queue) receive(t *testing.T, most, wait int32) []types.Message {
	t.Helper()
	out, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: most, WaitTimeSeconds: wait, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

// receiveOne wants one message, now.
func (q queue) receiveOne(t *testing.T) types.Message {
	t.Helper()
	got := q.receive(t, 10, 0)
	if len(got) != 1 {
		t.Fatalf("received %d messages, want one", len(got))
	}
	return got[0]
}

func (q queue) hide(t *testing.T, receipt *string, seconds int32) error {
	t.Helper()
	_, err := q.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: receipt, VisibilityTimeout: seconds})
	return err
}

func (q queue) delete(t *testing.T, receipt *string) error {
	t.Helper()
	_, err := q.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: receipt})
	return err
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("error %v, want %s", err, code)
	}
}

func wantNone(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
