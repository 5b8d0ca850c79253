package publish_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/internal/lead"
)

// An erasure takes the lead out of the counters and is published once, whatever is
// done about it afterwards; asked for again, it is published again.
func TestErasuresArePublishedWhenAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, message := s.capture(t, john, "jane@acme.com")
	leads, err := s.leads.Of(mustTenant(t, john))
	if err != nil {
		t.Fatal(err)
	}
	do := func(step func(context.Context) error) {
		t.Helper()
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	noted := func(ok bool, err error) error {
		if !ok {
			return fmt.Errorf("not noted: %v", err)
		}
		return err
	}
	erase := func(ctx context.Context) error { return leads.Erase(ctx, id) }
	do(erase)
	do(func(ctx context.Context) error { return noted(leads.RecordErasing(ctx, id, 1, time.Now())) })
	do(func(ctx context.Context) error { return noted(leads.RecordErasureFailed(ctx, id, "why")) })
	do(func(ctx context.Context) error {
		e, _, err := leads.Unfinished(ctx, id)
		if err != nil {
			return err
		}
		return noted(leads.FinishErasure(ctx, e))
	})
	// captured, deleted, asked for, gone on with, failed, finished
	records := s.aws.LeadChanges(t, 6)
	if failures := s.handle(t, records...); len(failures) != 0 {
		t.Fatalf("failures %v: %s", failures, s.log.String())
	}
	if want := []string{message, message}; !slices.Equal(s.queue.sent, want) || s.queue.groups[1] != john {
		t.Errorf("sent %v in %v", s.queue.sent, s.queue.groups)
	}
	if got := s.totals(t, john); got != s.totals(t, sarah) {
		t.Errorf("counted %s", got)
	}
	if _, _, err := leads.Capture(t.Context(), lead.Submission{Email: "jane@acme.com", Name: "J"}, lead.FromForm); err != nil {
		t.Fatal(err)
	}
	do(erase)
	s.handle(t, s.aws.LeadChanges(t, 9)[6:]...)
	if want := []string{message, message, message, message}; !slices.Equal(s.queue.sent, want) {
		t.Errorf("sent %v", s.queue.sent)
	}
}

func TestErasuresThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const keys = `"Keys":{"userId":{"S":"` + john + `"},"sk":{"S":"ERASURE#0123456789abcdefghijklmnop"}}`
	for name, tt := range map[string]struct {
		record     string
		sent       int
		unreadable bool
	}{
		"removed":           {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"OldImage":{"requestedAt":{"S":"x"}}}}`, 0, false},
		"without a time":    {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"NewImage":{}}}`, 0, false},
		"another time":      {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"OldImage":{"requestedAt":{"S":"x"}},"NewImage":{"requestedAt":{"S":"y"}}}}`, 1, false},
		"the same time":     {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"OldImage":{"requestedAt":{"S":"x"}},"NewImage":{"requestedAt":{"S":"x"}}}}`, 0, false},
		"put back":          {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"OldImage":{"requestedAt":{"S":"x"}},"NewImage":{"requestedAt":{"S":"x"},"syncRequests":{"N":"1"}}}}`, 1, false},
		"put back before":   {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"OldImage":{"requestedAt":{"S":"x"},"syncRequests":{"N":"1"}},"NewImage":{"requestedAt":{"S":"x"},"syncRequests":{"N":"1"}}}}`, 0, false},
		"a number of words": {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"NewImage":{"requestedAt":{"S":"x"},"syncRequests":{"N":"x"}}}}`, 0, true},
		"without a place":   {`{"dynamodb":{` + keys + `,"NewImage":{"requestedAt":{"S":"x"}}}}`, 0, true},
		"of nobody":         {`{"dynamodb":{"SequenceNumber":"1","Keys":{"userId":{"S":"x"},"sk":{"S":"ERASURE#1"}}}}`, 0, true},
		"an image of words": {`{"dynamodb":{"SequenceNumber":"1",` + keys + `,"NewImage":"x"}}`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			if failures := s.handle(t, json.RawMessage(tt.record)); len(failures) != 0 {
				t.Errorf("failures %v", failures)
			}
			if len(s.queue.sent) != tt.sent {
				t.Errorf("sent %v", s.queue.sent)
			}
			if unreadable := strings.Contains(s.log.String(), "left behind"); unreadable != tt.unreadable {
				t.Errorf("log %s", s.log.String())
			}
		})
	}
}
