package sqs_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// withDeadLetters makes a queue whose messages are dead after two deliveries.
func (s *suite) withDeadLetters(t *testing.T) (source, dead queue) {
	t.Helper()
	dead = s.queue(t, nil)
	return s.queue(t, map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + dead.arn + `","maxReceiveCount":2}`}), dead
}

// kill receives a message until it is dead.
func (q queue) kill(t *testing.T) {
	t.Helper()
	for range 2 {
		wantNone(t, q.hide(t, q.receiveOne(t).ReceiptHandle, 0))
	}
	if got := q.receive(t, 1, 0); len(got) != 0 {
		t.Errorf("received a third time: %v", got)
	}
}

func TestDeadLetter(t *testing.T) {
	t.Parallel()
	source, dead := start(t).withDeadLetters(t)
	sent := source.send(t, "x")
	source.kill(t)
	source.wantCounts(t, "0", "0", "0")
	got := dead.receiveOne(t)
	if aws.ToString(got.Body) != "x" || aws.ToString(got.MessageId) != aws.ToString(sent.MessageId) {
		t.Errorf("dead letter %s of id %s, want x of id %s", aws.ToString(got.Body), aws.ToString(got.MessageId), aws.ToString(sent.MessageId))
	}
	if !source.external && got.Attributes["DeadLetterQueueSourceArn"] != source.arn { // moto does not tell
		t.Errorf("source %q, want %q", got.Attributes["DeadLetterQueueSourceArn"], source.arn)
	}
}

func (q queue) move(t *testing.T, to *string) error {
	t.Helper()
	_, err := q.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &q.arn, DestinationArn: to})
	return err
}

func (q queue) moves(t *testing.T, most int32) []types.ListMessageMoveTasksResultEntry {
	t.Helper()
	out, err := q.ListMessageMoveTasks(t.Context(), &sqs.ListMessageMoveTasksInput{SourceArn: &q.arn, MaxResults: &most})
	if err != nil {
		t.Fatal(err)
	}
	return out.Results
}

func TestMoveBack(t *testing.T) {
	t.Parallel()
	source, dead := start(t).withDeadLetters(t)
	if source.external {
		return // moto has no move tasks
	}
	sent, err := source.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &source.url, MessageBody: aws.String("x"), MessageSystemAttributes: traced()})
	wantNone(t, err)
	source.kill(t)
	wantNone(t, dead.move(t, nil))
	dead.wantCounts(t, "0", "0", "0")
	got := source.receiveOne(t)
	if got.Attributes["AWSTraceHeader"] != traceHeader {
		t.Errorf("moved back without its trace: %v", got.Attributes)
	}
	if aws.ToString(got.Body) != "x" || aws.ToString(got.MessageId) == aws.ToString(sent.MessageId) || got.Attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("moved back %s, %v; want x as a new message", aws.ToString(got.Body), got.Attributes)
	}
	tasks := dead.moves(t, 10)
	if len(tasks) != 1 || aws.ToString(tasks[0].Status) != "COMPLETED" || tasks[0].ApproximateNumberOfMessagesMoved != 1 || tasks[0].StartedTimestamp == 0 {
		t.Errorf("tasks %+v", tasks)
	}
}

func TestMoveElsewhere(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, dead := s.withDeadLetters(t)
	elsewhere := s.queue(t, nil)
	if s.external {
		return // moto has no move tasks
	}
	dead.send(t, "x") // which never was elsewhere
	wantNone(t, dead.move(t, nil))
	wantNone(t, dead.move(t, &elsewhere.arn))
	if got := aws.ToString(elsewhere.receiveOne(t).Body); got != "x" {
		t.Errorf("moved %s", got)
	}
	var states []string
	for _, task := range dead.moves(t, 10) {
		states = append(states, aws.ToString(task.Status)+" "+aws.ToString(task.FailureReason))
	}
	if !slices.Equal(states, []string{"COMPLETED ", "FAILED CouldNotDetermineMessageSource"}) {
		t.Errorf("tasks, newest first: %q", states)
	}
	if got := dead.moves(t, 1); len(got) != 1 {
		t.Errorf("%d tasks, want one", len(got))
	}
}

func TestMoveRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := start(t)
	source, dead := s.withDeadLetters(t)
	if s.external {
		return // moto has no move tasks
	}
	wantCode(t, source.move(t, nil), "InvalidParameterValue") // which is nobody's dead-letter queue
	nowhere := queue{suite: s, arn: source.arn + "-nowhere"}
	wantCode(t, nowhere.move(t, nil), "ResourceNotFoundException")
	wantCode(t, dead.move(t, &nowhere.arn), "ResourceNotFoundException")
}
