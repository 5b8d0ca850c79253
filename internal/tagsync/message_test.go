package tagsync

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/internal/tenant"
)

const (
	johnID = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	leadID = "0123456789abcdefghijklmnop"
)

func record(body string) Record { return Record{MessageID: "m", Body: body} }

func TestRecordName(t *testing.T) {
	t.Parallel()
	n, err := record(`{"userId":"` + johnID + `","leadId":"` + leadID + `","tags":["ib-other000-vip"]}`).name()
	if err != nil || n.owner.String() != johnID || n.leadID != leadID {
		t.Errorf("got %v, %v", n, err)
	}
}

// A message without a lead is about its IB's own tags.
func TestRecordNameOfAnIB(t *testing.T) {
	t.Parallel()
	n, err := record(`{"userId":"` + johnID + `"}`).name()
	if err != nil || n.owner.String() != johnID || n.leadID != "" || n.group() == johnID {
		t.Errorf("got %v, %v", n, err)
	}
	text, err := n.message("")
	if err != nil || text != `{"userId":"`+johnID+`"}` {
		t.Errorf("written as %s, %v", text, err)
	}
	if lead := (name{n.owner, leadID}); lead.group() != johnID {
		t.Errorf("group %s", lead.group())
	}
}

func TestRecordNameRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "null", "[]", "{", `"x"`, "{}",
		`{"userId":"` + johnID + `","leadId":7}`,
		`{"leadId":"` + leadID + `"}`,
		`{"userId":"","leadId":"` + leadID + `"}`,
		`{"userId":"LEAD#1","leadId":"` + leadID + `"}`,
		`{"userId":"` + strings.ToUpper(johnID) + `","leadId":"` + leadID + `"}`,
		`{"userId":"` + johnID + `","leadId":"jane@acme.test"}`,
		`{"userId":"` + johnID + `","leadId":"` + leadID + `0"}`,
		`{"userId":"` + johnID + `","leadId":"` + leadID + `\n"}`,
		`{"userId":1,"leadId":"` + leadID + `"}`,
		`{"userId":["` + johnID + `"],"leadId":"` + leadID + `"}`,
		`{"userId":"` + johnID + `","leadId":"` + leadID + `"} x`,
	} {
		if n, err := record(body).name(); err == nil || n != (name{}) {
			t.Errorf("%s: %v, %v", body, n, err)
		} else if strings.Contains(err.Error(), "jane") {
			t.Errorf("the error repeats the message: %v", err)
		}
	}
}

// A message may say which request it goes back to. That is for the log, and what does
// not look like it is left out.
func TestRecordRequestID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"JKJaXmPLvHcESHA=": "JKJaXmPLvHcESHA=", johnID: johnID,
		"": "", "jane@acme.test": "", "a b": "", strings.Repeat("a", 65): "",
	} {
		r := record(`{"userId":"` + johnID + `","leadId":"` + leadID + `","requestId":"` + text + `"}`)
		if got := r.requestID(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if n, err := r.name(); err != nil || n.leadID != leadID {
			t.Errorf("%q: %v, %v", text, n, err)
		}
	}
	if got := record("{").requestID(); got != "" {
		t.Errorf("no JSON: %q", got)
	}
	messages := []Record{record(`{"requestId":"b"}`), record(`{}`), record(`{"requestId":"a"}`), record(`{"requestId":"b"}`)}
	if got := (delivery{records: messages}).requestIDs(); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("several messages: %v", got)
	}
}

// The trace that a message goes back to is no part of its body, and strict of shape too.
func TestRecordTrace(t *testing.T) {
	t.Parallel()
	const first, second = "Root=1-5759e988-000000000000000000000001;Sampled=1", "Root=1-5759e988-000000000000000000000002;Sampled=0"
	of := func(headers ...string) (d delivery) {
		for _, header := range headers {
			var r Record
			r.Attributes.TraceHeader = header
			d.records = append(d.records, r)
		}
		return d
	}
	for name, tt := range map[string]struct {
		delivery
		header string
		ids    []string
	}{
		"none":             {of("", ""), "", []string{}},
		"one":              {of(first), first, []string{"1-5759e988-000000000000000000000001"}},
		"what is none":     {of("Root=jane@acme.test", first+"\n"), "", []string{}},
		"several messages": {of("", second, first, second), second, []string{"1-5759e988-000000000000000000000002", "1-5759e988-000000000000000000000001"}},
	} {
		if tt.trace().String() != tt.header || !slices.Equal(tt.traceIDs(), tt.ids) {
			t.Errorf("%s: %q and %q", name, tt.trace(), tt.traceIDs())
		}
	}
}

