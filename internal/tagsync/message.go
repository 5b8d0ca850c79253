package tagsync

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"clientflow/internal/tenant"
	"clientflow/internal/trace"
)

// Event is a batch of the LeadSync queue, as far as it is used.
type Event struct {
	Records []Record `json:"Records"`
}

// Record is one message of a batch.
type Record struct {
	MessageID     string `json:"messageId"`
	ReceiptHandle string `json:"receiptHandle"`
	Body          string `json:"body"`
	Attributes    struct {
		// ReceiveCount is how often the message was received, this time included.
		ReceiveCount string `json:"ApproximateReceiveCount"`
		// Sent is when the message was sent, in milliseconds since 1970.
		Sent string `json:"SentTimestamp"`
		// TraceHeader is the trace of X-Ray in which the sync was asked for. Lambda links
		// the invocation's own to it.
		TraceHeader string `json:"AWSTraceHeader"`
	} `json:"attributes"`
}

// Response names the messages that are to be received again. All others are
// done.
type Response struct {
	Failures []Failure `json:"batchItemFailures"`
}

// Failure names one message.
type Failure struct {
	MessageID string `json:"itemIdentifier"`
}

// name is all that is taken from a message: whose lead, and which; no lead when the
// message asks for the tags that the IB has from its beginning.
type name struct {
	owner  tenant.ID
	leadID string
}

// body is a message as publish-leads writes it, or publish-ibs, without a lead.
type body struct {
	UserID string `json:"userId"`
	LeadID string `json:"leadId,omitempty"`
	// RequestID is the request that the lead was sent with, or synced again. It is for
	// the log alone, which is searched by it.
	RequestID string `json:"requestId,omitempty"`
	// Since is when the first message was sent that this one is a copy of, in milliseconds
	// since 1970.
	Since int64 `json:"since,omitempty"`
	// RecordedAt tells of a copy that all was recorded that had been done for the lead
	// at that time, so that nobody need look what more was; in milliseconds since 1970.
	RecordedAt int64 `json:"recordedAt,omitempty"`
}

var leadIDShape = regexp.MustCompile(`^[0-9a-v]{26}$`)

// requestIDShape takes the ids of API Gateway and of Lambda.
var requestIDShape = regexp.MustCompile(`^[A-Za-z0-9_=+/-]{1,64}$`)

// errMessage says that a message names neither a lead nor an IB. It never repeats
// the message.
var errMessage = errors.New("the message names neither a lead nor an IB")

// name reads the one lead, or IB, that a message names.
func (r Record) name() (name, error) {
	var b body
	if err := json.Unmarshal([]byte(r.Body), &b); err != nil || b.LeadID != "" && !leadIDShape.MatchString(b.LeadID) {
		return name{}, errMessage
	}
	owner, err := tenant.Stored(b.UserID)
	if err != nil {
		return name{}, errMessage
	}
	return name{owner, b.LeadID}, nil
}

// requestID is the request that a message goes back to; "" when it names none.
func (r Record) requestID() string {
	var b body
	if err := json.Unmarshal([]byte(r.Body), &b); err != nil || !requestIDShape.MatchString(b.RequestID) {
		return ""
	}
	return b.RequestID
}

// since is when the message was sent, or the first of those that it is a copy of; the zero
// time when that is not said.
func (r Record) since() time.Time {
	var b body
	if err := json.Unmarshal([]byte(r.Body), &b); err == nil && b.Since > 0 {
		return time.UnixMilli(b.Since)
	}
	sent, err := strconv.ParseInt(r.Attributes.Sent, 10, 64)
	if err != nil || sent <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(sent)
}

// believed is how long a copy's word is taken that all is recorded: one that was a dead
// letter may have had tries that ended before they could record anything.
const believed = 2 * time.Hour

