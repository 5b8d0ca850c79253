package sqs_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func TestMessageGoesThrough(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	body := `{"leadId":"ä\n"}`
	sent, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: &body, MessageGroupId: aws.String("john"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"trace.id": {DataType: aws.String("String"), StringValue: aws.String("4711")},
			"count":    {DataType: aws.String("Number.int"), StringValue: aws.String("7")},
			"raw":      {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	q.wantCounts(t, "1", "0", "0")
	got := q.receiveOne(t)
	if aws.ToString(got.Body) != body || aws.ToString(got.MessageId) != aws.ToString(sent.MessageId) {
		t.Errorf("received %s of id %s, want %s of id %s", aws.ToString(got.Body), aws.ToString(got.MessageId), body, aws.ToString(sent.MessageId))
	}
	if aws.ToString(got.MD5OfMessageAttributes) != aws.ToString(sent.MD5OfMessageAttributes) || sent.MD5OfMessageAttributes == nil {
		t.Errorf("checksum of attributes %v, want %v", got.MD5OfMessageAttributes, sent.MD5OfMessageAttributes)
	}
	if a := got.MessageAttributes; aws.ToString(a["trace.id"].StringValue) != "4711" || aws.ToString(a["count"].DataType) != "Number.int" || !bytes.Equal(a["raw"].BinaryValue, []byte{0, 255}) {
		t.Errorf("attributes %v", a)
	}
	if a := got.Attributes; a["ApproximateReceiveCount"] != "1" || a["SentTimestamp"] == "" || a["SenderId"] == "" || a["ApproximateFirstReceiveTimestamp"] == "" {
		t.Errorf("system attributes %v", a)
	}
	q.wantCounts(t, "0", "1", "0")
	wantNone(t, q.delete(t, got.ReceiptHandle))
	wantNone(t, q.delete(t, got.ReceiptHandle)) // once more is no error
	q.wantCounts(t, "0", "0", "0")
	if got.Attributes["MessageGroupId"] != "john" {
		t.Errorf("group %q, want john", got.Attributes["MessageGroupId"])
	}
}

// TestChecksumOfAttributes holds a value computed by Amazon's own clients.
func TestChecksumOfAttributes(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	sent, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: aws.String("x"),
		MessageAttributes: map[string]types.MessageAttributeValue{"timestamp": {DataType: aws.String("Number"), StringValue: aws.String("1493147359900")}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := aws.ToString(sent.MD5OfMessageAttributes), "235c5c510d26fb653d073faed50ae77c"; got != want {
		t.Errorf("checksum %s, want %s", got, want)
	}
}

func TestOnlyWantedAttributesAreReceived(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	value := types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String("x")}
	_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: aws.String("x"),
		MessageAttributes: map[string]types.MessageAttributeValue{"trace.id": value, "trace.span": value, "other": value}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		wanted []string
		count  int
	}{{nil, 0}, {[]string{"other"}, 1}, {[]string{"trace.*"}, 2}, {[]string{"All"}, 3}, {[]string{"none"}, 0}} {
		out, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, MessageAttributeNames: tt.wanted,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp}})
		if err != nil || len(out.Messages) != 1 {
			t.Fatalf("received %v, error %v", out, err)
		}
		m := out.Messages[0]
		if len(m.MessageAttributes) != tt.count || len(m.Attributes) != 1 {
			t.Errorf("asked for %v: attributes %v and %v", tt.wanted, m.MessageAttributes, m.Attributes)
		}
		wantNone(t, q.hide(t, m.ReceiptHandle, 0))
	}
}

