package publish_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"clientflow/infra/local/localtest"
	"clientflow/internal/audit"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/publish"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
)

// queue is SQS as far as it is used. refuse says of an entry whether the queue
// does not take it; fail fails whole calls.
type queue struct {
	sent    []string // bodies
	groups  []string
	traces  []string // what each message has for AWSTraceHeader
	batches []int
	refuse  func(body string) bool
	fail    func() error
}

func (q *queue) SendMessageBatch(_ context.Context, in *sqs.SendMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	q.batches = append(q.batches, len(in.Entries))
	if q.fail != nil {
		if err := q.fail(); err != nil {
			return nil, err
		}
	}
	out := &sqs.SendMessageBatchOutput{}
	for _, entry := range in.Entries {
		if q.refuse != nil && q.refuse(*entry.MessageBody) {
			out.Failed = append(out.Failed, sqstypes.BatchResultErrorEntry{Id: entry.Id, Code: aws.String("InternalError")})
			continue
		}
		q.sent = append(q.sent, *entry.MessageBody)
		q.groups = append(q.groups, *entry.MessageGroupId)
		q.traces = append(q.traces, aws.ToString(entry.MessageSystemAttributes["AWSTraceHeader"].StringValue))
		out.Successful = append(out.Successful, sqstypes.SendMessageBatchResultEntry{Id: entry.Id})
	}
	return out, nil
}

type site struct {
	aws       *localtest.AWS
	queue     queue
	leads     lead.Store
	counters  tally.Counters
	publisher publish.Publisher
	log       bytes.Buffer
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{aws: localtest.Start(tb)}
	s.leads = lead.NewStore(tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey), time.Now)
	s.countBy(s.aws.Client)
	return s
}

func (s *site) countBy(api tenantdb.API) {
	s.counters = tally.New(tenantdb.Owned(api, s.aws.LeadsTable, lead.SortKey))
	s.publisher = publish.New(publish.NewQueue(&s.queue, "http://queue"), s.counters, audit.NewStore(tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey)), eventlog.New(&s.log, "publish-leads"))
}

