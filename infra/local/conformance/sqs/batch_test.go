package sqs_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func entries(count int, body string) []types.SendMessageBatchRequestEntry {
	made := make([]types.SendMessageBatchRequestEntry, count)
	for i := range made {
		made[i] = types.SendMessageBatchRequestEntry{Id: aws.String("e" + strconv.Itoa(i)), MessageBody: aws.String(body + strconv.Itoa(i))}
	}
	return made
}

func (q queue) sendBatch(t *testing.T, batch []types.SendMessageBatchRequestEntry) (*sqs.SendMessageBatchOutput, error) {
	t.Helper()
	return q.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: batch})
}

func TestBatchGoesThrough(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	out, err := q.sendBatch(t, entries(10, "lead-"))
	if err != nil || len(out.Successful) != 10 || len(out.Failed) != 0 {
		t.Fatalf("sent %+v, error %v", out, err)
	}
	got := q.receive(t, 10, 0)
	if len(got) != 10 {
		t.Fatalf("received %d messages, want 10", len(got))
	}
	hide := make([]types.ChangeMessageVisibilityBatchRequestEntry, 0, 10)
	for i, m := range got {
		hide = append(hide, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String("m" + strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	hidden, err := q.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.url, Entries: hide})
	if err != nil || len(hidden.Successful) != 10 {
		t.Fatalf("hidden %+v, error %v", hidden, err)
	}
	q.wantCounts(t, "10", "0", "0")

	var remove []types.DeleteMessageBatchRequestEntry
	for i, m := range q.receive(t, 10, 0) {
		remove = append(remove, types.DeleteMessageBatchRequestEntry{Id: aws.String("m" + strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	remove = append(remove[1:], types.DeleteMessageBatchRequestEntry{Id: aws.String("bad"), ReceiptHandle: aws.String("made up")})
	removed, err := q.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: &q.url, Entries: remove})
	if err != nil || len(removed.Successful) != 9 || len(removed.Failed) != 1 {
		t.Fatalf("deleted %+v, error %v", removed, err)
	}
	if f := removed.Failed[0]; aws.ToString(f.Id) != "bad" || aws.ToString(f.Code) != "ReceiptHandleIsInvalid" || !f.SenderFault {
		t.Errorf("failure %+v", f)
	}
	q.wantCounts(t, "0", "1", "0")
}

func TestBatchIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	twice := entries(2, "x")
	twice[1].Id = twice[0].Id
	odd := entries(1, "x")
	odd[0].Id = aws.String("a b")
	for name, tt := range map[string]struct {
		batch []types.SendMessageBatchRequestEntry
		code  string
	}{
		"empty":       {[]types.SendMessageBatchRequestEntry{}, "AWS.SimpleQueueService.EmptyBatchRequest"},
		"eleven":      {entries(11, "x"), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"},
		"an id twice": {twice, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"},
		"an odd id":   {odd, "AWS.SimpleQueueService.InvalidBatchEntryId"},
		"too long":    {entries(10, strings.Repeat("x", 110_000)), "AWS.SimpleQueueService.BatchRequestTooLong"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := q.sendBatch(t, tt.batch)
			wantCode(t, err, tt.code)
		})
	}
	q.wantCounts(t, "0", "0", "0")
}

func TestOneBadEntryFailsAlone(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, map[string]string{"MaximumMessageSize": "1024"})
	if q.external {
		return // moto refuses the batch as a whole
	}
	batch := entries(3, "x")
	batch[1].MessageBody = aws.String(strings.Repeat("x", 1025))
	out, err := q.sendBatch(t, batch)
	if err != nil || len(out.Successful) != 2 || len(out.Failed) != 1 {
		t.Fatalf("sent %+v, error %v", out, err)
	}
	if f := out.Failed[0]; aws.ToString(f.Id) != "e1" || aws.ToString(f.Code) != "InvalidParameterValue" || !f.SenderFault {
		t.Errorf("failure %+v", f)
	}
	bodies := []string{}
	for _, m := range q.receive(t, 10, 0) {
		bodies = append(bodies, aws.ToString(m.Body))
	}
	if slices.Sort(bodies); !slices.Equal(bodies, []string{"x0", "x2"}) {
		t.Errorf("received %v", bodies)
	}
}
