package sqs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func TestQueueLives(t *testing.T) {
	t.Parallel()
	s := start(t)
	queueName := aws.String(name("lives"))
	create := func(attributes map[string]string) (string, error) {
		out, err := s.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: queueName, Attributes: attributes})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.QueueUrl), nil
	}
	url, err := create(map[string]string{"VisibilityTimeout": "45"})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := create(map[string]string{"VisibilityTimeout": "45"}); err != nil || again != url {
		t.Errorf("made again: %s, %v; want %s", again, err, url)
	}
	_, err = create(map[string]string{"VisibilityTimeout": "46"})
	wantCode(t, err, "QueueAlreadyExists")

	found, err := s.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: queueName})
	if err != nil || aws.ToString(found.QueueUrl) != url {
		t.Errorf("URL %v, error %v; want %s", found, err, url)
	}
	listed, err := s.ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: queueName})
	if err != nil || !slices.Equal(listed.QueueUrls, []string{url}) {
		t.Errorf("listed %v, error %v; want %s", listed, err, url)
	}

	_, err = s.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: &url})
	wantNone(t, err)
	_, err = s.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: queueName})
	wantCode(t, err, "AWS.SimpleQueueService.NonExistentQueue")
	_, err = s.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("x")})
	var gone *types.QueueDoesNotExist
	if !errors.As(err, &gone) {
		t.Errorf("error %v, want QueueDoesNotExist", err)
	}
}

func TestQueueAttributes(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, map[string]string{"DelaySeconds": "3"})
	set := func(name, value string) error {
		_, err := q.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &q.url, Attributes: map[string]string{name: value}})
		return err
	}
	wantNone(t, set("VisibilityTimeout", "360"))
	out, err := q.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"VisibilityTimeout": "360", "DelaySeconds": "3", "ReceiveMessageWaitTimeSeconds": "0", "MessageRetentionPeriod": "345600"} {
		if got := out.Attributes[name]; got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
	if !strings.HasPrefix(q.arn, "arn:aws:sqs:us-east-1:") || out.Attributes["CreatedTimestamp"] == "" {
		t.Errorf("ARN %s, attributes %v", q.arn, out.Attributes)
	}
	if q.external {
		return // moto takes any attribute and any value
	}
	wantCode(t, set("Colour", "red"), "InvalidAttributeName")
	wantCode(t, set("VisibilityTimeout", "43201"), "InvalidAttributeValue")
	wantCode(t, set("RedrivePolicy", `{"deadLetterTargetArn":"`+q.arn+`-dead","maxReceiveCount":1}`), "InvalidParameterValue")
}

func TestFIFOIsRefusedLoudly(t *testing.T) {
	t.Parallel()
	s := start(t)
	if s.external {
		return // other engines have it
	}
	for _, in := range []*sqs.CreateQueueInput{
		{QueueName: aws.String("orders.fifo")},
		{QueueName: aws.String("orders"), Attributes: map[string]string{"FifoQueue": "true"}},
	} {
		_, err := s.CreateQueue(t.Context(), in)
		wantCode(t, err, "AWS.SimpleQueueService.UnsupportedOperation")
	}
	_, err := s.ListDeadLetterSourceQueues(t.Context(), &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: aws.String("x")})
	wantCode(t, err, "UnknownOperationException")
}

func TestPurge(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	for range 3 {
		q.send(t, "x")
	}
	q.receive(t, 1, 0)
	_, err := q.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: &q.url})
	wantNone(t, err)
	q.wantCounts(t, "0", "0", "0")
	_, err = q.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: &q.url})
	wantCode(t, err, "AWS.SimpleQueueService.PurgeQueueInProgress")
}