// recorded tells whether all is recorded that was done for the lead: the message says so,
// not long ago, and is received for the first time.
func (r Record) recorded(now time.Time) bool {
	var b body
	return json.Unmarshal([]byte(r.Body), &b) == nil && now.Sub(time.UnixMilli(b.RecordedAt)) < believed && r.receives() == 1
}

// trace is the trace that a message goes back to.
func (r Record) trace() trace.Trace { return trace.Parse(r.Attributes.TraceHeader) }

// receives is how often the message was received; 1 when that is not said.
func (r Record) receives() int {
	n, err := strconv.Atoi(r.Attributes.ReceiveCount)
	if err != nil {
		return 1
	}
	return max(n, 1)
}

// group is the message group of the messages that name it, as publish-leads and
// publish-ibs choose it: all IBs' tags are in one, lest many sign-ups at once be
// taken before the leads of every IB.
func (n name) group() string {
	if n.leadID == "" {
		return "tag-sets"
	}
	return n.owner.String()
}

// message writes the message that names a lead, or an IB, and the request that it goes
// back to.
func (n name) message(requestID string) (string, error) {
	return body{UserID: n.owner.String(), LeadID: n.leadID, RequestID: requestID}.text()
}

func (b body) text() (string, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return "", fmt.Errorf("write a sync message: %w", err)
	}
	return string(text), nil
}

// delivery is one lead, or IB, with every message of a batch that names it, so that a
// message which came twice is worked on once.
type delivery struct {
	name
	records []Record
	// recorded tells whether all is recorded that was done for the lead before.
	recorded bool
	// recordedAt is when all was that has been done by now; the zero time when it is not.
	recordedAt time.Time
	// anew tells whether its wait begins anew with a copy.
	anew bool
}

// copy writes the message that stands in for those of the delivery. Of several requests
// that it goes back to, it names the first. It says since when the delivery waits, as SQS
// counts the age of a copy from its own sending.
func (d delivery) copy() (string, error) {
	b := body{
		UserID: d.owner.String(), LeadID: d.leadID, RequestID: append(d.requestIDs(), "")[0],
	}
	if !d.recordedAt.IsZero() {
		b.RecordedAt = d.recordedAt.UnixMilli()
	}
	if since := d.since(); !since.IsZero() && !d.anew {
		b.Since = since.UnixMilli()
	}
	return b.text()
}

// receives is that of the message that was received most often.
func (d delivery) receives() int {
	most := 0
	for _, r := range d.records {
		most = max(most, r.receives())
	}
	return most
}

// since is when the first of its messages was sent; the zero time when that is not said.
func (d delivery) since() time.Time {
	var first time.Time
	for _, r := range d.records {
		if at := r.since(); first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

// requestIDs are the requests that its messages go back to, each once.
func (d delivery) requestIDs() []string { return d.each(Record.requestID) }

// traceIDs are the traces that its messages go back to, each once.
func (d delivery) traceIDs() []string {
	return d.each(func(r Record) string { return r.trace().ID() })
}

// trace is the first trace that one of its messages goes back to.
func (d delivery) trace() trace.Trace {
	for _, r := range d.records {
		if t := r.trace(); t.ID() != "" {
			return t
		}
	}
	return trace.Trace{}
}

// each is what there is to tell of its messages, each text once.
func (d delivery) each(of func(Record) string) []string {
	texts := []string{}
	for _, r := range d.records {
		if text := of(r); text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// sort splits a batch into one delivery for each lead or IB, in the order in which
// they come, and the messages that name none.
func sort(records []Record, now time.Time) (deliveries []delivery, unread []Record) {
	at := map[name]int{}
	for _, r := range records {
		n, err := r.name()
		if err != nil {
			unread = append(unread, r)
			continue
		}
		i, known := at[n]
		if !known {
			i = len(deliveries)
			at[n] = i
			deliveries = append(deliveries, delivery{name: n, recorded: true})
		}
		deliveries[i].recorded = deliveries[i].recorded && r.recorded(now)
		deliveries[i].records = append(deliveries[i].records, r)
	}
	return deliveries, unread
}
