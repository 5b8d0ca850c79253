package webhook_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/audit"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/publish"
	"clientflow/internal/stats/tally"
	"clientflow/internal/systeme"
	"clientflow/internal/tenantdb"
	"clientflow/internal/webhook"
)

func TestEveryWorkflowTagSetsItsStatus(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i, status := range lead.Statuses()[1:] {
		address := fmt.Sprintf("visitor%d@acme.test", i)
		id := s.capture(t, john, johnsPrefix, address)
		s.take(t, delivery(systeme.TagAdded, bodyOf(address, johnsPrefix+string(status)), time.Time{}))
		s.wantLead(t, john, id, johnsPrefix, status, string(status))
	}
}

// noQueue takes messages, of which there must be none.
type noQueue struct{ t *testing.T }

func (q noQueue) SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	q.t.Error("an event asked for a sync")
	return &sqs.SendMessageBatchOutput{}, nil
}

// TestStatsFollow brings an event through the stream to the IB's counters.
func TestStatsFollow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, johnsPrefix, jane)
	leads := tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey)
	counters := tally.New(leads)
	captured := s.aws.LeadChanges(t, 2)
	s.take(t, added(johnsPrefix+"converted"))
	publisher := publish.New(publish.NewQueue(noQueue{t}, "http://queue.test"), counters, audit.NewStore(leads), s.logger)
	// The capture itself asks for a sync, so it is left out.
	changes := s.aws.LeadChanges(t, len(captured)+1)[len(captured):]
	if response, err := publisher.Handle(t.Context(), publish.Event{Records: changes}); err != nil || len(response.Failures) > 0 {
		t.Fatalf("%+v, %v", response, err)
	}
	totals, err := counters.Totals(t.Context(), mustTenant(t, john))
	if err != nil || totals.ByStatus["converted"] != 1 || totals.ByStatus["new"] != -1 {
		t.Errorf("%+v, %v", totals, err)
	}
}

func TestForgedDeliveries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, johnsPrefix, jane)
	before := s.items(t)
	s.calls.take()
	tag := johnsPrefix + "converted"
	valid := sign(secret, body(tag))
	for name, forge := range map[string]func(*httpapi.Request){
		"no signature":        func(r *httpapi.Request) { delete(r.Headers, "x-webhook-signature") },
		"an empty one":        func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = "" },
		"no hexadecimal":      func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = strings.Repeat("z", 64) },
		"cut":                 func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = valid[:62] },
		"too long":            func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = valid + "00" },
		"given twice":         func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = valid + "," + valid },
		"with its algorithm":  func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = "sha256=" + valid },
		"another secret's":    func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = sign("other", r.EncodedBody) },
		"the empty secret's":  func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = sign("", r.EncodedBody) },
		"another body's":      func(r *httpapi.Request) { r.EncodedBody = body(johnsPrefix + "churned") },
		"with a space behind": func(r *httpapi.Request) { r.EncodedBody += " " },
		"the empty body's":    func(r *httpapi.Request) { r.Headers["x-webhook-signature"] = sign(secret, "") },
		"of the base64, not of it": func(r *httpapi.Request) {
			r.EncodedBody, r.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(r.EncodedBody)), true
			r.Headers["x-webhook-signature"] = sign(secret, r.EncodedBody)
		},
		"what is no base64": func(r *httpapi.Request) { r.IsBase64Encoded = true },
		"of an event that is not ours": func(r *httpapi.Request) {
			r.Headers["x-webhook-event"], r.Headers["x-webhook-signature"] = "SALE_NEW", ""
		},
	} {
		r := added(tag)
		forge(r)
		s.log.Reset()
		if got := s.send(t, r); got.Status != 401 || !strings.Contains(s.log.String(), `"BadSignatures":1`) {
			t.Errorf("%s: %d %s, log %s", name, got.Status, got.Body, s.log.String())
		}
	}
	if s.items(t) != before {
		t.Error("a forged delivery changed a lead")
	}
	if made := s.calls.take(); made != "" {
		t.Errorf("a forged delivery was looked up: %s", made)
	}
}

func TestWithoutASecretNothingIsTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.routes = webhook.Routes(fixed(""), webhook.NewRecorder(s.aws.Client, s.aws.RegistryTable, s.aws.LeadsTable), s.logger)
	for _, signature := range []string{"", sign("", body(johnsPrefix+"converted")), sign(secret, body(johnsPrefix+"converted"))} {
		r := added(johnsPrefix + "converted")
		r.Headers["x-webhook-signature"] = signature
		if got := s.send(t, r); got.Status != 401 {
			t.Errorf("signature %q: %d", signature, got.Status)
		}
	}
}

func TestFormsOfADelivery(t *testing.T) {
	t.Parallel()
	nested := func(b string) string {
		return strings.Replace(strings.Replace(b, `{"contact":`, `{"contact":{"contact":`, 1), `},"tag"`, `}},"tag"`, 1)
	}
	php := func(b string) string {
		return strings.NewReplacer(jane, `\u006aane@acme.test`, "first_name", `first\/name`, `"Jane"`, `"Zo\u00e9 \ud83d\ude00"`).Replace(b)
	}
	signed := func(change func(string) string) func(*httpapi.Request) {
		return func(r *httpapi.Request) {
			r.EncodedBody = change(r.EncodedBody)
			r.Headers["x-webhook-signature"] = sign(secret, r.EncodedBody)
		}
	}
	for name, form := range map[string]func(*httpapi.Request){
		"flat":           func(*httpapi.Request) {},
		"nested":         signed(nested),
		"PHP's escapes":  signed(php),
		"nested escapes": signed(func(b string) string { return nested(php(b)) }),
		"with spaces":    signed(func(b string) string { return "\n" + strings.ReplaceAll(b, ",", " , ") + "\n" }),
		"in capitals":    signed(func(b string) string { return strings.Replace(b, jane, "JANE@Acme.Test", 1) }),
		"no UTF-8":       signed(func(b string) string { return strings.Replace(b, `"Jane"`, "\"\xff\"", 1) }),
		"longer than any form may be": signed(func(b string) string {
			return strings.Replace(b, `"tags":[`, `"tags":[`+strings.Repeat(`{"id":9,"name":"ib-aaaaaaaa-demo-request"},`, 5000), 1)
		}),
		"base64": func(r *httpapi.Request) {
			r.EncodedBody, r.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(r.EncodedBody)), true
		},
		"signature in capitals": func(r *httpapi.Request) {
			r.Headers["x-webhook-signature"] = strings.ToUpper(r.Headers["x-webhook-signature"])
		},
		"with a time":         func(r *httpapi.Request) { r.Headers["x-webhook-event-timestamp"] = "2026-09-27T20:16:27+00:00" },
		"with a time to come": func(r *httpapi.Request) { r.Headers["x-webhook-event-timestamp"] = "9999-12-31T23:59:59-12:00" },
		"with no real time":   func(r *httpapi.Request) { r.Headers["x-webhook-event-timestamp"] = "yesterday" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			id := s.capture(t, john, johnsPrefix, jane)
			r := added(johnsPrefix + "engaged")
			form(r)
			s.take(t, r)
			s.wantLead(t, john, id, johnsPrefix, lead.Engaged, "engaged")
		})
	}
}

