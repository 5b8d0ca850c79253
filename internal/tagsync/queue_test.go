package tagsync

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	localsqs "clientflow/infra/local/sqs"
	"clientflow/internal/trace"
	"clientflow/internal/trace/queued"
)

const (
	queueURL = "http://aws.test/000000000000/LeadSync"
	// visibilityTimeout is the queue's own.
	visibilityTimeout = 360 * time.Second
	maxReceiveCount   = "10"
)

// queue is the LeadSync queue with its dead letters, as the event source sees it.
type queue struct {
	tb           testing.TB
	live, buried *localsqs.Queue

	mu sync.Mutex
	// sends are the delays of the copies that were sent, hides the time-outs set.
	sends, hides []time.Duration
}

func newQueue(tb testing.TB, service *localsqs.Service) *queue {
	buried, err := service.AddQueue("LeadSyncDead", map[string]string{"MessageRetentionPeriod": "1209600"})
	if err != nil {
		tb.Fatal(err)
	}
	live, err := service.AddQueue("LeadSync", map[string]string{
		"VisibilityTimeout": "360", "MessageRetentionPeriod": "1209600",
		"RedrivePolicy": `{"deadLetterTargetArn":"` + buried.ARN() + `","maxReceiveCount":` + maxReceiveCount + `}`,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return &queue{tb: tb, live: live, buried: buried}
}

// receive hands out up to size messages as an event, waiting for the first.
func (q *queue) receive(size int, wait time.Duration) []Record {
	messages, err := q.live.Receive(context.Background(), size, wait)
	if err != nil {
		q.tb.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"Records": messages})
	if err != nil {
		q.tb.Fatal(err)
	}
	var event Event
	if err := json.Unmarshal(text, &event); err != nil {
		q.tb.Fatal(err)
	}
	return event.Records
}

// settle deletes what the response does not name, as the event source does.
func (q *queue) settle(records []Record, response Response) {
	for _, r := range records {
		if slices.Contains(response.Failures, Failure{r.MessageID}) {
			continue
		}
		if err := q.live.Delete(r.ReceiptHandle); err != nil {
			q.tb.Fatal(err)
		}
	}
}

// empty tells whether no message is left, neither here nor on its way.
func (q *queue) empty() bool {
	c := q.live.Counts()
	return c.Visible+c.InFlight+c.Delayed == 0
}

// dead returns how many dead letters there are.
func (q *queue) dead() int { return q.buried.Counts().Visible }

// clear forgets all messages.
func (q *queue) clear() {
	for !q.empty() {
		q.settle(q.receive(10, 24*time.Hour), Response{})
	}
}

// recorded is the queue's client, noting the waits that it is asked for.
type recorded struct {
	*sqs.Client
	queue *queue
}

func queueClient(transport http.RoundTripper) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://aws.test"),
		Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
		HTTPClient:  &http.Client{Transport: transport},
	})
}

func (r recorded) SendMessage(ctx context.Context, in *sqs.SendMessageInput, options ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	out, err := r.Client.SendMessage(ctx, in, options...)
	r.note(&r.queue.sends, in.DelaySeconds, err)
	return out, err
}

func (r recorded) ChangeMessageVisibility(ctx context.Context, in *sqs.ChangeMessageVisibilityInput, options ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	out, err := r.Client.ChangeMessageVisibility(ctx, in, options...)
	r.note(&r.queue.hides, in.VisibilityTimeout, err)
	return out, err
}

func (r recorded) note(waits *[]time.Duration, seconds int32, err error) {
	r.queue.mu.Lock()
	defer r.queue.mu.Unlock()
	if err == nil {
		*waits = append(*waits, time.Duration(seconds)*time.Second)
	}
}

// sendIn sends a message that goes back to a trace.
func (w *world) sendIn(t trace.Trace, text string) {
	n, err := record(text).name()
	w.must(err)
	_, err = queueClient(inProcess{w.aws}).SendMessage(context.Background(), &sqs.SendMessageInput{
		QueueUrl: aws.String(queueURL), MessageBody: &text, MessageGroupId: aws.String(n.owner.String()),
		MessageSystemAttributes: queued.In(t),
	})
	w.must(err)
}
