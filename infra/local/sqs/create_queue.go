package sqs

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

var queueName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// AddQueue adds a queue with the attributes that CreateQueue takes, in place of
// an earlier one of that name. Its dead-letter queue may be added after it; as
// long as there is none, messages stay in the queue. The errors are those of
// CreateQueue.
func (s *Service) AddQueue(name string, attributes map[string]string) (*Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addQueue(name, attributes)
}

func (s *Service) addQueue(name string, attributes map[string]string) (*Queue, error) {
	if strings.HasSuffix(name, ".fifo") || attributes["FifoQueue"] == "true" {
		return nil, sqsError("UnsupportedOperation", "The local AWS has no FIFO queues: %s", name)
	}
	if !queueName.MatchString(name) {
		return nil, sqsError("InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	set, err := newSettings(arnPrefix+name, settings{}, attributes)
	if err != nil {
		return nil, err
	}
	q := s.newQueue(name, set)
	s.queues[name] = q
	return q, nil
}

type createQueueInput struct {
	QueueName  string
	Attributes map[string]string
}

func (s *Service) createQueue(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[createQueueInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "CreateQueue", arnPrefix+in.QueueName); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if existing, exists := s.queues[in.QueueName]; exists {
		return queueURL(call, in.QueueName), existing.sameAs(in.Attributes)
	}
	added, err := s.addQueue(in.QueueName, in.Attributes)
	if err != nil {
		return nil, err
	}
	if err := s.checkDeadLetters(added.settings); err != nil {
		delete(s.queues, in.QueueName)
		return nil, err
	}
	return queueURL(call, in.QueueName), nil
}

// sameAs wants the attributes given to be those of the queue that exists.
func (q *Queue) sameAs(attributes map[string]string) error {
	for name, value := range attributes {
		if q.settings.text[name] != value {
			e := sqsError("QueueNameExists", "A queue already exists with the same name and a different value for attribute %s", name)
			e.QueryCode = "QueueAlreadyExists"
			return e
		}
	}
	return nil
}

func (s *Service) checkDeadLetters(set settings) error {
	if set.maxReceives > 0 && s.byARN(set.deadLetterARN) == nil {
		return invalidValue(set.text["RedrivePolicy"], "RedrivePolicy", "Dead letter target does not exist.")
	}
	return nil
}

// URL returns the queue's URL at an endpoint with this host and port.
func (q *Queue) URL(host string) string { return urlOf(host, q.name) }

func urlOf(host, name string) string {
	return (&url.URL{Scheme: "http", Host: host, Path: "/" + iam.AccountID + "/" + name}).String()
}

func queueURL(call wire.Call, name string) map[string]string {
	return map[string]string{"QueueUrl": urlOf(call.Host, name)}
}

type getQueueURLInput struct {
	QueueName              string
	QueueOwnerAWSAccountID string `json:"QueueOwnerAWSAccountId"` // there is but one account
}

func (s *Service) getQueueURL(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[getQueueURLInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "GetQueueUrl", arnPrefix+in.QueueName); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queues[in.QueueName] == nil {
		return nil, noSuchQueue()
	}
	return queueURL(call, in.QueueName), nil
}

type listQueuesInput struct {
	QueueNamePrefix string
}

func (s *Service) listQueues(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[listQueuesInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "ListQueues", "*"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	urls := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		if strings.HasPrefix(name, in.QueueNamePrefix) {
			urls = append(urls, urlOf(call.Host, name))
		}
	}
	return map[string]any{"QueueUrls": urls}, nil
}

func (s *Service) deleteQueue(_ context.Context, q *Queue, _ inQueue) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.deleted = true
	q.purge()
	q.wake()
	if s.queues[q.name] == q {
		delete(s.queues, q.name)
	}
	return nil, nil
}

func (s *Service) purgeQueue(_ context.Context, q *Queue, _ inQueue) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if !q.purged.IsZero() && now.Sub(q.purged) < time.Minute {
		return nil, sqsError("PurgeQueueInProgress", "Only one PurgeQueue operation on %s is allowed every 60 seconds.", q.name)
	}
	q.purged = now
	q.purge()
	return nil, nil
}
