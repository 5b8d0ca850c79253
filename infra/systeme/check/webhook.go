package check

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"clientflow/internal/systeme"
)

// webhookQuestions are asked of a webhook of the check's own.
const (
	echoes       = "putting a tag on by the API is told of"
	signed       = "the signature is over the body's very bytes"
	flat         = "the body is {\"contact\":{…},\"tag\":{…}}"
	named        = "the headers name the event, the message and its time"
	once         = "an event comes once"
	silentAgain  = "putting on a tag that is on is not told of again"
	removals     = "taking a tag off by the API is told of"
	switchable   = "a webhook that was switched off works again when it is changed"
	workflowTags = "a tag that a workflow adds is told of"
)

// askWebhook makes a webhook and sees what it is told of.
func (c *checker) askWebhook(ctx context.Context) {
	questions := []string{echoes, signed, flat, named, once, silentAgain, removals, switchable}
	if c.hook == nil {
		c.unasked("give -listen and -public", questions...)
		return
	}
	contact, tag, err := c.subject(ctx)
	if err != nil {
		c.unasked("there is no contact with a tag: "+err.Error(), questions...)
		return
	}
	secret := rand.Text()
	hook, made := c.makeWebhook(ctx, secret)
	if !made {
		c.unasked("there is no webhook", questions...)
		return
	}
	put := func() error { return c.client.AssignTag(ctx, contact.ID, tag.ID) }
	if first, ok := c.askEvent(ctx, echoes, systeme.TagAdded, tag, true, put); ok {
		c.inspect(first, secret)
		c.askOnce(ctx, tag)
	} else {
		c.unasked("no event came", signed, flat, named, once)
	}
	c.askEvent(ctx, silentAgain, systeme.TagAdded, tag, false, put)
	c.askEvent(ctx, removals, systeme.TagRemoved, tag, true, func() error { return c.client.RemoveTag(ctx, contact.ID, tag.ID) })
	c.askSwitch(ctx, hook, secret)
}

func (c *checker) unasked(why string, questions ...string) {
	for _, question := range questions {
		c.answer(Unasked, question, why)
	}
}

// makeWebhook makes the check's webhook, and asks whether it may be made twice.
func (c *checker) makeWebhook(ctx context.Context, secret string) (hook systeme.Webhook, made bool) {
	note(&c.made.webhooks, c.name)
	create := func() (err error) {
		hook, err = c.client.CreateWebhook(ctx, c.Public, c.settings(secret))
		return err
	}
	if !c.expect(ctx, "a webhook is made", "", create) {
		return systeme.Webhook{}, false
	}
	kept := hook
	c.expect(ctx, "a webhook is refused whose name and address another has", systeme.Duplicate, create)
	return kept, true
}

func (c *checker) settings(secret string) systeme.WebhookSettings {
	return systeme.WebhookSettings{Name: c.name, Secret: secret, Events: []string{systeme.TagAdded, systeme.TagRemoved}}
}

// askEvent does something and waits for the event that is supposed to tell of it, or
// not to.
func (c *checker) askEvent(ctx context.Context, question, event string, tag systeme.Tag, supposed bool, do func() error) (delivery, bool) {
	before, began := c.hook.count(), time.Now()
	if err := c.call(ctx, do); err != nil {
		c.answer(Unasked, question, err.Error())
		return delivery{}, false
	}
	d, came := c.hook.next(ctx, before, event, tag, c.Wait)
	if !came && ctx.Err() != nil {
		c.answer(Unasked, question, ctx.Err().Error())
		return delivery{}, false
	}
	found := fmt.Sprintf("no event came in %s", c.Wait)
	if came {
		found = fmt.Sprintf("the event came after %s", d.at.Sub(began).Round(time.Millisecond))
	}
	c.judge(came == supposed, question, found)
	return d, came
}

// askOnce waits for an event that has come to come again.
func (c *checker) askOnce(ctx context.Context, tag systeme.Tag) {
	first, _ := c.hook.next(ctx, 0, systeme.TagAdded, tag, 0)
	second, again := c.hook.next(ctx, first.number, systeme.TagAdded, tag, c.Wait)
	switch {
	case ctx.Err() != nil:
		c.answer(Unasked, once, ctx.Err().Error())
		return
	case !again:
		c.answer(AsExpected, once, fmt.Sprintf("it did not come again in %s", c.Wait))
		return
	}
	c.answer(Differs, once, fmt.Sprintf("it came again, with message id %s after %s",
		value(second.header.Get(systeme.MessageIDHeader)), value(first.header.Get(systeme.MessageIDHeader))))
}

// inspect asks what a delivery is like.
func (c *checker) inspect(d delivery, secret string) {
	signature := d.header.Get(systeme.SignatureHeader)
	c.judge(systeme.VerifySignature(secret, d.body, signature), signed, value(signature)+" of "+fmt.Sprint(len(d.body))+" bytes")
	var shape struct {
		Contact map[string]json.RawMessage `json:"contact"`
	}
	err := json.Unmarshal(d.body, &shape)
	_, nested := shape.Contact["contact"]
	c.judge(err == nil && !nested, flat, "contact has "+strings.Join(slices.Sorted(maps.Keys(shape.Contact)), ", "))
	var headers []string
	complete := true
	for _, name := range []string{systeme.EventHeader, systeme.MessageIDHeader, "x-webhook-event-timestamp"} {
		complete = complete && d.header.Get(name) != ""
		headers = append(headers, name+": "+value(d.header.Get(name)))
	}
	c.judge(complete, named, strings.Join(headers, ", "))
}

// askSwitch switches the webhook off by hand, which its client cannot, and on as
// ClientFlow would one that Systeme.io has switched off.
func (c *checker) askSwitch(ctx context.Context, hook systeme.Webhook, secret string) {
	body := map[string]any{"active": false}
	if err := c.call(ctx, func() error { return c.raw(ctx, http.MethodPatch, "/api/webhooks/"+hook.ID, body) }); err != nil {
		c.answer(Unasked, switchable, err.Error())
		return
	}
	var now systeme.Webhook
	err := c.call(ctx, func() (err error) {
		now, err = c.client.UpdateWebhook(ctx, hook.ID, c.settings(secret))
		return err
	})
	if err != nil {
		c.answer(Unasked, switchable, err.Error())
		return
	}
	c.judge(now.Delivers(systeme.TagAdded) && now.Delivers(systeme.TagRemoved), switchable, c.wire.first())
}

// askWorkflow starts a workflow and sees whether what it does is told of. ClientFlow
// learns of conversions in no other way, but for the look at all contacts that it
// takes from time to time.
func (c *checker) askWorkflow(ctx context.Context) {
	if c.hook == nil || c.Trigger == "" || c.Result == "" {
		c.unasked("give -listen and -public, and -trigger and -result for a workflow of the account that adds the tag RESULT when TRIGGER is added", workflowTags)
		return
	}
	contact, _, err := c.subject(ctx)
	var trigger, result systeme.Tag
	for name, tag := range map[string]*systeme.Tag{c.Trigger: &trigger, c.Result: &result} {
		if err == nil {
			err = c.call(ctx, func() (err error) {
				*tag, err = c.client.TagByName(ctx, name)
				return err
			})
		}
	}
	if err != nil {
		c.unasked("the contact or a tag of the workflow is not there: "+err.Error(), workflowTags)
		return
	}
	c.askEvent(ctx, workflowTags, systeme.TagAdded, result, true, func() error {
		return c.client.AssignTag(ctx, contact.ID, trigger.ID)
	})
}
