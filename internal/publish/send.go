package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"clientflow/internal/trace/queued"
)

const (
	batchSize = 10 // the most that SendMessageBatch takes
	// maxRounds bounds how often messages are sent that the queue did not take.
	// Waiting is left to the stream, which sends the records again.
	maxRounds = 3
)

// Sender is the part of SQS that is used here.
type Sender interface {
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
}

// Queue is the queue of leads to be synced.
type Queue struct {
	client Sender
	url    string
}

// NewQueue returns the queue with that URL.
func NewQueue(client Sender, url string) Queue { return Queue{client, url} }

// outgoing is the message of a change.
type outgoing struct {
	// at is the index of what it is the message of.
	at    int
	entry types.SendMessageBatchRequestEntry
}

// send sends a message for each change that wants one. With an error it returns
// the index of the first change whose message the queue did not take; those
// behind it may or may not have been sent.
func (q Queue) send(ctx context.Context, changes []change) (failed int, err error) {
	var messages []outgoing
	for i, c := range changes {
		if !c.wantsSync {
			continue
		}
		message, err := messageOf(i, c)
		if err != nil {
			return i, err
		}
		messages = append(messages, message)
	}
	return q.sendAll(ctx, messages)
}

// sendAll sends messages, and with an error returns where the first one comes from
// that the queue did not take.
func (q Queue) sendAll(ctx context.Context, messages []outgoing) (failed int, err error) {
	for batch := range slices.Chunk(messages, batchSize) {
		if failed, err := q.sendBatch(ctx, batch); err != nil {
			return failed, err
		}
	}
	return 0, nil
}

// messageOf makes the message of a change. Its group is the tenant, so that one
// IB's burst does not keep the others' leads waiting.
func messageOf(at int, c change) (outgoing, error) {
	body, err := json.Marshal(struct {
		UserID    string `json:"userId"`
		LeadID    string `json:"leadId"`
		RequestID string `json:"requestId,omitempty"`
	}{c.owner.String(), c.leadID, c.requestID})
	if err != nil {
		return outgoing{}, fmt.Errorf("encode a sync message: %w", err)
	}
	return outgoing{at, types.SendMessageBatchRequestEntry{
		Id:                      aws.String(strconv.Itoa(at)),
		MessageBody:             aws.String(string(body)),
		MessageGroupId:          aws.String(c.owner.String()),
		MessageSystemAttributes: queued.In(c.trace),
	}}, nil
}

// sendBatch sends a batch, and again what the queue did not take of it.
func (q Queue) sendBatch(ctx context.Context, batch []outgoing) (failed int, err error) {
	for range maxRounds {
		out, sendErr := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries(batch)})
		if sendErr != nil {
			return batch[0].at, fmt.Errorf("send sync messages: %w", sendErr)
		}
		if batch = refused(batch, out.Failed); len(batch) == 0 {
			return 0, nil
		}
		err = fmt.Errorf("send sync messages: %d refused, the first with %s", len(batch), aws.ToString(out.Failed[0].Code))
	}
	return batch[0].at, err
}

func entries(batch []outgoing) []types.SendMessageBatchRequestEntry {
	list := make([]types.SendMessageBatchRequestEntry, len(batch))
	for i, message := range batch {
		list[i] = message.entry
	}
	return list
}

// refused returns the messages that the queue did not take, in their order.
func refused(batch []outgoing, failed []types.BatchResultErrorEntry) []outgoing {
	var left []outgoing
	for _, message := range batch {
		if slices.ContainsFunc(failed, func(f types.BatchResultErrorEntry) bool { return aws.ToString(f.Id) == *message.entry.Id }) {
			left = append(left, message)
		}
	}
	return left
}