func mustTenant(tb testing.TB, userID string) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// capture stores a lead and returns the message that it should make.
func (s *site) capture(tb testing.TB, userID, address string) (leadID, message string) {
	tb.Helper()
	leads, err := s.leads.Of(mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	leadID, _, err = leads.Capture(tb.Context(), lead.Submission{Email: address, Name: "Canary"}, lead.FromForm)
	if err != nil {
		tb.Fatal(err)
	}
	return leadID, fmt.Sprintf(`{"userId":%q,"leadId":%q}`, userID, leadID)
}

// set changes one attribute of a lead.
func (s *site) set(tb testing.TB, userID, leadID, name string, value types.AttributeValue) {
	tb.Helper()
	_, err := s.aws.Client.UpdateItem(tb.Context(), &dynamodb.UpdateItemInput{
		TableName: &s.aws.LeadsTable, Key: key(userID, leadID), UpdateExpression: aws.String("SET #name = :value"),
		ExpressionAttributeNames:  map[string]string{"#name": name},
		ExpressionAttributeValues: tenantdb.Item{":value": value},
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value string) types.AttributeValue { return &types.AttributeValueMemberN{Value: value} }

func key(userID, leadID string) tenantdb.Item {
	return tenantdb.Item{"userId": text(userID), "sk": text("LEAD#" + leadID)}
}

func (s *site) handle(tb testing.TB, records ...json.RawMessage) []publish.Failure {
	tb.Helper()
	response, err := s.publisher.Handle(tb.Context(), publish.Event{Records: records})
	if err != nil {
		tb.Fatal(err)
	}
	return response.Failures
}

// totals returns a tenant's leads by status.
func (s *site) totals(tb testing.TB, userID string) string {
	tb.Helper()
	totals, err := s.counters.Totals(tb.Context(), mustTenant(tb, userID))
	if err != nil {
		tb.Fatal(err)
	}
	maps.DeleteFunc(totals.ByStatus, func(_ string, n int) bool { return n == 0 })
	return strings.TrimPrefix(fmt.Sprint(totals.ByStatus), "map")
}

func sequence(tb testing.TB, record json.RawMessage) string {
	tb.Helper()
	var r struct {
		DynamoDB struct{ SequenceNumber string }
	}
	if err := json.Unmarshal(record, &r); err != nil {
		tb.Fatal(err)
	}
	return r.DynamoDB.SequenceNumber
}

func TestNewLeadsArePublishedAndCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, first := s.capture(t, john, "jane@acme.com")
	_, second := s.capture(t, sarah, "jane@acme.com")
	records := s.aws.LeadChanges(t, 2)
	for range 2 { // the second time is a replay
		if failures := s.handle(t, records...); failures == nil || len(failures) != 0 {
			t.Errorf("failures %v", failures)
		}
	}
	if !slices.Equal(s.queue.sent[:2], []string{first, second}) || !slices.Equal(s.queue.groups[:2], []string{john, sarah}) {
		t.Errorf("sent %v in groups %v", s.queue.sent, s.queue.groups)
	}
	if j, a := s.totals(t, john), s.totals(t, sarah); j != "[new:1]" || a != "[new:1]" {
		t.Errorf("counted %s, %s", j, a)
	}
}

func TestWhatIsPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, message := s.capture(t, john, "jane@acme.com")
	s.capture(t, john, "jane@acme.com")             // again: no message
	s.set(t, john, id, "status", text("engaged"))   // counted, no message
	s.set(t, john, id, "notes", text("engaged"))    // nothing
	s.set(t, john, id, "syncRequests", number("1")) // a message
	s.set(t, john, id, "syncRequests", number("2")) // a message
	s.set(t, john, id, "syncRequests", number("0")) // nothing
	_, err := s.aws.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &s.aws.LeadsTable, Key: key(john, id)})
	if err != nil {
		t.Fatal(err)
	}
	records := s.aws.LeadChanges(t, 8)
	wantTotals := []string{"[new:1]", "[new:1]", "[engaged:1]", "[engaged:1]", "[engaged:1]", "[engaged:1]", "[engaged:1]", "[]"}
	wantSent := []int{1, 1, 1, 1, 2, 3, 3, 3}
	for i, record := range records {
		s.handle(t, record)
		if got := s.totals(t, john); got != wantTotals[i] || len(s.queue.sent) != wantSent[i] {
			t.Errorf("after record %d: counted %s, %d messages; want %s, %d", i, got, len(s.queue.sent), wantTotals[i], wantSent[i])
		}
	}
	for _, sent := range s.queue.sent {
		if sent != message {
			t.Errorf("sent %s, want %s", sent, message)
		}
	}
}

func TestMessagesGoInTens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 23 {
		s.capture(t, john, fmt.Sprintf("v%d@acme.com", i))
	}
	records := s.aws.LeadChanges(t, 23)
	refusedOnce := map[string]bool{}
	s.queue.refuse = func(body string) bool { // every message once
		refused := refusedOnce[body]
		refusedOnce[body] = true
		return !refused
	}
	if failures := s.handle(t, records...); len(failures) != 0 {
		t.Errorf("failures %v", failures)
	}
	if len(s.queue.sent) != 23 || !slices.Equal(s.queue.batches, []int{10, 10, 10, 10, 3, 3}) {
		t.Errorf("%d sent, in batches of %v", len(s.queue.sent), s.queue.batches)
	}
}

func TestWhatTheQueueDoesNotTakeIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var messages []string
	for i := range 15 {
		_, message := s.capture(t, john, fmt.Sprintf("v%d@acme.com", i))
		messages = append(messages, message)
	}
	records := s.aws.LeadChanges(t, 15)
	tests := map[string]struct {
		refuse func(string) bool
		fail   func() error
		first  int
	}{
		"one message":    {refuse: func(body string) bool { return body == messages[7] }, first: 7},
		"of two batches": {refuse: func(body string) bool { return body == messages[12] || body == messages[9] }, first: 9},
		"all":            {fail: func() error { return errors.New("no answer for jane@acme.com") }, first: 0},
		"the second call": {fail: func() error {
			if len(s.queue.batches)%2 == 0 {
				return errors.New("throttled")
			}
			return nil
		}, first: 10},
	}
	for name, tt := range tests {
		s.queue = queue{refuse: tt.refuse, fail: tt.fail}
		failures := s.handle(t, records...)
		if len(failures) != 1 || failures[0].SequenceNumber != sequence(t, records[tt.first]) {
			t.Errorf("%s: failures %v, want record %d", name, failures, tt.first)
		}
		for i := range tt.first {
			if !slices.Contains(s.queue.sent, messages[i]) {
				t.Errorf("%s: message %d before the failure is lost", name, i)
			}
		}
		s.queue = queue{}
		s.handle(t, records[tt.first:]...)
		if got := s.totals(t, john); got != "[new:15]" {
			t.Errorf("%s: counted %s", name, got)
		}
	}
	if log := s.log.String(); !strings.Contains(log, `"outcome":"failed"`) || strings.Contains(log, "jane@") {
		t.Errorf("log %s", log)
	}
}

