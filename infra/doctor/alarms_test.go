package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestWhoIsToldOfAlarms(t *testing.T) {
	t.Parallel()
	const (
		topic   = "arn:aws:sns:eu-west-1:111122223333:clientflow-prod-AlarmTopic-1AB2"
		address = "on-call@example.com"
	)
	one := func(arn, endpoint string) string {
		return fmt.Sprintf("<member><SubscriptionArn>%s</SubscriptionArn><Protocol>email</Protocol><Endpoint>%s</Endpoint></member>", arn, endpoint)
	}
	for name, test := range map[string]struct{ given, subscriptions, wrong, todo, note string }{
		"an address that said yes": {address, one(topic+":1", "On-Call@example.com"), "", "", "1 confirmed"},
		"an address that is waited for": {address, one("PendingConfirmation", address), "has not been confirmed",
			"Open the link in the mail", ""},
		"an address asked twice":                 {address, one("PendingConfirmation", address) + one(topic+":1", address), "", "", "1 confirmed"},
		"an address that was removed":            {address, one("Deleted", address), "has not been confirmed", "aws sns subscribe --protocol email --topic-arn " + topic, ""},
		"another address":                        {address, one(topic+":1", "other@example.com"), "is not subscribed", "Subscribe it again", ""},
		"no address":                             {"", "", "", "", "nobody, since AlarmEmail is empty"},
		"no address, and a pager":                {"", one(topic+":1", "https://pager.example.com"), "", "", "1 confirmed"},
		"no address, and one that is waited for": {"", one("PendingConfirmation", address), "", "", "nobody, since AlarmEmail is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustFind(t, cloud{
				stack: "clientflow-prod", resources: map[string]string{"AlarmTopic": topic},
				parameters: map[string]string{"Stage": "prod", "AlarmEmail": test.given},
				answer: func(r *http.Request) string {
					if r.FormValue("Action") != "ListSubscriptionsByTopic" || r.FormValue("TopicArn") != topic {
						t.Errorf("asked for %v", r.Form)
					}
					// One on each page.
					first, rest, _ := strings.Cut(test.subscriptions, "</member>")
					if first != "" {
						first += "</member>"
					}
					if r.FormValue("NextToken") != "" {
						first = rest
					} else if rest != "" {
						first += "</Subscriptions><NextToken>more</NextToken><Subscriptions>"
					}
					return "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>" + first +
						"</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
				},
			})
			all := p.alarms(t.Context())
			if len(all) != 1 {
				t.Fatalf("found %+v", all)
			}
			got := all[0]
			if wrong := strings.Join(got.wrong, "; "); test.wrong == "" && wrong != "" || !strings.Contains(wrong, test.wrong) ||
				!strings.Contains(got.todo, test.todo) || !strings.HasPrefix(got.note, test.note) {
				t.Errorf("found %+v, want %+v", got, test)
			}
			if strings.Contains(fmt.Sprint(got), "example.com") {
				t.Errorf("tells an address: %+v", got)
			}
		})
	}
}
