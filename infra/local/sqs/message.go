package sqs

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientflow/infra/local/iam"
)

// Message is a message that was received. As JSON it is a record of the event
// that Lambda gives to a function.
type Message struct {
	MessageID     string `json:"messageId"`
	ReceiptHandle string `json:"receiptHandle"`
	Body          string `json:"body"`
	// Attributes are those of the queue, such as ApproximateReceiveCount.
	Attributes map[string]string `json:"attributes"`
	// MessageAttributes are those of the sender.
	MessageAttributes      map[string]MessageAttribute `json:"messageAttributes"`
	MD5OfBody              string                      `json:"md5OfBody"`
	MD5OfMessageAttributes string                      `json:"md5OfMessageAttributes,omitempty"`
	EventSource            string                      `json:"eventSource"`
	EventSourceARN         string                      `json:"eventSourceARN"`
	AWSRegion              string                      `json:"awsRegion"`
}

// MessageAttribute is a value that the sender attached.
type MessageAttribute struct {
	StringValue *string `json:"stringValue,omitempty"`
	BinaryValue []byte  `json:"binaryValue,omitempty"`
	// StringListValues and BinaryListValues are always empty, as in Lambda's events.
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	// DataType is String, Number or Binary, perhaps with a label after a dot.
	DataType string `json:"dataType"`
}

// message is one copy of a message in a queue; the service's lock guards it.
type message struct {
	id, body, bodyMD5 string
	attributes        map[string]MessageAttribute
	group             string // the sender's MessageGroupId; empty for none
	traceHeader       string // the sender's AWSTraceHeader; empty for none
	order             uint64 // of arrival
	sent, first       time.Time
	source            string // the queue it came from, in a dead-letter queue

	receives int
	receipt  string
	inFlight bool      // received and not yet visible again
	until    time.Time // when it becomes visible, while it is hidden
	in       *ordered  // the heap it is in
	at       int       // and its place there
}

// export is what a receiver sees.
func (m *message) export(arn string) Message {
	attributes := map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.receives),
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
		"SenderId":                         iam.AccountID,
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.first.UnixMilli(), 10),
	}
	if m.group != "" {
		attributes["MessageGroupId"] = m.group
	}
	if m.traceHeader != "" {
		attributes[traceHeader] = m.traceHeader
	}
	if m.source != "" {
		attributes["DeadLetterQueueSourceArn"] = m.source
	}
	return Message{
		MessageID: m.id, ReceiptHandle: m.receipt, Body: m.body, MD5OfBody: m.bodyMD5,
		Attributes: attributes, MessageAttributes: maps.Clone(m.attributes), MD5OfMessageAttributes: attributesMD5(m.attributes),
		EventSource: "aws:sqs", EventSourceARN: arn, AWSRegion: "us-east-1",
	}
}

func bodyMD5(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

// attributesMD5 is the checksum that clients compare: of each attribute in the
// order of names the name, the type, a byte for the kind of value and the value,
// each with its length before it. There is none for no attributes.
func attributesMD5(attributes map[string]MessageAttribute) string {
	if len(attributes) == 0 {
		return ""
	}
	var text []byte
	add := func(part string) {
		text = binary.BigEndian.AppendUint32(text, uint32(len(part)))
		text = append(text, part...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		add(name)
		add(a.DataType)
		if strings.HasPrefix(a.DataType, "Binary") {
			text = append(text, 2)
			add(string(a.BinaryValue))
		} else {
			text = append(text, 1)
			add(*a.StringValue)
		}
	}
	sum := md5.Sum(text)
	return hex.EncodeToString(sum[:])
}
