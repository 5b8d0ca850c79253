package workflow

import "clientflow/internal/tag"

// owner stands for the IB's address in the catalogue, as {ib} does for its name and
// a tag's name for the tag.
const owner = "{owner}"

const welcome = "{ib}'s Welcome Sequence"

// catalogue returns the workflows of every IB. Their triggers are the names that
// ClientFlow gives to leads (demo-request, high-volume) and those that people give in
// Systeme.io (inactive, vip). What they add are statuses of a lead, which come back
// by the webhook.
func catalogue() []Workflow {
	return []Workflow{
		{Name: welcome, Trigger: Trigger{tag.DemoRequest}, Steps: []Step{
			wait(5, "minutes"),
			email(Lead, "Welcome to {ib}'s training",
				"Hi {{first_name}},\n\nI'm {ib} and I'm excited to have you here. In the next days I will show you step by step how to begin.\n\n{ib}"),
			wait(2, "days"),
			ifOpened(
				[]Step{
					addTag("engaged"),
					email(Lead, "Getting started guide",
						"Hi {{first_name}},\n\nhere is my guide to getting started: what to set up first, and what can wait.\n\n{ib}"),
				},
				[]Step{
					wait(1, "days"),
					email(Lead, "Did you miss my welcome message?",
						"Hi {{first_name}},\n\nmy welcome message may have got lost among others. Just answer this one if you would still like to begin.\n\n{ib}"),
				},
			),
			wait(3, "days"),
			email(Lead, "How to maximize your trading",
				"Hi {{first_name}},\n\nthese are the habits that I see in those who do well.\n\n{ib}"),
		}},
		{Name: "{ib}'s VIP Lead Alert", Trigger: Trigger{tag.HighVolume}, Steps: []Step{
			email(owner, "🔥 High-Value Lead Alert!",
				"A lead with 500+ monthly volume signed up! You find {{first_name}} at the top of your dashboard."),
			email(Lead, "VIP Welcome from {ib}",
				"Hi {{first_name}},\n\nI noticed you're doing high volume. I look after such accounts myself: answer this message, and we find a time to talk.\n\n{ib}"),
			addTag("vip-prospect"),
		}},
		{Name: "{ib}'s Re-engagement Campaign", Trigger: Trigger{"inactive"}, Steps: []Step{
			wait(7, "days"),
			email(Lead, "We miss you!",
				"Hi {{first_name}},\n\nit has been quiet between us. Is there anything that I can help with?\n\n{ib}"),
			ifOpened([]Step{addTag("re-engaged")}, []Step{addTag("churned")}),
		}},
		// For an IB who wants to reach new leads faster.
		{Name: "{ib}'s Onboarding", InsteadOf: welcome, Trigger: Trigger{tag.DemoRequest}, Steps: []Step{
			wait(10, "minutes"),
			email(Lead, "Start your trading journey with {ib}",
				"Hey {{first_name}},\n\ntrading can be confusing at first. I make it simple: here is where to begin.\n\n{ib}"),
			wait(1, "days"),
			email(Lead, "Top 5 trading tips",
				"Hey {{first_name}},\n\nfive things that I wish someone had told me on my first day.\n\n{ib}"),
			addTag("engaged"),
		}},
		{Name: "{ib}'s High-Value Program", Trigger: Trigger{"vip"}, Steps: []Step{
			email(Lead, "A personal word from {ib}",
				"Hi {{first_name}},\n\nfrom now on you have a direct line to me. Tell me what you trade, and I will tell you what I can do for you.\n\n{ib}"),
			wait(1, "days"),
			ifOpened(
				[]Step{email(owner, "Your VIP has read your message",
					"{{first_name}} has opened your personal message. Now is a good time to call.")},
				[]Step{email(Lead, "Shall we talk?",
					"Hi {{first_name}},\n\nwhen would be a good time for a short call?\n\n{ib}")},
			),
			addTag("vip-prospect"),
		}},
	}
}

func wait(amount int, unit string) Step { return Step{Kind: Wait, Amount: amount, Unit: unit} }

func email(to, subject, body string) Step {
	return Step{Kind: Email, To: to, Subject: subject, Body: body}
}

func addTag(name string) Step { return Step{Kind: AddTag, Tag: name} }

func ifOpened(yes, no []Step) Step {
	return Step{Kind: Condition, Question: "Has the contact opened the last email?", Yes: yes, No: no}
}
