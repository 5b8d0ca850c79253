package sqs

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

type receiveMessageInput struct {
	inQueue
	MaxNumberOfMessages         *int
	WaitTimeSeconds             *int
	VisibilityTimeout           *int
	AttributeNames              []string // the older name of the next one
	MessageSystemAttributeNames []string
	MessageAttributeNames       []string
}

// received is a message as ReceiveMessage gives it.
type received struct {
	MessageID              string `json:"MessageId"`
	ReceiptHandle          string
	Body                   string
	MD5OfBody              string
	Attributes             map[string]string         `json:",omitempty"`
	MessageAttributes      map[string]attributeValue `json:",omitempty"`
	MD5OfMessageAttributes string                    `json:",omitempty"`
}

func (s *Service) receiveMessage(ctx context.Context, q *Queue, in receiveMessageInput) (any, error) {
	most, wait, visibility, err := in.read(q)
	if err != nil {
		return nil, err
	}
	taken, err := q.receive(ctx, most, wait, visibility)
	if err != nil {
		return nil, err
	}
	messages := make([]received, 0, len(taken))
	for _, m := range taken {
		messages = append(messages, in.shape(m))
	}
	return map[string]any{"Messages": messages}, nil
}

func (in receiveMessageInput) read(q *Queue) (most int, wait time.Duration, visibility *time.Duration, err error) {
	q.service.mu.Lock()
	wait = q.settings.wait
	q.service.mu.Unlock()
	most = 1
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if in.WaitTimeSeconds != nil {
		wait = seconds(*in.WaitTimeSeconds)
	}
	if in.VisibilityTimeout != nil {
		hide := seconds(*in.VisibilityTimeout)
		visibility = &hide
	}
	switch {
	case most < 1 || most > mostMessages:
		err = invalidValue(most, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
	case wait < 0 || wait > 20*time.Second:
		err = invalidValue(int(wait.Seconds()), "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
	case visibility != nil && (*visibility < 0 || *visibility > longestVisibility):
		err = invalidValue(*in.VisibilityTimeout, "VisibilityTimeout", "Must be between 0 and 43200.")
	}
	return most, wait, visibility, err
}

// shape leaves of a message what was asked for.
func (in receiveMessageInput) shape(m Message) received {
	r := received{MessageID: m.MessageID, ReceiptHandle: m.ReceiptHandle, Body: m.Body, MD5OfBody: m.MD5OfBody}
	wanted := slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames)
	r.Attributes = maps.Clone(m.Attributes)
	maps.DeleteFunc(r.Attributes, func(name, _ string) bool { return !slices.Contains(wanted, "All") && !slices.Contains(wanted, name) })
	chosen := maps.Clone(m.MessageAttributes)
	maps.DeleteFunc(chosen, func(name string, _ MessageAttribute) bool { return !in.wantsAttribute(name) })
	r.MD5OfMessageAttributes = attributesMD5(chosen)
	r.MessageAttributes = map[string]attributeValue{}
	for name, a := range chosen {
		r.MessageAttributes[name] = attributeValue{DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue}
	}
	return r
}

// wantsAttribute knows names, beginnings such as "trace.*", and All.
func (in receiveMessageInput) wantsAttribute(name string) bool {
	return slices.ContainsFunc(in.MessageAttributeNames, func(wanted string) bool {
		beginning, isPattern := strings.CutSuffix(wanted, ".*")
		return wanted == "All" || wanted == name || isPattern && strings.HasPrefix(name, beginning)
	})
}
