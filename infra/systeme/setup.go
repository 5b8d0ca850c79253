package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
	"clientflow/internal/systeme"
)

// account is how to reach the account.
type account struct {
	address, key string
	rate         float64
	// shared is the rate that a deployment's functions keep together; nil where no
	// stack is named.
	shared systeme.Limiter
}

// publicAPI is where the API is for everyone.
const publicAPI = "https://api.systeme.io"

// flags registers the flags that every command has.
func (a *account) flags(set *flag.FlagSet) {
	set.StringVar(&a.address, "api", "", "base `address` of Systeme.io's API; "+publicAPI+", or the stack's, when empty")
	set.Float64Var(&a.rate, "rate", 1, "`calls` a second, where no stack is named")
}

// connect returns a client of the account, whose calls go through transport.
func (a *account) connect(transport http.RoundTripper) (*systeme.Client, error) {
	limiter := a.shared
	if limiter == nil {
		limiter = systeme.NewPacer(a.rate)
	}
	return systeme.New(systeme.Config{
		BaseURL: cmp.Or(a.address, publicAPI), Key: systeme.Fixed(a.key), HTTP: &http.Client{Transport: transport}, Limiter: limiter,
	})
}

// stageFlag registers the flag that names a deployment.
func stageFlag(set *flag.FlagSet, stage *string) {
	set.StringVar(stage, "stage", "dev", "`name` of the deployment, the stack's parameter Stage")
}

// setUp is the command that prepares an account for a deployment, with the key and the
// secret that its functions have.
func setUp(ctx context.Context, arguments []string, out io.Writer) error {
	var p preparation
	set := flag.NewFlagSet("setup", flag.ContinueOnError)
	set.SetOutput(out)
	p.flags(set)
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	return p.run(ctx, out)
}

// preparation brings an account into the order that a deployment needs.
type preparation struct {
	account               account
	address, stage, stack string
	settle                time.Duration
	leaked                bool // throw all secrets out but the newest

	vault   vault
	hook    connection.Webhook
	before  held // the parameter of the webhook's secret
	secrets signing.Secrets
}

func (p *preparation) flags(set *flag.FlagSet) {
	p.account.flags(set)
	set.StringVar(&p.stack, "stack", "", "`name` of the stack, which tells its stage and its address")
	set.StringVar(&p.address, "url", "", "`address` of ClientFlow's API, where no stack is named or it is reached at another")
	set.DurationVar(&p.settle, "settle", settled, "`time` after which every function reads a secret that was changed")
	stageFlag(set, &p.stage)
}

// open finds the deployment, and reads its key and its secrets.
func (p *preparation) open(ctx context.Context) error {
	config, err := deployment.Config(ctx)
	if err != nil {
		return err
	}
	if p.stack != "" {
		found, err := deployment.Find(ctx, config, p.stack)
		if err != nil {
			return err
		}
		p.stage, p.address = found.Stage(), cmp.Or(p.address, found.Outputs["ApiUrl"])
		p.account.address = cmp.Or(p.account.address, found.Parameters["SystemeApiUrl"])
		if p.account.shared, err = found.Pace(); err != nil {
			return err
		}
	}
	p.hook.Name = connection.WebhookName(p.stage)
	if p.hook.URL, err = webhookURL(p.address); err != nil {
		return err
	}
	p.vault = newVault(config)
	key, err := p.vault.must(ctx, connection.KeyParameter(p.stage))
	if err != nil {
		return err
	}
	p.account.key = key.value
	p.before, err = p.vault.must(ctx, connection.SecretParameter(p.stage))
	p.secrets = signing.Parse(p.before.value)
	return err
}

// run gives the account all that it needs. When that was a new secret for the webhook,
// the one before gets its end. A secret that someone else has taken the place of by then
// is not given: no function would accept it.
func (p *preparation) run(ctx context.Context, out io.Writer) error {
	client, err := p.account.connect(http.DefaultTransport)
	if err != nil {
		return err
	}
	if err := p.wait(ctx, out); err != nil {
		return err
	}
	if err := p.vault.same(ctx, p.secretName(), p.before); err != nil {
		return err
	}
	p.hook.Secret = p.secrets.Newest()
	findings := connection.Set(ctx, client, p.hook)
	told := tell(out, findings)
	if err := p.end(ctx, out, gaveSecret(findings)); err != nil {
		return err
	}
	return told
}

// gaveSecret tells whether the webhook was given its secret, which it is not when nobody
// came as far as to it.
func gaveSecret(findings []connection.Finding) bool {
	return slices.ContainsFunc(findings, func(f connection.Finding) bool {
		return f.Part == connection.Hook && f.State != connection.Wrong
	})
}

// webhookURL is the webhook's address in an API, which may be given itself.
func webhookURL(text string) (string, error) {
	base := strings.TrimRight(strings.TrimSuffix(text, connection.WebhookPath), "/")
	address, err := url.Parse(base)
	if err != nil || address.Host == "" || (address.Scheme != "https" && address.Scheme != "http") {
		return "", errors.New("the address of ClientFlow's API is missing or not one such as https://example.com: give it as -url, or URL=… to make")
	}
	return base + connection.WebhookPath, nil
}

// tell prints the findings, one a line, and returns command.ErrSaid when one is.
func tell(out io.Writer, findings []connection.Finding) error {
	for _, f := range findings {
		fmt.Fprintf(out, "%-7s %s %s\n", f.State, f.What, f.Detail)
	}
	if slices.ContainsFunc(findings, func(f connection.Finding) bool { return f.State == connection.Wrong }) {
		return command.ErrSaid
	}
	return nil
}
