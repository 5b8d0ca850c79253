package sqs

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clientflow/infra/local/wire"
)

// outgoing is a message as it is sent.
type outgoing struct {
	MessageBody             string
	DelaySeconds            *int
	MessageAttributes       map[string]attributeValue
	MessageSystemAttributes map[string]attributeValue
	MessageGroupID          string `json:"MessageGroupId"`
	MessageDeduplicationID  string `json:"MessageDeduplicationId"`
}

type attributeValue struct {
	DataType    string
	StringValue *string `json:",omitempty"`
	BinaryValue []byte  `json:",omitempty"`
}

type sendMessageInput struct {
	inQueue
	outgoing
}

type sent struct {
	MessageID                    string `json:"MessageId"`
	MD5OfMessageBody             string
	MD5OfMessageAttributes       string `json:",omitempty"`
	MD5OfMessageSystemAttributes string `json:",omitempty"`
}

func (s *Service) sendMessage(_ context.Context, q *Queue, in sendMessageInput) (any, error) {
	return q.send(in.outgoing)
}

type sendMessageBatchInput struct {
	inQueue
	Entries []sendEntry
}

type sendEntry struct {
	entry
	outgoing
}

type sentEntry struct {
	entry
	sent
}

func (s *Service) sendMessageBatch(_ context.Context, q *Queue, in sendMessageBatchInput) (any, error) {
	total := 0
	for _, e := range in.Entries {
		total += e.size()
	}
	if total > mostBytes {
		return nil, sqsError("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", mostBytes, total)
	}
	return runBatch(in.Entries, func(e sendEntry) (any, error) {
		done, err := q.send(e.outgoing)
		return sentEntry{e.entry, done}, err
	})
}

// send checks a message and puts it into the queue.
func (q *Queue) send(out outgoing) (sent, error) {
	if err := out.check(); err != nil {
		return sent{}, err
	}
	q.service.mu.Lock()
	defer q.service.mu.Unlock()
	if q.deleted {
		return sent{}, noSuchQueue()
	}
	if size := out.size(); size > q.settings.maxSize {
		return sent{}, sqsError("InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", q.settings.maxSize)
	}
	delay := q.settings.delay
	if out.DelaySeconds != nil {
		delay = time.Duration(*out.DelaySeconds) * time.Second
	}
	m := &message{
		id: wire.UUID(), body: out.MessageBody, bodyMD5: bodyMD5(out.MessageBody), attributes: attributes(out.MessageAttributes),
		group: out.MessageGroupID, sent: q.service.clock(),
	}
	if header, given := out.MessageSystemAttributes[traceHeader]; given {
		m.traceHeader = *header.StringValue
	}
	q.add(m, delay)
	return sent{
		MessageID: m.id, MD5OfMessageBody: m.bodyMD5, MD5OfMessageAttributes: attributesMD5(m.attributes),
		MD5OfMessageSystemAttributes: attributesMD5(attributes(out.MessageSystemAttributes)),
	}, nil
}

// attributes are a sender's, as a receiver sees them.
func attributes(sent map[string]attributeValue) map[string]MessageAttribute {
	all := map[string]MessageAttribute{}
	for name, a := range sent {
		all[name] = MessageAttribute{DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue,
			StringListValues: []string{}, BinaryListValues: [][]byte{}}
	}
	return all
}

// size is what counts against the largest size: the body, and of attributes but the
// system's the name, the type and the value.
func (out outgoing) size() int {
	size := len(out.MessageBody)
	for name, a := range out.MessageAttributes {
		size += len(name) + len(a.DataType) + len(a.BinaryValue)
		if a.StringValue != nil {
			size += len(*a.StringValue)
		}
	}
	return size
}

var groupID = regexp.MustCompile("^[a-zA-Z0-9!\"#$%&'()*+,\\-./:;<=>?@[\\\\\\]^_`{|}~]{0,128}$")

func (out outgoing) check() error {
	switch {
	case out.MessageBody == "":
		return sqsError("MissingParameter", "The request must contain the parameter MessageBody.")
	case !allowedText(out.MessageBody):
		return sqsError("InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF")
	case out.DelaySeconds != nil && (*out.DelaySeconds < 0 || *out.DelaySeconds > 900):
		return invalidValue(*out.DelaySeconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
	case out.MessageDeduplicationID != "":
		return invalidValue(out.MessageDeduplicationID, "MessageDeduplicationId", "The request include parameter that is not valid for this queue type.")
	case !groupID.MatchString(out.MessageGroupID):
		return invalidValue(out.MessageGroupID, "MessageGroupId", "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	case len(out.MessageAttributes) > 10:
		return sqsError("InvalidParameterValue", "Number of message attributes [%d] exceeds the allowed maximum [10].", len(out.MessageAttributes))
	}
	for name, a := range out.MessageAttributes {
		if err := a.check(name); err != nil {
			return err
		}
	}
	for name, a := range out.MessageSystemAttributes {
		if name != traceHeader {
			return sqsError("InvalidParameterValue", "Message system attribute name '%s' is invalid.", name)
		}
		if a.DataType != "String" {
			return sqsError("InvalidParameterValue", "The message system attribute '%s' must be of the type String.", name)
		}
		if err := a.check(name); err != nil {
			return err
		}
	}
	return nil
}

// traceHeader is the one system attribute that a sender may set. Amazon takes any text for
// it, though it asks for a header of X-Ray's.
const traceHeader = "AWSTraceHeader"

var (
	attributeName = regexp.MustCompile(`^[A-Za-z0-9_-]([A-Za-z0-9_.-]{0,254}[A-Za-z0-9_-])?$`)
	attributeType = regexp.MustCompile(`^(String|Number|Binary)(\.[^\s].{0,200})?$`)
)

func (a attributeValue) check(name string) error {
	kind, _, _ := strings.Cut(a.DataType, ".")
	refuse := func(reason string) error {
		return sqsError("InvalidParameterValue", "The message attribute '%s' %s", name, reason)
	}
	switch {
	case !attributeName.MatchString(name):
		return refuse("has a name that is not allowed.")
	case !attributeType.MatchString(a.DataType):
		return refuse("has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.")
	case kind == "Binary" && (len(a.BinaryValue) == 0 || a.StringValue != nil),
		kind != "Binary" && (a.StringValue == nil || *a.StringValue == "" || a.BinaryValue != nil):
		return refuse("must contain a non-empty value of its type.")
	case kind != "Binary" && !allowedText(*a.StringValue):
		return refuse("holds characters that are not allowed.")
	case kind == "Number" && !isNumber(*a.StringValue):
		return refuse("is no number.")
	}
	return nil
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// allowedText tells whether text can be carried by XML, which SQS once was.
func allowedText(text string) bool {
	for _, r := range text {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(text)
}
