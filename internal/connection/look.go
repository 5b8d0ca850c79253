package connection

import (
	"context"
	"fmt"

	"clientflow/internal/systeme"
)

// Reader is what Look calls of Systeme.io; *systeme.Client is one.
type Reader interface {
	ContactFields(context.Context) ([]systeme.ContactField, error)
	Webhooks(context.Context) ([]systeme.Webhook, error)
}

// Look tells what Set would find, and changes nothing. The webhook's secret cannot be
// read, and is not looked at.
func Look(ctx context.Context, account Reader, wanted Webhook) []Finding {
	fields, err := account.ContactFields(ctx)
	if err != nil {
		return []Finding{unanswered(err)}
	}
	findings := []Finding{accepted()}
	for _, field := range ownFields() {
		f := Finding{State: Right, Part: Fields, What: "contact field " + field.Slug, Detail: "exists"}
		if !has(fields, field.Slug) {
			f.State, f.Detail = Wrong, "is missing"
		}
		findings = append(findings, f)
	}
	findings = append(findings, builtIn(fields)...)
	hooks, err := account.Webhooks(ctx)
	if err != nil {
		return append(findings, failed(Hook, "webhook "+wanted.Name, "could not be looked for", err))
	}
	return append(findings, webhook{wanted: wanted}.look(hooks))
}

// look tells how the webhook is, among all of the account.
func (w webhook) look(all []systeme.Webhook) Finding {
	f := Finding{State: Wrong, Part: Hook, What: "webhook " + w.wanted.Name}
	ours, others := w.sort(all)
	switch {
	case ours == nil && len(others) > 0:
		f.Detail = fmt.Sprintf("sends to %s", others[0].URL)
	case ours == nil:
		f.Detail = "is missing"
	case !w.works(*ours):
		f.Detail = disabled(*ours)
	default:
		f.State, f.Detail = Right, "works"
	}
	return f
}
