package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// QueueAPI is the part of SQS that is used here.
type QueueAPI interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
	StartMessageMoveTask(context.Context, *sqs.StartMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error)
	ListMessageMoveTasks(context.Context, *sqs.ListMessageMoveTasksInput, ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error)
}

// queues are the queue of leads to be synced and its dead-letter queue.
type queues struct {
	client           QueueAPI
	url, arn         string
	deadURL, deadARN string
	now              func() time.Time
}

// depth is how many messages a queue holds. SQS counts them approximately.
type depth struct {
	// Depth is the sum of the others.
	Depth int `json:"depth"`
	// Waiting can be received now, InFlight are worked on or wait for another try,
	// Delayed were put off.
	Waiting  int `json:"waiting"`
	InFlight int `json:"inFlight"`
	Delayed  int `json:"delayed"`
}

// depthOf counts the messages of a queue.
func (q queues) depthOf(ctx context.Context, url string) (depth, error) {
	const waiting, inFlight, delayed = types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible, types.QueueAttributeNameApproximateNumberOfMessagesDelayed
	out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{waiting, inFlight, delayed},
	})
	if err != nil {
		return depth{}, fmt.Errorf("count the messages of a queue: %w", err)
	}
	var errs []error
	count := func(name types.QueueAttributeName) int {
		n, err := strconv.Atoi(out.Attributes[string(name)])
		errs = append(errs, err)
		return n
	}
	d := depth{Waiting: count(waiting), InFlight: count(inFlight), Delayed: count(delayed)}
	d.Depth = d.Waiting + d.InFlight + d.Delayed
	return d, errors.Join(errs...)
}

// deadLetters are the messages that failed too often. Of how long messages have
// waited in the live queue SQS tells CloudWatch alone.
type deadLetters struct {
	Depth int `json:"depth"`
	// OldestAgeSeconds is how long ago the oldest was sent, of the ten or fewer that
	// SQS gives to look at; nil when it gives none.
	OldestAgeSeconds *int `json:"oldestAgeSeconds"`
}

func (q queues) deadLetters(ctx context.Context) (deadLetters, error) {
	counted, err := q.depthOf(ctx, q.deadURL)
	if err != nil || counted.Depth == 0 {
		return deadLetters{}, err
	}
	letters, err := q.look(ctx)
	if err != nil {
		return deadLetters{}, err
	}
	found := deadLetters{Depth: counted.Depth}
	for _, letter := range letters {
		sent, err := strconv.ParseInt(letter.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
		if err != nil {
			return deadLetters{}, fmt.Errorf("read when a dead letter was sent: %w", err)
		}
		if age := int(q.now().Sub(time.UnixMilli(sent)).Seconds()); found.OldestAgeSeconds == nil || age > *found.OldestAgeSeconds {
			found.OldestAgeSeconds = &age
		}
	}
	return found, nil
}

// look receives some dead letters and gives them back at once, so that a redrive
// finds them all. Nothing counts how often a dead letter is received.
func (q queues) look(ctx context.Context) ([]types.Message, error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:                    &q.deadURL,
		MaxNumberOfMessages:         10,
		VisibilityTimeout:           5, // when they cannot be given back
		WaitTimeSeconds:             1, // asks all of SQS's servers, some of which have none
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return nil, fmt.Errorf("look at dead letters: %w", err)
	}
	if len(out.Messages) == 0 {
		return nil, nil
	}
	back := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.deadURL}
	for i, letter := range out.Messages {
		back.Entries = append(back.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: letter.ReceiptHandle, VisibilityTimeout: 0,
		})
	}
	if _, err := q.client.ChangeMessageVisibilityBatch(ctx, back); err != nil {
		return nil, fmt.Errorf("give dead letters back: %w", err)
	}
	return out.Messages, nil
}

// redrive lets SQS move all dead letters back into the live queue, where each has
// all its tries again. It is done later than it returns, and it is no error when it
// is being done already.
func (q queues) redrive(ctx context.Context) error {
	_, err := q.client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &q.deadARN, DestinationArn: &q.arn})
	if err == nil {
		return nil
	}
	// SQS moves one queue's letters once at a time. By which error it says so is not
	// documented.
	tasks, listErr := q.client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &q.deadARN})
	if listErr == nil && slices.ContainsFunc(tasks.Results, func(task types.ListMessageMoveTasksResultEntry) bool {
		return aws.ToString(task.Status) == "RUNNING"
	}) {
		return nil
	}
	return fmt.Errorf("redrive the dead letters: %w", errors.Join(err, listErr))
}
