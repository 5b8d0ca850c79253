package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"clientflow/infra/local/template"
)

// queues looks at each queue of the template: how long messages are hidden and kept, and
// where dead ones go.
func (p *patient) queues(ctx context.Context) []finding {
	client := sqs.NewFromConfig(p.AWS)
	var all []finding
	for _, wanted := range p.wanted.Queues {
		all = append(all, p.queue(ctx, client, wanted))
	}
	return all
}

func (p *patient) queue(ctx context.Context, client *sqs.Client, wanted template.Queue) finding {
	what := "queue " + wanted.LogicalID
	url, err := p.Resource(wanted.LogicalID)
	if err != nil {
		return found(what, p.redeploy(), err.Error())
	}
	is, err := attributes(ctx, client, url)
	if err != nil {
		return unknown(what, err)
	}
	f := found(what, p.redeploy())
	for name, want := range wanted.Attributes {
		if name != redrivePolicy {
			f.wrong = append(f.wrong, complaints(differs("its "+name, is[name], want))...)
		}
	}
	policy, err := p.redrive(ctx, client, wanted)
	if err != nil {
		return unknown(what, err)
	}
	f.wrong = append(f.wrong, complaints(differs("where its dead letters go", readRedrive(is[redrivePolicy]), policy))...)
	f.note = waiting(is)
	return f
}

const redrivePolicy = string(types.QueueAttributeNameRedrivePolicy)

// attributes are all of a queue's.
func attributes(ctx context.Context, client *sqs.Client, url string) (map[string]string, error) {
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// redrive says where a queue's dead letters should go, of whose name the template has
// the one that it is given there.
func (p *patient) redrive(ctx context.Context, client *sqs.Client, wanted template.Queue) (string, error) {
	target, receives := split(wanted.Attributes[redrivePolicy])
	for _, q := range p.wanted.Queues {
		if q.ARN != target {
			continue
		}
		url, err := p.Resource(q.LogicalID)
		if err != nil {
			return "", err
		}
		is, err := attributes(ctx, client, url)
		if err != nil {
			return "", err
		}
		return redriven(is[string(types.QueueAttributeNameQueueArn)], receives), nil
	}
	return redriven(target, receives), nil
}

func readRedrive(document string) string { return redriven(split(document)) }

// split reads a redrive policy, whose count SQS has been seen to give as text too.
func split(document string) (target, receives string) {
	var policy struct {
		Target   string `json:"deadLetterTargetArn"`
		Receives any    `json:"maxReceiveCount"`
	}
	if json.Unmarshal([]byte(document), &policy) != nil {
		return "", ""
	}
	return policy.Target, fmt.Sprint(policy.Receives)
}

func redriven(target, receives string) string {
	if target == "" {
		return "nowhere"
	}
	return target + " after " + receives + " receives"
}

func waiting(attributes map[string]string) string {
	return fmt.Sprintf("%s waiting, %s in work, %s put off",
		attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)],
		attributes[string(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)],
		attributes[string(types.QueueAttributeNameApproximateNumberOfMessagesDelayed)])
}

// deadLetters looks for messages that failed too often.
func (p *patient) deadLetters(ctx context.Context) []finding {
	client := sqs.NewFromConfig(p.AWS)
	return []finding{
		p.dead(ctx, client, "dead letters of leads", "LeadSyncDeadQueue",
			"See why in the leads' syncError; when that is mended, bring them back with POST /admin/sync/redrive."),
		p.dead(ctx, client, "dead letters of the outbox", "PublishDeadQueue",
			"Changes of leads or IBs were not published: see the log for what failed."),
	}
}

// dead counts the letters in a queue, and tells how old those are that SQS lets see.
func (p *patient) dead(ctx context.Context, client *sqs.Client, what, logicalID, todo string) finding {
	url, err := p.Resource(logicalID)
	if err != nil {
		return found(what, p.redeploy(), err.Error())
	}
	is, err := attributes(ctx, client, url)
	if err != nil {
		return unknown(what, err)
	}
	count := is[string(types.QueueAttributeNameApproximateNumberOfMessages)]
	if count == "0" {
		return finding{what: what, note: "none"}
	}
	oldest, err := oldest(ctx, client, url, time.Now())
	if err != nil {
		return unknown(what, err)
	}
	return found(what, todo, fmt.Sprintf("there are %s, sent up to %v ago", count, oldest))
}

// oldest looks at ten letters, or fewer, which are back a second later.
func oldest(ctx context.Context, client *sqs.Client, url string, now time.Time) (time.Duration, error) {
	out, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: 1, WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return 0, err
	}
	var age time.Duration
	for _, letter := range out.Messages {
		sent, err := strconv.ParseInt(letter.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read when a dead letter was sent: %w", err)
		}
		age = max(age, now.Sub(time.UnixMilli(sent)).Truncate(time.Second))
	}
	return age, nil
}