func TestVisibility(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	q.send(t, "x")
	first := q.receiveOne(t)
	if got := q.receive(t, 10, 0); len(got) != 0 {
		t.Errorf("received %d messages in flight", len(got))
	}
	wantNone(t, q.hide(t, first.ReceiptHandle, 0))
	second := q.receiveOne(t)
	if second.Attributes["ApproximateReceiveCount"] != "2" || aws.ToString(second.ReceiptHandle) == aws.ToString(first.ReceiptHandle) {
		t.Errorf("second delivery %v with the receipt of the first", second.Attributes)
	}
	if second.Attributes["ApproximateFirstReceiveTimestamp"] != first.Attributes["ApproximateFirstReceiveTimestamp"] {
		t.Error("the first delivery has another time now")
	}
	wantNone(t, q.hide(t, second.ReceiptHandle, 1))
	if got := q.receive(t, 1, 5); len(got) != 1 {
		t.Error("a message hidden for a second is not there after it")
	}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	q.send(t, "x")
	first := q.receiveOne(t)
	wantNone(t, q.hide(t, first.ReceiptHandle, 0))
	wantCode(t, q.delete(t, aws.String("made up")), "ReceiptHandleIsInvalid")
	if q.external {
		return // moto lets the receipt of an earlier delivery delete
	}
	wantCode(t, q.hide(t, first.ReceiptHandle, 10), "AWS.SimpleQueueService.MessageNotInflight")
	wantCode(t, q.hide(t, aws.String("made up"), 10), "ReceiptHandleIsInvalid")
	wantCode(t, q.hide(t, first.ReceiptHandle, 43201), "InvalidParameterValue")
	second := q.receiveOne(t)
	wantNone(t, q.delete(t, first.ReceiptHandle))
	q.wantCounts(t, "0", "1", "0")
	wantNone(t, q.delete(t, second.ReceiptHandle))
	q.wantCounts(t, "0", "0", "0")
}

func TestDelay(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: aws.String("x"), DelaySeconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	q.wantCounts(t, "0", "0", "1")
	if got := q.receive(t, 1, 0); len(got) != 0 {
		t.Error("a delayed message is there at once")
	}
	if got := q.receive(t, 1, 5); len(got) != 1 {
		t.Error("a message delayed by a second is not there after it")
	}
}

func TestLongPollEndsWithTheMessage(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	began := time.Now()
	received := make(chan int, 1)
	go func() {
		out, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, WaitTimeSeconds: 20})
		if err != nil {
			t.Error(err)
			received <- 0
			return
		}
		received <- len(out.Messages)
	}()
	q.send(t, "x")
	if got := <-received; got != 1 {
		t.Errorf("received %d messages, want 1", got)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestSendRefusesBadInput(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, map[string]string{"MaximumMessageSize": "1024"})
	attribute := func(kind, value string) map[string]types.MessageAttributeValue {
		return map[string]types.MessageAttributeValue{"a": {DataType: &kind, StringValue: &value}}
	}
	for name, tt := range map[string]struct {
		in    sqs.SendMessageInput
		code  string
		local bool // moto does not look
	}{
		"empty body":           {sqs.SendMessageInput{MessageBody: aws.String("")}, "MissingParameter", true},
		"control character":    {sqs.SendMessageInput{MessageBody: aws.String("a\x01b")}, "InvalidMessageContents", true},
		"too long":             {sqs.SendMessageInput{MessageBody: aws.String(strings.Repeat("x", 1025))}, "InvalidParameterValue", false},
		"too long a delay":     {sqs.SendMessageInput{MessageBody: aws.String("x"), DelaySeconds: 901}, "InvalidParameterValue", false},
		"deduplication":        {sqs.SendMessageInput{MessageBody: aws.String("x"), MessageDeduplicationId: aws.String("x")}, "InvalidParameterValue", true},
		"group with a space":   {sqs.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("a b")}, "InvalidParameterValue", true},
		"attribute of no type": {sqs.SendMessageInput{MessageBody: aws.String("x"), MessageAttributes: attribute("Text", "x")}, "InvalidParameterValue", false},
		"number that is none":  {sqs.SendMessageInput{MessageBody: aws.String("x"), MessageAttributes: attribute("Number", "x")}, "InvalidParameterValue", true},
		"empty attribute":      {sqs.SendMessageInput{MessageBody: aws.String("x"), MessageAttributes: attribute("String", "")}, "InvalidParameterValue", true},
	} {
		if tt.local && q.external {
			continue
		}
		t.Run(name, func(t *testing.T) {
			tt.in.QueueUrl = &q.url
			_, err := q.SendMessage(t.Context(), &tt.in)
			wantCode(t, err, tt.code)
		})
	}
	_, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, MaxNumberOfMessages: 11})
	wantCode(t, err, "InvalidParameterValue")
}

// TestFairness: a group that has messages in flight waits behind one that has
// none, however much earlier it sent.
func TestFairness(t *testing.T) {
	t.Parallel()
	q := start(t).queue(t, nil)
	if q.external {
		return // moto knows no fair queues
	}
	for _, group := range []string{"john", "john", "john", "sarah"} {
		_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &group, MessageGroupId: &group})
		wantNone(t, err)
	}
	var order []string
	for range 4 {
		order = append(order, aws.ToString(q.receive(t, 1, 0)[0].Body))
	}
	if got := strings.Join(order, " "); got != "john sarah john john" {
		t.Errorf("delivered %s", got)
	}
}