// TestWhatIsPassedOver sends what is signed and changes nothing.
func TestWhatIsPassedOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, johnsPrefix, jane)
	s.put(t, s.aws.RegistryTable, map[string]string{"key": "TAG#ib-johnjohn-engaged", "userId": john})
	before := s.items(t)
	none := time.Time{}
	for name, test := range map[string]struct {
		r *httpapi.Request
		// calls are those that were worth it.
		calls string
	}{
		"another event":         {delivery("CONTACT_CREATED", body(johnsPrefix+"engaged"), none), ""},
		"no event":              {delivery("", body(johnsPrefix+"engaged"), none), ""},
		"event in other case":   {delivery("contact_tag_added", body(johnsPrefix+"engaged"), none), ""},
		"echo: demo-request":    {added(johnsPrefix + "demo-request"), ""},
		"echo: high-volume":     {added(johnsPrefix + "high-volume"), ""},
		"echo: a type":          {added(johnsPrefix + "forex-ib"), ""},
		"echo: taken off":       {removed(johnsPrefix + "demo-request"), ""},
		"the status new":        {added(johnsPrefix + "new"), ""},
		"a workflow's trigger":  {added(johnsPrefix + "vip"), ""},
		"a longer name":         {added(johnsPrefix + "converted-2"), ""},
		"a name in capitals":    {added(johnsPrefix + "Converted"), ""},
		"a prefix in capitals":  {added("IB-JOHNJOHN-converted"), ""},
		"a longer prefix":       {added("ib-johnjohnx-converted"), ""},
		"a shorter prefix":      {added("ib-johnjoh-converted"), ""},
		"no prefix":             {added("converted"), ""},
		"a space before":        {added(" " + johnsPrefix + "converted"), ""},
		"a key in the tag":      {added("ib-johnjohn-#converted"), ""},
		"nobody's prefix":       {added("ib-aaaaaaaa-converted"), "GetItem"},
		"nobody's lead":         {delivery(systeme.TagAdded, bodyOf("eve@acme.test", johnsPrefix+"converted"), none), "GetItem GetItem"},
		"another IB's lead":     {added(sarahsPrefix + "converted"), "GetItem GetItem"},
		"what is no address":    {delivery(systeme.TagAdded, bodyOf("jane", johnsPrefix+"converted"), none), ""},
		"not taken off before":  {removed("ib-aaaaaaaa-engaged"), "GetItem"},
		"nothing":               {delivery(systeme.TagAdded, "", none), ""},
		"no JSON":               {delivery(systeme.TagAdded, "<html>", none), ""},
		"a list":                {delivery(systeme.TagAdded, "["+body(johnsPrefix+"converted")+"]", none), ""},
		"an automation's body":  {delivery(systeme.TagAdded, `{"type":"contact.tagged","data":{"contact":{"id":1,"email":"`+jane+`"}}}`, none), ""},
		"a contact without id":  {delivery(systeme.TagAdded, strings.Replace(body(johnsPrefix+"converted"), `"id":501`, `"id":0`, 1), none), ""},
		"a body with more text": {delivery(systeme.TagAdded, body(johnsPrefix+"converted")+"{}", none), ""},
	} {
		s.calls.take()
		s.take(t, test.r)
		if made := s.calls.take(); made != test.calls {
			t.Errorf("%s: calls %q, want %q", name, made, test.calls)
		}
	}
	if after := s.items(t); after != before {
		t.Errorf("leads are\n%s\nwere\n%s", after, before)
	}
}

func TestWhatIsNotUnderstoodIsLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.take(t, delivery("SALE_NEW", "{}", time.Time{}))
	if strings.Contains(s.log.String(), "left behind") {
		t.Errorf("another event: %s", &s.log)
	}
	s.take(t, delivery(systeme.TagAdded, `{"contact":"`+jane+`"}`, time.Time{}))
	if got := s.log.String(); !strings.Contains(got, `"msg":"delivery left behind","function":"test","requestId":"r1"`) || strings.Contains(got, jane) {
		t.Errorf("log: %s", got)
	}
}

func TestTheTagTellsWhoseLeadItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	johns, sarahs := s.capture(t, john, johnsPrefix, jane), s.capture(t, sarah, sarahsPrefix, jane)
	s.take(t, added(johnsPrefix+"converted"))
	s.wantLead(t, john, johns, johnsPrefix, lead.Converted, "converted")
	s.wantLead(t, sarah, sarahs, sarahsPrefix, lead.New)
	s.take(t, added(sarahsPrefix+"inactive"), removed(sarahsPrefix+"inactive"))
	s.wantLead(t, john, johns, johnsPrefix, lead.Converted, "converted")
	s.wantLead(t, sarah, sarahs, sarahsPrefix, lead.Inactive)
	if strings.Contains(s.items(t), "canary") {
		t.Error("a lead holds what a body says of others")
	}
	if !strings.Contains(s.log.String(), `"tenantId":"`+john+`"`) {
		t.Errorf("the log does not say whose: %s", &s.log)
	}
}

func TestFewCalls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.capture(t, john, johnsPrefix, jane)
	at := time.Now().Add(-time.Hour)
	for _, test := range []struct {
		event string
		want  string
	}{
		{systeme.TagAdded, "GetItem GetItem UpdateItem"},
		{systeme.TagAdded, "GetItem GetItem"}, // delivered twice
	} {
		s.calls.take()
		s.take(t, delivery(test.event, body(johnsPrefix+"engaged"), at))
		if made := s.calls.take(); made != test.want {
			t.Errorf("%s: %s", test.event, made)
		}
	}
}
