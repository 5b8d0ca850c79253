package tagsync

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/trace/queued"
)

// maxDelay is the longest that SQS holds a new message back.
const maxDelay = 15 * time.Minute

// QueueAPI is the part of SQS that is used here.
type QueueAPI interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// queueAt is the LeadSync queue, which messages are given back to.
type queueAt struct {
	client QueueAPI
	url    string
}

// send sends a delivery's message once more, to be received after a delay of at most
// maxDelay. Its message group is the one that it was published in. Of several traces
// that it goes back to, it names the first.
func (q queueAt) send(ctx context.Context, d delivery, delay time.Duration) error {
	text, err := d.copy()
	if err != nil {
		return err
	}
	group := d.group()
	_, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: &text, MessageGroupId: &group,
		DelaySeconds: seconds(min(delay, maxDelay)), MessageSystemAttributes: queued.In(d.trace()),
	})
	if err != nil {
		return fmt.Errorf("put a sync message off: %w", err)
	}
	return nil
}

// hide keeps a message that was received away for so long.
func (q queueAt) hide(ctx context.Context, r Record, wait time.Duration) error {
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: &r.ReceiptHandle, VisibilityTimeout: seconds(wait),
	})
	if err != nil {
		return fmt.Errorf("set when a sync message comes again: %w", err)
	}
	return nil
}

// seconds rounds up, since SQS counts in whole seconds.
func seconds(d time.Duration) int32 { return int32(math.Ceil(d.Seconds())) }