// A copy says since when the first message waits; any other was sent itself then.
func TestRecordSince(t *testing.T) {
	t.Parallel()
	of := func(since, sent string) Record {
		r := record(`{"userId":"` + johnID + `"` + since + `}`)
		r.Attributes.Sent = sent
		return r
	}
	for name, tt := range map[string]struct {
		records []Record
		want    int64
	}{
		"a message":               {[]Record{of("", "5000")}, 5000},
		"a copy":                  {[]Record{of(`,"since":3000`, "5000")}, 3000},
		"several messages":        {[]Record{of("", ""), of("", "5000"), of(`,"since":3000`, "9000"), of("", "4000")}, 3000},
		"none that says it":       {[]Record{of("", ""), of("", "yesterday"), of("", "-1")}, 0},
		"a copy that cannot know": {[]Record{of(`,"since":-1`, "")}, 0},
		"no message":              {nil, 0},
	} {
		got := (delivery{records: tt.records}).since()
		if tt.want == 0 && !got.IsZero() || tt.want > 0 && got.UnixMilli() != tt.want {
			t.Errorf("%s: since %v, want %d", name, got, tt.want)
		}
	}
}

func TestRecordReceives(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 1, "1": 1, "8": 8, "0": 1, "-3": 1, "many": 1, "99999999999999999999": 1} {
		var r Record
		r.Attributes.ReceiveCount = text
		if got := r.receives(); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestSortBringsAMessageThatCameTwiceTogether(t *testing.T) {
	t.Parallel()
	owner, err := tenant.Stored(johnID)
	if err != nil {
		t.Fatal(err)
	}
	first, second := name{owner, leadID}, name{owner, strings.Repeat("v", 26)}
	var records []Record
	for i, n := range []name{first, second, first} {
		text, err := n.message("")
		if err != nil {
			t.Fatal(err)
		}
		r := record(text)
		r.MessageID, r.Attributes.ReceiveCount = string(rune('a'+i)), []string{"2", "1", "5"}[i]
		records = append(records, r)
	}
	deliveries, unread := sort(append(records, record("?")), time.Now())
	if len(unread) != 1 || len(deliveries) != 2 || deliveries[0].name != first || deliveries[1].name != second ||
		len(deliveries[0].records) != 2 || deliveries[0].receives() != 5 || deliveries[1].receives() != 1 {
		t.Errorf("got %+v, %+v", deliveries, unread)
	}
}

// Whatever is in an event, each message of it is in one delivery or unread, and a
// delivery is for a tenant.
func FuzzEvent(f *testing.F) {
	f.Add(`{"Records":[{"messageId":"1","receiptHandle":"r","body":"{\"userId\":\"` + johnID + `\",\"leadId\":\"` + leadID +
		`\"}","attributes":{"ApproximateReceiveCount":"3","AWSTraceHeader":"Root=1-5759e988-bd862e3fe1be46a994272793"}}]}`)
	f.Add(`{"Records":[{"messageId":"1","body":"{}"},{"messageId":"2","body":""}]}`)
	f.Add(`{"Records":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var event Event
		if json.Unmarshal([]byte(text), &event) != nil {
			return
		}
		deliveries, unread := sort(event.Records, time.Now())
		total := len(unread)
		for _, d := range deliveries {
			total += len(d.records)
			if d.owner.Require() != nil || d.leadID != "" && len(d.leadID) != 26 || d.receives() < 1 {
				t.Errorf("delivery %+v", d)
			}
			for _, id := range d.traceIDs() {
				if len(id) != 35 {
					t.Errorf("trace %q", id)
				}
			}
			message, err := d.message("")
			if err != nil {
				t.Fatal(err)
			}
			if again, err := record(message).name(); err != nil || again != d.name {
				t.Errorf("%q reads as %v, %v", message, again, err)
			}
		}
		if total != len(event.Records) {
			t.Errorf("%d of %d messages", total, len(event.Records))
		}
		if slices.ContainsFunc(unread, func(r Record) bool { _, err := r.name(); return err == nil }) {
			t.Error("a readable message is unread")
		}
	})
}

// A copy's word that all is recorded is taken for some time, and the first time that it
// comes.
func TestWhoseWordIsTakenThatAllIsRecorded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for what, test := range map[string]struct {
		age      time.Duration
		receives string
		taken    bool
	}{
		"a copy":                      {time.Minute, "1", true},
		"one that has waited in line": {believed - time.Second, "1", true},
		"one that was a dead letter":  {believed + time.Second, "1", false},
		"one that comes again":        {time.Minute, "2", false},
	} {
		d := delivery{recordedAt: now.Add(-test.age)}
		text, err := d.copy()
		if err != nil {
			t.Fatal(err)
		}
		r := Record{Body: text}
		r.Attributes.ReceiveCount = test.receives
		if got := r.recorded(now); got != test.taken {
			t.Errorf("%s: taken %v", what, got)
		}
	}
	if text, err := (delivery{}).copy(); err != nil || (Record{Body: text}).recorded(now) {
		t.Errorf("the word of one that says nothing is taken: %s, %v", text, err)
	}
}

// The wait of a delivery whose tries begin anew begins with them.
func TestAWaitThatBeginsAnew(t *testing.T) {
	t.Parallel()
	first := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	waiting := body{Since: first.UnixMilli()}
	text, err := waiting.text()
	if err != nil {
		t.Fatal(err)
	}
	for anew, want := range map[bool]time.Time{false: first, true: {}} {
		d := delivery{records: []Record{{Body: text}}, anew: anew}
		text, err := d.copy()
		if got := (Record{Body: text}).since(); err != nil || !got.Equal(want) {
			t.Errorf("anew %v: since %v, want %v, %v", anew, got, want, err)
		}
	}
}