// ailing fails to write some tenants' counters.
type ailing struct {
	tenantdb.API
	userIDs []string
}

func (a ailing) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if slices.Contains(a.userIDs, in.Key["userId"].(*types.AttributeValueMemberS).Value) {
		return nil, errors.New("throttled")
	}
	return a.API.UpdateItem(ctx, in, options...)
}

func TestWhatIsNotCountedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, "a@acme.com")
	s.capture(t, sarah, "b@acme.com")
	s.capture(t, john, "c@acme.com")
	s.capture(t, sarah, "d@acme.com")
	records := s.aws.LeadChanges(t, 4)
	s.countBy(ailing{s.aws.Client, []string{sarah}})
	if failures := s.handle(t, records...); len(failures) != 1 || failures[0].SequenceNumber != sequence(t, records[1]) {
		t.Errorf("failures %v", failures)
	}
	if len(s.queue.sent) != 4 {
		t.Errorf("%d messages waited for a counter", 4-len(s.queue.sent))
	}
	if got := s.totals(t, john); got != "[new:2]" {
		t.Errorf("another tenant's counter waited: %s", got)
	}
	if log := s.log.String(); !strings.Contains(log, sarah) || strings.Contains(log, john) {
		t.Errorf("log names the wrong tenant: %s", log)
	}
	s.countBy(s.aws.Client)
	s.handle(t, records[1:]...)
	if j, a := s.totals(t, john), s.totals(t, sarah); j != "[new:2]" || a != "[new:2]" {
		t.Errorf("counted %s, %s", j, a)
	}
}

// TestTheFirstFailureCounts lets the queue and the counters fail at different
// records: the batch is asked for again from the earliest.
func TestTheFirstFailureCounts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		refused   int // the message that the queue refuses
		uncounted []string
		first     int
	}{
		"the queue":       {0, []string{sarah}, 0},
		"the counters":    {3, []string{sarah}, 1},
		"the same record": {1, []string{sarah}, 1},
		"two tenants":     {3, []string{sarah, john}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			var messages []string
			for i, userID := range []string{john, sarah, john, sarah} {
				_, message := s.capture(t, userID, fmt.Sprintf("v%d@acme.com", i))
				messages = append(messages, message)
			}
			records := s.aws.LeadChanges(t, 4)
			s.queue.refuse = func(body string) bool { return body == messages[tt.refused] }
			s.countBy(ailing{s.aws.Client, tt.uncounted})
			for range 10 { // tenants are counted side by side, in any order
				failures := s.handle(t, records...)
				if len(failures) != 1 || failures[0].SequenceNumber != sequence(t, records[tt.first]) {
					t.Fatalf("failures %v, want record %d", failures, tt.first)
				}
			}
		})
	}
}

