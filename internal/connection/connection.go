// Package connection brings the shared Systeme.io account into the state that
// ClientFlow needs: the contact fields that every new contact is given, and the
// webhook that tells of tags.
//
// It may be run at any time and as often as one likes; what is right is left as it
// is. It must not touch contacts, tags, fields or webhooks that are not
// ClientFlow's own, and knows no lead and no tenant.
package connection

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"clientflow/internal/systeme"
	"clientflow/internal/tagsync"
)

// WebhookPath is where the API takes the account's events.
const WebhookPath = "/webhooks/systeme"

// WebhookName names the webhook of one stage, so that the stages of one account
// leave each other's alone.
func WebhookName(stage string) string { return "clientflow-" + stage }

// KeyParameter and SecretParameter are where a stage's account key and its webhook's
// secret rest in SSM's Parameter Store, as the template names them.
func KeyParameter(stage string) string { return "/clientflow/" + stage + "/systeme-api-key" }

// SecretParameter is the webhook's secret; see KeyParameter.
func SecretParameter(stage string) string { return "/clientflow/" + stage + "/systeme-webhook-secret" }

// Account is what is called of Systeme.io; *systeme.Client is one.
type Account interface {
	ContactFields(context.Context) ([]systeme.ContactField, error)
	CreateContactField(context.Context, systeme.ContactField) error
	Webhooks(context.Context) ([]systeme.Webhook, error)
	CreateWebhook(ctx context.Context, address string, settings systeme.WebhookSettings) (systeme.Webhook, error)
	UpdateWebhook(ctx context.Context, id string, settings systeme.WebhookSettings) (systeme.Webhook, error)
	DeleteWebhook(ctx context.Context, id string) error
}

// Webhook is the webhook that the account is to have.
type Webhook struct {
	// Name is as WebhookName makes it, and tells it from the account's others.
	Name string
	// URL is where events are sent, WebhookPath included.
	URL string
	// Secret signs what is sent. Without one there is no webhook, which is wrong.
	Secret string
	// Lately tells that it has taken another's place lately, so that Mend sets it on a
	// webhook that works too: one that was mended at that moment may have the other.
	Lately bool
}

// State is how something in the account was found.
type State string

// The states of what was looked at.
const (
	// Right is as it should be.
	Right State = "ok"
	// Mended was missing or wrong, and is right now.
	Mended State = "mended"
	// Wrong is not as it should be, and could not be mended.
	Wrong State = "wrong"
)

// Part is what a finding is about.
type Part string

// The parts of an account.
const (
	// Access is whether the account answers at all.
	Access Part = "access"
	// Fields are its contact fields, without which no lead is synced.
	Fields Part = "fields"
	// Hook is its webhook.
	Hook Part = "webhook"
)

// Finding is one thing that was looked at.
type Finding struct {
	State State
	Part  Part
	// What is such as "contact field ib_owner_id".
	What string
	// Detail says what was wrong, or was done, in a sentence without the secret.
	Detail string
	// Err is the failure of a call behind Wrong, or behind what Detail says of a webhook
	// that works.
	Err error
}

// Set brings the account into order and gives the webhook its secret, which cannot
// be read and so may be another one. What it found comes in the order in which it
// was looked at; after a key that is refused nothing more is looked at.
func Set(ctx context.Context, account Account, wanted Webhook) []Finding {
	return inspect(ctx, account, wanted, true)
}

// Mend brings the account into order as Set does, but leaves a webhook that works
// as it is, and so costs two calls when nothing is wrong. If its secret was changed
// Lately it is given that; where this fails nothing is wrong, since another run follows.
func Mend(ctx context.Context, account Account, wanted Webhook) []Finding {
	return inspect(ctx, account, wanted, false)
}

// Holds tells whether nothing about a part is wrong.
func Holds(findings []Finding, part Part) bool {
	return !slices.ContainsFunc(findings, func(f Finding) bool { return f.Part == part && f.State == Wrong })
}

func inspect(ctx context.Context, account Account, wanted Webhook, always bool) []Finding {
	fields, err := account.ContactFields(ctx)
	if err != nil {
		return []Finding{unanswered(err)}
	}
	findings := []Finding{accepted()}
	for _, field := range ownFields() {
		findings = append(findings, ownField(ctx, account, fields, field))
	}
	findings = append(findings, builtIn(fields)...)
	if wanted.Secret == "" {
		return append(findings, Finding{State: Wrong, Part: Hook, What: "webhook " + wanted.Name,
			Detail: "cannot be made without a secret, and what it would deliver is refused"})
	}
	return append(findings, webhook{account, wanted}.inspect(ctx, always))
}

// unanswered is the finding when the very first call fails.
func unanswered(err error) Finding {
	what, detail := "Systeme.io", "could not be asked: "+err.Error()
	switch {
	case errors.Is(err, systeme.Unauthorized):
		what, detail = "API key", "is refused: it is wrong, expired or missing"
	case errors.Is(err, systeme.Forbidden):
		what, detail = "account", "is refused: it is closed, unpaid, or its network refuses this machine"
	}
	return Finding{State: Wrong, Part: Access, What: what, Detail: detail, Err: err}
}

func accepted() Finding {
	return Finding{State: Right, Part: Access, What: "API key", Detail: "is accepted"}
}

// builtIn tells of the built-in fields that an account lacks.
func builtIn(fields []systeme.ContactField) []Finding {
	var findings []Finding
	for _, slug := range []string{systeme.FirstName, systeme.Surname, systeme.PhoneNumber} {
		if !has(fields, slug) {
			findings = append(findings, Finding{State: Wrong, Part: Fields, What: "contact field " + slug,
				Detail: "is missing, which every account has been seen to have: leads that carry it will not be synced"})
		}
	}
	return findings
}

// ownFields are the contact fields that ClientFlow needs beside the built-in ones.
func ownFields() []systeme.ContactField {
	return []systeme.ContactField{
		{Slug: tagsync.OwnerField, Name: "IB owner"},
		{Slug: tagsync.PrefixField, Name: "IB tag prefix"},
	}
}

func ownField(ctx context.Context, account Account, known []systeme.ContactField, field systeme.ContactField) Finding {
	what := "contact field " + field.Slug
	if has(known, field.Slug) {
		return Finding{State: Right, Part: Fields, What: what, Detail: "exists"}
	}
	err := account.CreateContactField(ctx, field)
	if err != nil && !errors.Is(err, systeme.Duplicate) { // which another run has just made
		return failed(Fields, what, "is missing, and could not be made", err)
	}
	return Finding{State: Mended, Part: Fields, What: what, Detail: "was missing, and is made"}
}

func has(fields []systeme.ContactField, slug string) bool {
	return slices.ContainsFunc(fields, func(f systeme.ContactField) bool { return f.Slug == slug })
}

func failed(part Part, what, detail string, err error) Finding {
	return Finding{State: Wrong, Part: part, What: what, Detail: fmt.Sprintf("%s: %v%s", detail, err, reasons(err)), Err: err}
}

// reasons are Systeme.io's words on a 422. What was sent is ClientFlow's own, so
// they may be shown.
func reasons(err error) string {
	text := ""
	for _, v := range systeme.Violations(err) {
		text += fmt.Sprintf(" (%s: %s)", v.Field, v.Message)
	}
	return text
}
