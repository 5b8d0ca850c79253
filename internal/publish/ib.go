package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"clientflow/internal/eventlog"
	"clientflow/internal/tenant"
)

// tagSets is the message group of all requests for an IB's tags. It is one for all
// IBs, so that many sign-ups at once are one burst to the queue, behind which no
// IB's leads wait.
const tagSets = "tag-sets"

// IBPublisher turns requests for an IB's tags, as the stream of the Users table tells
// of them, into messages of the queue that leads are synced from.
type IBPublisher struct {
	queue Queue
	log   *slog.Logger
}

// NewIBs returns an IBPublisher.
func NewIBs(queue Queue, log *slog.Logger) IBPublisher { return IBPublisher{queue, log} }

// request is a record of the Users table's stream as far as it is used.
type request struct {
	DynamoDB struct {
		SequenceNumber     string
		Keys               struct{ UserID text }
		OldImage, NewImage struct {
			RequestedAt text `json:"systemeTagsRequestedAt"`
		}
	} `json:"dynamodb"`
}

// Handle publishes a batch. What fails is asked for again from the first failed
// record on; what cannot be read is logged as an error and left behind.
func (p IBPublisher) Handle(ctx context.Context, event Event) (Response, error) {
	log := p.log
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		log = log.With(slog.String("requestId", invocation.AwsRequestID))
	}
	var messages []outgoing
	var sequence []string
	for _, raw := range event.Records {
		owner, number, err := wanted(raw)
		switch {
		case err != nil:
			log.ErrorContext(ctx, "record left behind", slog.String("sequenceNumber", number), eventlog.Error(err))
		case owner.Require() == nil:
			message, err := tagSetMessage(len(messages), owner)
			if err != nil {
				return Response{}, err
			}
			messages, sequence = append(messages, message), append(sequence, number)
		}
	}
	attrs := []any{slog.Int("records", len(event.Records)), slog.Int("requests", len(messages))}
	if failed, err := p.queue.sendAll(ctx, messages); err != nil {
		log.ErrorContext(ctx, "event", append(attrs, slog.String("outcome", "failed"), slog.Int("done", failed), eventlog.Error(err))...)
		return Response{[]Failure{{sequence[failed]}}}, nil
	}
	log.InfoContext(ctx, "event", append(attrs, slog.String("outcome", "ok"))...)
	return Response{[]Failure{}}, nil
}

// wanted returns the IB whose tags a record asks for; the zero tenant when it asks
// for none.
func wanted(raw json.RawMessage) (owner tenant.ID, sequence string, err error) {
	var r request
	if err := json.Unmarshal(raw, &r); err != nil {
		return tenant.ID{}, "", fmt.Errorf("record: %w", err)
	}
	change := r.DynamoDB
	before, after := change.OldImage.RequestedAt.S, change.NewImage.RequestedAt.S
	if after == nil || before != nil && *before == *after {
		return tenant.ID{}, change.SequenceNumber, nil
	}
	if change.Keys.UserID.S == nil {
		return tenant.ID{}, change.SequenceNumber, errors.New("record without a key")
	}
	owner, err = tenant.Stored(*change.Keys.UserID.S)
	return owner, change.SequenceNumber, err
}

func tagSetMessage(at int, owner tenant.ID) (outgoing, error) {
	body, err := json.Marshal(struct {
		UserID string `json:"userId"`
	}{owner.String()})
	if err != nil {
		return outgoing{}, fmt.Errorf("encode a sync message: %w", err)
	}
	return outgoing{at, types.SendMessageBatchRequestEntry{
		Id:             aws.String(strconv.Itoa(at)),
		MessageBody:    aws.String(string(body)),
		MessageGroupId: aws.String(tagSets),
	}}, nil
}