func TestARecordThatCannotBeReadIsLeftBehindLoudly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, "a@acme.com")
	s.capture(t, john, "b@acme.com")
	good := s.aws.LeadChanges(t, 2)
	image := `{"status":{"S":"new"},"createdAt":{"S":"2026-05-04T03:02:01.000Z"},"email":{"S":"canary@acme.com"}}`
	record := func(keys, number, images string) string {
		return `{"dynamodb":{"Keys":` + keys + `,"SequenceNumber":"` + number + `"` + images + `}}`
	}
	keys := `{"userId":{"S":"` + john + `"},"sk":{"S":"LEAD#x"}}`
	bad := []string{
		`null`, `5`, `{}`, `{"dynamodb":{"Keys":{"userId":{"N":"1"}}}}`, `{"dynamodb":{"Keys":[]}}`,
		record(`{"userId":{"S":"canary"},"sk":{"S":"LEAD#x"}}`, "1", `,"NewImage":`+image),
		record(keys, "canary", `,"NewImage":`+image),
		record(keys, "", `,"NewImage":`+image),
		record(keys, "1", ``),
		record(keys, "1", `,"NewImage":{}`),
		record(keys, "1", `,"NewImage":{"status":{"S":"new"},"createdAt":{"S":"canary"}}`),
		record(keys, "1", `,"NewImage":{"status":{"S":"new"},"createdAt":{"S":"2026-05-04T03:02:01.000Z"},"syncRequests":{"N":"canary"}}`),
		record(keys, "1", `,"OldImage":{"status":{"NULL":true}},"NewImage":`+image),
	}
	records := []json.RawMessage{good[0]}
	for _, raw := range bad {
		records = append(records, json.RawMessage(raw))
	}
	if failures := s.handle(t, append(records, good[1])...); len(failures) != 0 {
		t.Errorf("failures %v", failures)
	}
	if got := s.totals(t, john); got != "[new:2]" || len(s.queue.sent) != 2 {
		t.Errorf("counted %s, sent %d", got, len(s.queue.sent))
	}
	log := s.log.String()
	if n := strings.Count(log, "record left behind"); n != len(bad) || !strings.Contains(log, fmt.Sprintf(`"unreadable":%d`, len(bad))) {
		t.Errorf("%d of %d reported: %s", n, len(bad), log)
	}
	if strings.Contains(strings.ReplaceAll(log, `"sequenceNumber":"canary"`, ""), "canary") {
		t.Errorf("the log repeats a record: %s", log)
	}
}

func TestOtherItemsAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	raw := json.RawMessage(`{"dynamodb":{"Keys":{"userId":{"S":"` + john + `"},"sk":{"S":"STATS#TOTAL"}},"SequenceNumber":"1","NewImage":{}}}`)
	if failures := s.handle(t, raw); len(failures) != 0 || len(s.queue.sent) != 0 || strings.Contains(s.log.String(), "left behind") {
		t.Errorf("failures %v, sent %v, log %s", failures, s.queue.sent, s.log.String())
	}
	if failures := s.handle(t); len(failures) != 0 {
		t.Errorf("an empty batch: %v", failures)
	}
}

// TestTwoHundredAtOnce captures for one IB from all sides, and hands the stream
// on as Lambda does, while the queue fails now and then.
func TestTwoHundredAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var (
		all      sync.WaitGroup
		mu       sync.Mutex
		messages []string
	)
	for i := range 200 {
		all.Go(func() {
			_, message := s.capture(t, john, fmt.Sprintf("v%d@acme.com", i))
			mu.Lock()
			defer mu.Unlock()
			messages = append(messages, message)
		})
	}
	all.Wait()
	calls := 0
	s.queue.refuse = func(string) bool { calls++; return calls%7 == 0 }
	s.queue.fail = func() error {
		if len(s.queue.batches)%5 == 0 {
			return errors.New("throttled")
		}
		return nil
	}
	rounds := 0
	for left := s.aws.LeadChanges(t, 200); len(left) > 0; rounds++ {
		batch := left[:min(64, len(left))]
		done := len(batch)
		if failures := s.handle(t, batch...); len(failures) > 0 {
			done = slices.IndexFunc(batch, func(r json.RawMessage) bool { return sequence(t, r) == failures[0].SequenceNumber })
		}
		left = left[done:]
		if rounds > 1000 {
			t.Fatal("no end")
		}
	}
	if got := s.totals(t, john); got != "[new:200]" {
		t.Errorf("counted %s", got)
	}
	for _, message := range messages {
		if !slices.Contains(s.queue.sent, message) {
			t.Errorf("%s was never sent", message)
		}
	}
	if rounds == 4 {
		t.Error("nothing failed")
	}
}

func FuzzHandle(f *testing.F) {
	s := newSite(f)
	s.capture(f, john, "jane@acme.com")
	good := s.aws.LeadChanges(f, 1)[0]
	f.Add([]byte(`{"Records":[` + string(good) + `]}`))
	f.Add([]byte(`{"Records":[null,5,{"dynamodb":{"Keys":{"userId":{"S":"x"},"sk":{"S":"LEAD#"}}}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var event publish.Event
		if json.Unmarshal(raw, &event) != nil {
			return
		}
		s.queue = queue{}
		s.log.Reset()
		if failures := s.handle(t, event.Records...); len(failures) != 0 {
			t.Errorf("failures %v, log %s", failures, s.log.String())
		}
		if len(s.queue.sent) > len(event.Records) {
			t.Errorf("%d messages for %d records", len(s.queue.sent), len(event.Records))
		}
	})
}
