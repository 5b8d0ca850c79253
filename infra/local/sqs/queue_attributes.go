package sqs

import (
	"context"
	"maps"
	"slices"
	"strconv"
)

type getQueueAttributesInput struct {
	inQueue
	AttributeNames []string
}

func (s *Service) getQueueAttributes(_ context.Context, q *Queue, in getQueueAttributesInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := q.attributes()
	if slices.Contains(in.AttributeNames, "All") {
		return map[string]any{"Attributes": all}, nil
	}
	wanted := map[string]string{}
	for _, name := range in.AttributeNames {
		value, known := all[name]
		if !known && name != "RedrivePolicy" { // which a queue may lack
			return nil, sqsError("InvalidAttributeName", "Unknown Attribute %s.", name)
		}
		if known {
			wanted[name] = value
		}
	}
	return map[string]any{"Attributes": wanted}, nil
}

func (q *Queue) attributes() map[string]string {
	all := maps.Clone(q.settings.text)
	counts := q.count()
	all["QueueArn"] = q.arn
	all["ApproximateNumberOfMessages"] = strconv.Itoa(counts.Visible)
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(counts.InFlight)
	all["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(counts.Delayed)
	all["CreatedTimestamp"] = strconv.FormatInt(q.created.Unix(), 10)
	all["LastModifiedTimestamp"] = strconv.FormatInt(q.modified.Unix(), 10)
	return all
}

type setQueueAttributesInput struct {
	inQueue
	Attributes map[string]string
}

func (s *Service) setQueueAttributes(_ context.Context, q *Queue, in setQueueAttributesInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set, err := newSettings(q.arn, q.settings, in.Attributes)
	if err != nil {
		return nil, err
	}
	if err := s.checkDeadLetters(set); err != nil {
		return nil, err
	}
	q.settings, q.modified = set, s.clock()
	return nil, nil
}
