package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"clientflow/infra/environments"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
	"clientflow/internal/systeme"
)

// secrets looks for the account's key and the webhook's secret, and with the key at the
// account.
func (p *patient) secrets(ctx context.Context) []finding {
	store := ssm.NewFromConfig(p.AWS)
	key, first := p.secret(ctx, store, connection.KeyParameter(p.Stage()))
	secrets, second := p.secret(ctx, store, connection.SecretParameter(p.Stage()))
	all := []finding{first, p.hookSecret(ctx, secrets, second)}
	if key.value == "" {
		return all
	}
	return append(all, p.systeme(ctx, key.value)...)
}

// held is what a parameter holds, since it was put; the zero held is of none.
type held struct {
	value string
	since time.Time
}

// secret returns a secret, and how it was found.
func (p *patient) secret(ctx context.Context, store *ssm.Client, name string) (held, finding) {
	what := "parameter " + name
	todo := "Put it with: " + p.command("systeme-key")
	out, err := store.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return held{}, found(what, todo, "is missing")
	}
	if err != nil {
		return held{}, unknown(what, err)
	}
	value := strings.TrimSpace(aws.ToString(out.Parameter.Value))
	return held{value, aws.ToTime(out.Parameter.LastModifiedDate)}, found(what, todo, complaints(
		differs("its type", out.Parameter.Type, types.ParameterTypeSecureString),
		differs("that it is empty", value == "", false),
	)...)
}

// hookSecret adds to how the webhook's secret was found how far a change of it has come.
func (p *patient) hookSecret(ctx context.Context, stored held, f finding) finding {
	if len(f.wrong) > 0 {
		return f
	}
	readers, err := environments.Find(p.Deployment)
	if err != nil {
		return unknown(f.what, err)
	}
	known, err := readers.Since(ctx, stored.since)
	if err != nil {
		return unknown(f.what, err)
	}
	return p.change(signing.Parse(stored.value), known, f)
}

// change tells how far a change has come of secrets that all functions know, or do not.
func (p *patient) change(secrets signing.Secrets, known bool, f finding) finding {
	todo := "Run: " + p.command("systeme-setup")
	until, ends := secrets.Until(time.Now())
	switch {
	case secrets.Pending():
		return found(f.what, todo, "its change is half done: the one before is accepted without an end, and the webhook may have it yet")
	case !known:
		return found(f.what, todo, "it was changed after functions that run have read it: they may accept one that was thrown out")
	case ends:
		f.note = "it was changed lately: what was before it ends by " + until.Format(time.RFC3339)
	}
	return f
}

// systeme looks at the account as the set-up does, and mends nothing.
func (p *patient) systeme(ctx context.Context, key string) []finding {
	rate, err := strconv.ParseFloat(p.Parameters["SystemeRequestsPerSecond"], 64)
	if err != nil {
		return []finding{unknown("Systeme.io", err)}
	}
	client, err := systeme.New(systeme.Config{
		BaseURL: p.Parameters["SystemeApiUrl"], Key: systeme.Fixed(key), HTTP: &http.Client{Timeout: time.Minute},
		// Its few calls go beside the functions' own: to book turns would be to write.
		Limiter: systeme.NewPacer(rate),
	})
	if err != nil {
		return []finding{unknown("Systeme.io", err)}
	}
	wanted := connection.Webhook{Name: connection.WebhookName(p.Stage()), URL: p.Outputs["ApiUrl"] + connection.WebhookPath}
	var all []finding
	for _, f := range connection.Look(ctx, client, wanted) {
		shown := finding{what: "Systeme.io: " + f.What, note: f.Detail}
		if f.State != connection.Right {
			shown.wrong, shown.todo = []string{f.Detail}, p.mend(f)
		}
		all = append(all, shown)
	}
	return all
}

// mend says what to do about something in the account.
func (p *patient) mend(f connection.Finding) string {
	switch {
	case errors.Is(f.Err, systeme.Unauthorized):
		return "Put a key that is valid: " + p.command("systeme-key")
	case f.Part == connection.Access:
		return "See whether the account is in order, and what status Systeme.io tells of; leads wait until it answers."
	}
	return "Run: " + p.command("systeme-setup")
}
