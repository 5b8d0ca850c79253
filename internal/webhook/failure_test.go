package webhook_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"clientflow/internal/lead"
)

// TestFailuresOfTheDatabaseAreToBeSentAgain breaks each call in turn. A delivery
// that failed must leave nothing that keeps the next one from counting.
func TestFailuresOfTheDatabaseAreToBeSentAgain(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 3; n++ {
		s := newSite(t)
		id := s.capture(t, john, johnsPrefix, jane)
		count := 0
		s.calls.fail = func(string) bool { count++; return count == n }
		if got := s.send(t, added(johnsPrefix+"engaged")); got.Status != 500 || strings.Contains(got.Body, "denied") {
			t.Errorf("call %d: %d %s", n, got.Status, got.Body)
		}
		s.calls.fail = nil
		s.wantLead(t, john, id, johnsPrefix, lead.New)
		s.take(t, added(johnsPrefix+"engaged"))
		s.wantLead(t, john, id, johnsPrefix, lead.Engaged, "engaged")
		if strings.Contains(s.log.String(), jane) {
			t.Errorf("the log holds an address: %s", &s.log)
		}
	}
}

func TestADamagedRegistryIsAFailure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(t, s.aws.RegistryTable, map[string]string{"key": "PREFIX#" + johnsPrefix, "userId": "LEAD#1"})
	if got := s.send(t, added(johnsPrefix+"engaged")); got.Status != 500 {
		t.Errorf("answered %d", got.Status)
	}
}

// TestALeadThatGoesMeanwhile erases the lead between its being read and written.
func TestALeadThatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, johnsPrefix, jane)
	s.calls.fail = func(operation string) bool {
		if operation == "UpdateItem" {
			s.erase(t, john, jane)
		}
		return false
	}
	s.take(t, added(johnsPrefix+"converted"))
	if got := s.items(t); got != "null" && got != "[]" {
		t.Errorf("an event made half a lead: %s", got)
	}
}

func FuzzDelivery(f *testing.F) {
	f.Add("CONTACT_TAG_ADDED", body(johnsPrefix+"engaged"), "2026-09-27T20:16:27+00:00", true, false)
	f.Add("CONTACT_TAG_REMOVED", `{"contact":{"contact":{"id":1,"email":"jane@acme.test"}},"tag":{"id":7,"name":"ib-johnjohn-inactive"}}`, "", true, true)
	f.Add("SALE_NEW", `{"contact":null,"tag":[]}`, "9999-12-31T23:59:59-12:00", false, false)
	f.Add("CONTACT_TAG_ADDED", "\xff\x00", "0000-01-01T00:00:00+12:00", true, true)
	s := newSite(f)
	id := s.capture(f, john, johnsPrefix, jane)
	other := s.capture(f, sarah, sarahsPrefix, "canary@acme.test")
	f.Fuzz(func(t *testing.T, event, body, at string, signed, encoded bool) {
		r := delivery(event, body, time.Time{})
		r.Headers["x-webhook-event-timestamp"] = at
		if !signed {
			r.Headers["x-webhook-signature"] = strings.Repeat("0", 64)
		}
		if r.IsBase64Encoded = encoded; encoded {
			r.EncodedBody = base64.StdEncoding.EncodeToString([]byte(body))
		}
		want := 401
		if signed {
			want = 204
		}
		if got := s.send(t, r); got.Status != want {
			t.Errorf("answered %d, want %d: %s", got.Status, want, got.Body)
		}
		for _, tag := range s.lead(t, john, id).TagsApplied {
			if !strings.HasPrefix(tag, johnsPrefix) {
				t.Errorf("the lead shows %q", tag)
			}
		}
		if l := s.lead(t, sarah, other); l.Status != lead.New && !strings.Contains(body, "canary") && !strings.Contains(body, `\`) {
			t.Errorf("another's lead is %s", l.Status)
		}
	})
}
