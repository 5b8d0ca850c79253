package sqs

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settings are the attributes of a queue that can be set.
type settings struct {
	text    map[string]string // as given, and the defaults
	numbers map[string]int    // those of them that are numbers
	// what is read from them
	visibility, delay, wait, retention time.Duration
	maxSize                            int // bytes
	deadLetterARN                      string
	maxReceives                        int // 0 without a dead-letter queue
}

// mostBytes is the size of the largest message, and of the largest batch.
const mostBytes = 1 << 20

type attributeRange struct {
	name               string
	least, most, usual int
}

var attributeRanges = []attributeRange{
	{"VisibilityTimeout", 0, 43_200, 30},
	{"DelaySeconds", 0, 900, 0},
	{"ReceiveMessageWaitTimeSeconds", 0, 20, 0},
	{"MessageRetentionPeriod", 60, 1_209_600, 345_600},
	{"MaximumMessageSize", 1024, mostBytes, mostBytes},
}

// newSettings reads the attributes of the queue with that ARN over the ones it
// had, or over the defaults.
func newSettings(arn string, base settings, attributes map[string]string) (settings, error) {
	s := settings{text: maps.Clone(base.text), numbers: maps.Clone(base.numbers)}
	if s.text == nil {
		s.text, s.numbers = map[string]string{"SqsManagedSseEnabled": "true"}, map[string]int{}
		for _, r := range attributeRanges {
			s.text[r.name], s.numbers[r.name] = strconv.Itoa(r.usual), r.usual
		}
	}
	for name, value := range attributes {
		if err := s.check(name, value); err != nil {
			return settings{}, err
		}
		s.text[name] = value
	}
	return s, s.read(arn)
}

func (s *settings) check(name, value string) error {
	i := slices.IndexFunc(attributeRanges, func(r attributeRange) bool { return r.name == name })
	switch {
	case i >= 0:
		number, err := strconv.Atoi(value)
		if err != nil || number < attributeRanges[i].least || number > attributeRanges[i].most {
			return sqsError("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
		}
		s.numbers[name] = number
		return nil
	case name == "RedrivePolicy":
		return nil // read checks it
	case name == "SqsManagedSseEnabled" && (value == "true" || value == "false"):
		return nil
	default:
		return sqsError("InvalidAttributeName", "Unknown Attribute %s.", name)
	}
}

func (s *settings) read(arn string) error {
	period := func(name string) time.Duration { return time.Duration(s.numbers[name]) * time.Second }
	s.visibility, s.delay, s.wait = period("VisibilityTimeout"), period("DelaySeconds"), period("ReceiveMessageWaitTimeSeconds")
	s.retention, s.maxSize = period("MessageRetentionPeriod"), s.numbers["MaximumMessageSize"]
	policy := s.text["RedrivePolicy"]
	if policy == "" { // which also takes a policy away
		delete(s.text, "RedrivePolicy")
		return nil
	}
	var redrive struct {
		Target string          `json:"deadLetterTargetArn"`
		Count  json.RawMessage `json:"maxReceiveCount"` // a number, or one in quotes
	}
	decoder := json.NewDecoder(strings.NewReader(policy))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&redrive); err != nil {
		return invalidValue(policy, "RedrivePolicy", err.Error())
	}
	count, err := strconv.Atoi(strings.Trim(string(redrive.Count), `"`))
	if err != nil || count < 1 || count > 1000 || !strings.HasPrefix(redrive.Target, arnPrefix) {
		return invalidValue(policy, "RedrivePolicy", "It needs a deadLetterTargetArn of this account and a maxReceiveCount from 1 to 1000.")
	}
	if redrive.Target == arn {
		return invalidValue(policy, "RedrivePolicy", "A queue cannot be its own dead letter queue.")
	}
	s.deadLetterARN, s.maxReceives = redrive.Target, count
	return nil
}
