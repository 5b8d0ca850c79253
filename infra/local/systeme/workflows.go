package systeme

import (
	"slices"
	"strings"
	"time"
)

// workflow is an automation that a tag of an IB starts. Tags in it are written
// without the IB's prefix; every prefix has the same workflows.
type workflow struct {
	name    string
	trigger string
	steps   []step
}

// step is one of: a wait, a mail, a tag to add, a condition with two branches.
type step struct {
	wait    time.Duration
	mail    string
	toOwner bool
	tag     string
	opened  *branches
}

// branches are what follows when the contact has opened the last mail, or not.
type branches struct{ yes, no []step }

const day = 24 * time.Hour

// workflows are those that IBs are set up with.
func workflows() []workflow {
	return []workflow{
		{name: "Welcome sequence", trigger: "demo-request", steps: []step{
			{wait: 5 * time.Minute},
			{mail: "Welcome"},
			{wait: 2 * day},
			{opened: &branches{
				yes: []step{{tag: "engaged"}, {mail: "Getting started guide"}},
				no:  []step{{wait: day}, {mail: "Did you miss my welcome message?"}},
			}},
			{wait: 3 * day},
			{mail: "How to maximize your trading"},
		}},
		{name: "VIP lead alert", trigger: "high-volume", steps: []step{
			{mail: "High-value lead alert", toOwner: true},
			{mail: "VIP welcome"},
			{tag: "vip-prospect"},
		}},
		{name: "Re-engagement", trigger: "inactive", steps: []step{
			{wait: 7 * day},
			{mail: "We miss you"},
			{opened: &branches{yes: []step{{tag: "re-engaged"}}, no: []step{{tag: "churned"}}}},
		}},
		{name: "High-value program", trigger: "vip", steps: []step{
			{mail: "A personal word"},
			{wait: day},
			{opened: &branches{
				yes: []step{{mail: "Your VIP has read your message", toOwner: true}},
				no:  []step{{mail: "Shall we talk?"}},
			}},
			{tag: "vip-prospect"},
		}},
	}
}

// run is one contact's way through a workflow.
type run struct {
	workflow  string
	prefix    string
	contactID int64
}

// startWorkflows starts the workflows that the tag triggers. The account is locked.
func (s *Simulator) startWorkflows(c *contact, tag *Tag) {
	prefix, trigger, found := splitTag(tag.Name)
	if !found || s.options.WorkflowsOff {
		return
	}
	for _, w := range workflows() {
		if w.trigger == trigger {
			run := run{workflow: w.name, prefix: prefix, contactID: c.ID}
			s.scheduler.after(s.options.WorkflowDelay, func() { s.advance(run, w.steps) })
		}
	}
}

// prefixLength is that of "ib-", eight characters and "-".
const prefixLength = 12

// splitTag parts ib-x7k2m4p9-engaged into the IB's prefix and the rest.
func splitTag(name string) (prefix, suffix string, found bool) {
	if len(name) <= prefixLength || !strings.HasPrefix(name, "ib-") || name[prefixLength-1] != '-' {
		return "", "", false
	}
	if strings.Trim(name[3:prefixLength-1], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "", "", false
	}
	return name[:prefixLength], name[prefixLength:], true
}

// advance takes the steps up to the next wait, which it leaves to the scheduler. A
// contact that is gone ends the run.
func (s *Simulator) advance(run run, steps []step) {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	c, found := s.account.contacts[run.contactID]
	for found && len(steps) > 0 {
		next := steps[0]
		steps = steps[1:]
		switch {
		case next.wait > 0:
			delay := time.Duration(float64(next.wait) / s.options.Speed)
			s.scheduler.after(delay, func() { s.advance(run, steps) })
			return
		case next.mail != "":
			s.mail(run, c, next)
		case next.tag != "":
			s.tagByName(c, run.prefix+next.tag, byWorkflow)
		case c.opens():
			steps = slices.Concat(next.opened.yes, steps)
		default:
			steps = slices.Concat(next.opened.no, steps)
		}
	}
}

// opens decides by the id alone, so that a demo looks alive and a test can know:
// two of three contacts open their mail, and none who has unsubscribed.
func (c *contact) opens() bool { return c.ID%3 != 0 && !c.Unsubscribed }

func (s *Simulator) mail(run run, c *contact, step step) {
	to := c.Email
	if step.toOwner {
		to = "owner of " + run.prefix
	} else if c.Unsubscribed {
		return
	}
	s.mails.add(func(int64) Mail {
		return Mail{To: to, Subject: step.mail, Workflow: run.workflow, ContactID: c.ID, SentAt: time.Now().UTC()}
	})
}

// tagByName tags a contact, creating the tag when the account lacks it. The account
// is locked.
func (s *Simulator) tagByName(c *contact, name string, by origin) {
	tag := s.account.tagNamed(name)
	if tag == nil {
		tag = s.account.addTag(name)
	}
	s.tagContact(c, tag, by)
}
