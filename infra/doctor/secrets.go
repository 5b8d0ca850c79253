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
	all := []finding{first, p.change(signing.Parse(secrets), second)}
	if key == "" {
		return all
	}
	return append(all, p.systeme(ctx, key)...)
}

// secret returns a secret, "" when there is none, and how it was found.
func (p *patient) secret(ctx context.Context, store *ssm.Client, name string) (string, finding) {
	what := "parameter " + name
	todo := "Put it with: " + p.command("systeme-key")
	out, err := store.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return "", found(what, todo, "is missing")
	}
	if err != nil {
		return "", unknown(what, err)
	}
	value := strings.TrimSpace(aws.ToString(out.Parameter.Value))
	return value, found(what, todo, complaints(
		differs("its type", out.Parameter.Type, types.ParameterTypeSecureString),
		differs("that it is empty", value == "", false),
	)...)
}

// change adds to how the webhook's secret was found how far a change of it has come.
func (p *patient) change(secrets signing.Secrets, f finding) finding {
	until, ends := secrets.Until(time.Now())
	switch {
	case len(f.wrong) > 0:
	case secrets.Pending():
		return found(f.what, "Run: "+p.command("systeme-setup"), "its change is half done: the one before is accepted without an end, and the webhook may have it yet")
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
