package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// alarms looks at who is told when one goes off.
func (p *patient) alarms(ctx context.Context) []finding {
	const what = "who is told of alarms"
	if !p.onAWS {
		return []finding{{what: what, note: "nobody, as make run has no alarms"}}
	}
	topic, err := p.Resource("AlarmTopic")
	if err != nil {
		return []finding{found(what, p.redeploy(), err.Error())}
	}
	all, err := subscriptions(ctx, sns.NewFromConfig(p.AWS), topic)
	if err != nil {
		return []finding{unknown(what, err)}
	}
	return []finding{p.told(what, topic, all)}
}

func subscriptions(ctx context.Context, client *sns.Client, topic string) ([]types.Subscription, error) {
	var all []types.Subscription
	pages := sns.NewListSubscriptionsByTopicPaginator(client, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Subscriptions...)
	}
	return all, nil
}

// told holds the subscriptions of the alarms' topic against the address that the stack was
// given, which nobody is told of before its owner has said yes.
func (p *patient) told(what, topic string, all []types.Subscription) finding {
	address := p.Parameters["AlarmEmail"]
	confirmed, asked, told := 0, false, false
	for _, s := range all {
		yes := strings.HasPrefix(aws.ToString(s.SubscriptionArn), "arn:") // else it says that it waits, or is deleted
		if yes {
			confirmed++
		}
		if address != "" && strings.EqualFold(aws.ToString(s.Endpoint), address) {
			asked, told = true, told || yes
		}
	}
	subscribe := "aws sns subscribe --protocol email --topic-arn " + topic + " --notification-endpoint ADDRESS"
	switch {
	case address != "" && !asked:
		return found(what, "Subscribe it again: "+subscribe, "the address AlarmEmail is not subscribed")
	case address != "" && !told:
		return found(what, "Open the link in the mail that AWS sent there. It is good for three days; this sends another: "+subscribe,
			"the address AlarmEmail has not been confirmed")
	case confirmed == 0:
		return finding{what: what, note: "nobody, since AlarmEmail is empty: deploy with it, or run: " + subscribe}
	}
	return finding{what: what, note: fmt.Sprintf("%d confirmed", confirmed)}
}
