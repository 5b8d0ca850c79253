package template

import "encoding/json"

// Queue is a standard SQS queue.
type Queue struct {
	LogicalID, Name string
	// ARN and URL name it to policies and to callers.
	ARN, URL string
	// Attributes are those that CreateQueue takes, all as text.
	Attributes map[string]string
}

func (t *Template) addQueue(r *resource, properties value) error {
	name, err := properties.scope.physicalName(r)
	if err != nil {
		return err
	}
	attributes := properties.scope.attributesOf(r, name)
	q := Queue{LogicalID: r.id, Name: name, ARN: attributes["Arn"], URL: attributes[""], Attributes: map[string]string{}}
	err = properties.object(fields{
		"QueueName":                     ignored, // read already
		"VisibilityTimeout":             q.attribute("VisibilityTimeout"),
		"MessageRetentionPeriod":        q.attribute("MessageRetentionPeriod"),
		"DelaySeconds":                  q.attribute("DelaySeconds"),
		"MaximumMessageSize":            q.attribute("MaximumMessageSize"),
		"ReceiveMessageWaitTimeSeconds": q.attribute("ReceiveMessageWaitTimeSeconds"),
		"RedrivePolicy":                 q.readRedrive,
		"SqsManagedSseEnabled":          ignored,
		"Tags":                          ignored,
	})
	t.Queues = append(t.Queues, q)
	return err
}

// attribute reads a number that CreateQueue takes under the same name.
func (q *Queue) attribute(name string) reader {
	return func(v value) error {
		var count int
		if err := number(&count, 0, 1_209_600)(v); err != nil {
			return err
		}
		q.Attributes[name] = v.node.Value
		return nil
	}
}

func (q *Queue) readRedrive(v value) error {
	var policy struct {
		Target string `json:"deadLetterTargetArn"`
		Count  int    `json:"maxReceiveCount"`
	}
	err := v.object(fields{
		"deadLetterTargetArn": text(&policy.Target),
		"maxReceiveCount":     number(&policy.Count, 1, 1000),
	}, "deadLetterTargetArn", "maxReceiveCount")
	if err != nil {
		return err
	}
	document, err := json.Marshal(policy)
	q.Attributes["RedrivePolicy"] = string(document)
	return err
}
