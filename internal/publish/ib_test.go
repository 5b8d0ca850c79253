package publish_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/localtest"
	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/publish"
	"clientflow/internal/tenantdb"
)

// ibs is the publisher of IBs over a queue.
type ibs struct {
	queue queue
	log   bytes.Buffer
}

func (s *ibs) handle(tb testing.TB, records ...json.RawMessage) []publish.Failure {
	tb.Helper()
	publisher := publish.NewIBs(publish.NewQueue(&s.queue, "http://queue"), eventlog.New(&s.log, "publish-ibs"))
	response, err := publisher.Handle(tb.Context(), publish.Event{Records: records})
	if err != nil || response.Failures == nil {
		tb.Fatalf("got %v, %v", response, err)
	}
	return response.Failures
}

// userChanges returns what the stream of the Users table has told so far.
func userChanges(tb testing.TB, aws *localtest.AWS, count int) []json.RawMessage {
	tb.Helper()
	stream, err := aws.DB.Stream(aws.UsersTable)
	if err != nil {
		tb.Fatal(err)
	}
	records, err := stream.Read(tb.Context(), "", 100)
	if err != nil || len(records) != count {
		tb.Fatalf("%d records, want %d, %v", len(records), count, err)
	}
	var changes []json.RawMessage
	for _, record := range records {
		raw, err := json.Marshal(record)
		if err != nil {
			tb.Fatal(err)
		}
		changes = append(changes, raw)
	}
	return changes
}

// From the sign-up on, only a request for the IB's tags makes a message.
func TestRequestsForTagsArePublished(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	users := account.NewUsers(tenantdb.Owned(aws.Client, aws.UsersTable, ""))
	registrar := account.NewRegistrar(aws.Client, aws.UsersTable, aws.RegistryTable)
	person := account.Person{Subject: john, Email: "john@acme.com", Name: "John"}
	id := mustTenant(t, john)
	name := "Other"
	var requested account.Timestamp
	for _, step := range []func() error{
		func() error { _, err := registrar.Create(t.Context(), person); return err },
		func() error { _, err := registrar.Ensure(t.Context(), person); return err }, // listed, and a request
		func() error { _, err := registrar.Ensure(t.Context(), person); return err },
		func() error { _, err := users.Change(t.Context(), id, account.Settings{Name: &name}); return err },
		func() error {
			ib, err := users.Get(t.Context(), id)
			requested = ib.TagsRequested
			return err
		},
		func() error { return users.RequestTags(t.Context(), id, requested, time.Now().Add(time.Hour)) }, // a request
		func() error { return users.RecordTagsMade(t.Context(), id, time.Now()) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	var s ibs
	wantSent := []int{0, 0, 1, 1, 2, 2}
	for i, record := range userChanges(t, aws, len(wantSent)) {
		if failures := s.handle(t, record); len(failures) > 0 || len(s.queue.sent) != wantSent[i] {
			t.Errorf("after record %d: %d messages, want %d; failures %v", i, len(s.queue.sent), wantSent[i], failures)
		}
	}
	for i, sent := range s.queue.sent {
		if want := `{"userId":"` + john + `"}`; sent != want || s.queue.groups[i] == john {
			t.Errorf("sent %s in group %s", sent, s.queue.groups[i])
		}
	}
}

// An IB whose record is made at the first sign-in asks with its very first record.
func TestARecordThatComesWithARequestIsPublished(t *testing.T) {
	t.Parallel()
	var s ibs
	s.handle(t, requestRecord("1", john))
	if len(s.queue.sent) != 1 {
		t.Errorf("sent %v", s.queue.sent)
	}
}

func requestRecord(sequence, userID string) json.RawMessage {
	return json.RawMessage(`{"dynamodb":{"SequenceNumber":"` + sequence + `","Keys":{"userId":{"S":"` + userID + `"}},` +
		`"NewImage":{"userId":{"S":"` + userID + `"},"systemeTagsRequestedAt":{"S":"2026-05-04T03:02:01.000Z"}}}}`)
}

func TestRequestsThatTheQueueDoesNotTakeComeAgain(t *testing.T) {
	t.Parallel()
	removal := json.RawMessage(`{"dynamodb":{"SequenceNumber":"0","Keys":{"userId":{"S":"` + john + `"}},"OldImage":{"userId":{"S":"` + john + `"}}}}`)
	records := []json.RawMessage{removal, requestRecord("1", john), removal, requestRecord("3", sarah), requestRecord("4", john)}
	var s ibs
	s.queue.refuse = func(body string) bool { return strings.Contains(body, sarah) }
	if failures := s.handle(t, records...); !slices.Equal(failures, []publish.Failure{{SequenceNumber: "3"}}) {
		t.Errorf("failures %v", failures)
	}
	s.queue.fail = func() error { return errors.New("throttled") }
	if failures := s.handle(t, records...); !slices.Equal(failures, []publish.Failure{{SequenceNumber: "1"}}) {
		t.Errorf("failures %v", failures)
	}
	s.queue = queue{}
	if failures := s.handle(t, records[3:]...); len(failures) > 0 || len(s.queue.sent) != 2 {
		t.Errorf("failures %v, sent %v", failures, s.queue.sent)
	}
	if log := s.log.String(); strings.Count(log, `"outcome":"failed"`) != 2 || strings.Count(log, `"outcome":"ok"`) != 1 {
		t.Errorf("log %s", log)
	}
}

func TestARequestThatCannotBeReadIsLeftBehindLoudly(t *testing.T) {
	t.Parallel()
	bad := []json.RawMessage{
		json.RawMessage(`5`), json.RawMessage(`{"dynamodb":{"Keys":[]}}`), requestRecord("1", "canary"),
		json.RawMessage(`{"dynamodb":{"NewImage":{"systemeTagsRequestedAt":{"S":"canary"}}}}`),
	}
	var s ibs
	if failures := s.handle(t, append(bad, requestRecord("2", john))...); len(failures) > 0 || len(s.queue.sent) != 1 {
		t.Errorf("failures %v, sent %v", failures, s.queue.sent)
	}
	if log := s.log.String(); strings.Count(log, "record left behind") != len(bad) || strings.Contains(log, "canary") {
		t.Errorf("log %s", log)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(string(requestRecord("1", john)))
	f.Add(`{"dynamodb":{"NewImage":null}}`)
	f.Fuzz(func(t *testing.T, record string) {
		var s ibs
		s.handle(t, json.RawMessage(record))
		if len(s.queue.sent) > 1 || strings.Count(s.log.String(), "\n") > 2 {
			t.Errorf("sent %v, log %s", s.queue.sent, fmt.Sprint(&s.log))
		}
	})
}
