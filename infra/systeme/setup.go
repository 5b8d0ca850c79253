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

	"clientflow/infra/command"
	"clientflow/infra/deployment"
	"clientflow/infra/environments"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
	"clientflow/internal/systeme"
)

// publicAPI is where Systeme.io's API is for everyone.
const publicAPI = "https://api.systeme.io"

// setUp is the command that prepares an account for a deployment, with the key and the
// secret that its functions have.
func setUp(ctx context.Context, arguments []string, o operator) error {
	set := flag.NewFlagSet("setup", flag.ContinueOnError)
	p, err := prepare(ctx, set, arguments, o)
	if err != nil {
		return err
	}
	return p.run(ctx)
}

// preparation brings an account into the order that a deployment needs.
type preparation struct {
	account   *systeme.Client
	vault     vault
	readers   environments.Readers
	hook      connection.Webhook
	parameter string // of the webhook's secret
	before    held   // in it
	secrets   signing.Secrets
	leaked    bool // throw all secrets out but the newest
	out       io.Writer
}

// prepare reads a command's flags, finds the deployment that they name, and reads its key
// and its secrets.
func prepare(ctx context.Context, set *flag.FlagSet, arguments []string, o operator) (preparation, error) {
	address := set.String("url", "", "`address` of ClientFlow's API, where it is reached at another than the stack says")
	api := set.String("api", "", "base `address` of Systeme.io's API; the stack's when empty")
	found, err := find(ctx, set, arguments, o)
	if err != nil {
		return preparation{}, err
	}
	p := preparation{vault: newVault(found.AWS), out: o.out, parameter: connection.SecretParameter(found.Stage())}
	p.hook.Name = connection.WebhookName(found.Stage())
	if p.hook.URL, err = webhookURL(cmp.Or(*address, found.Outputs["ApiUrl"])); err != nil {
		return preparation{}, err
	}
	if p.readers, err = environments.Find(found); err != nil {
		return preparation{}, err
	}
	if p.account, err = connect(ctx, found, p.vault, *api); err != nil {
		return preparation{}, err
	}
	p.before, err = p.vault.must(ctx, p.parameter)
	p.secrets = signing.Parse(p.before.value)
	return p, err
}

// connect returns a client of a deployment's account, whose calls take their turns among
// those of its functions.
func connect(ctx context.Context, of deployment.Deployment, v vault, api string) (*systeme.Client, error) {
	key, err := v.must(ctx, connection.KeyParameter(of.Stage()))
	if err != nil {
		return nil, err
	}
	limiter, err := of.Pace()
	if err != nil {
		return nil, err
	}
	return systeme.New(systeme.Config{
		BaseURL: cmp.Or(api, of.Parameters["SystemeApiUrl"], publicAPI), Key: systeme.Fixed(key.value),
		HTTP: &http.Client{Transport: http.DefaultTransport}, Limiter: limiter,
	})
}

// run gives the account all that it needs. When that was a new secret for the webhook,
// the one before gets its end. A secret that someone else has taken the place of by then
// is not given: no function would accept it.
func (p *preparation) run(ctx context.Context) error {
	if err := p.spread(ctx, p.before); err != nil {
		return err
	}
	if err := p.vault.same(ctx, p.parameter, p.before); err != nil {
		return err
	}
	p.hook.Secret = p.secrets.Newest()
	findings := connection.Set(ctx, p.account, p.hook)
	told := tell(p.out, findings)
	if err := p.end(ctx, gaveSecret(findings)); err != nil {
		return err
	}
	return told
}

// spread has no function begin an invocation that does not know what the parameter holds.
func (p *preparation) spread(ctx context.Context, now held) error {
	if !now.since.IsZero() {
		if known, err := p.readers.Since(ctx, now.since); err != nil || known {
			return err
		}
	}
	if err := p.readers.Replace(ctx); err != nil {
		return fmt.Errorf("%w (run this again)", err)
	}
	fmt.Fprintln(p.out, "done    the functions that read the secret have new environments, which know it")
	return nil
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
		return "", errors.New("the address of ClientFlow's API is not one such as https://example.com: give it as -url, or URL=… to make")
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
