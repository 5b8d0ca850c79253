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

	"clientflow/infra/deployment"
	"clientflow/internal/connection"
	"clientflow/internal/systeme"
)

// account is how to reach the account.
type account struct {
	address, key string
	rate         float64
}

// publicAPI is where the API is for everyone.
const publicAPI = "https://api.systeme.io"

// flags registers the flags that every command has.
func (a *account) flags(set *flag.FlagSet) {
	set.StringVar(&a.address, "api", "", "base `address` of Systeme.io's API; "+publicAPI+", or the stack's, when empty")
	set.Float64Var(&a.rate, "rate", 1, "`calls` a second")
}

// connect returns a client of the account, whose calls go through transport.
func (a *account) connect(transport http.RoundTripper) (*systeme.Client, error) {
	return systeme.New(systeme.Config{
		BaseURL: cmp.Or(a.address, publicAPI), Key: systeme.Fixed(a.key), HTTP: &http.Client{Transport: transport}, Limiter: systeme.NewPacer(a.rate),
	})
}

// stageFlag registers the flag that names a deployment.
func stageFlag(set *flag.FlagSet, stage *string) {
	set.StringVar(stage, "stage", "dev", "`name` of the deployment, the stack's parameter Stage")
}

// setUp is the command that prepares an account for a deployment, with the key and the
// secret that its functions have.
func setUp(ctx context.Context, arguments []string, out io.Writer) error {
	var a account
	var address, stage, stack string
	set := flag.NewFlagSet("setup", flag.ContinueOnError)
	set.SetOutput(out)
	a.flags(set)
	set.StringVar(&stack, "stack", "", "`name` of the stack, which tells its stage and its address")
	set.StringVar(&address, "url", "", "`address` of ClientFlow's API, where no stack is named or it is reached at another")
	stageFlag(set, &stage)
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	config, err := deployment.Config(ctx)
	if err != nil {
		return err
	}
	if stack != "" {
		found, err := deployment.Find(ctx, config, stack)
		if err != nil {
			return err
		}
		stage, address = found.Stage(), cmp.Or(address, found.Outputs["ApiUrl"])
		a.address = cmp.Or(a.address, found.Parameters["SystemeApiUrl"])
	}
	wanted := connection.Webhook{Name: connection.WebhookName(stage)}
	if wanted.URL, err = webhookURL(address); err != nil {
		return err
	}
	v := newVault(config)
	if a.key, err = v.must(ctx, connection.KeyParameter(stage)); err != nil {
		return err
	}
	if wanted.Secret, err = v.must(ctx, connection.SecretParameter(stage)); err != nil {
		return err
	}
	client, err := a.connect(http.DefaultTransport)
	if err != nil {
		return err
	}
	return tell(out, connection.Set(ctx, client, wanted))
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

// tell prints the findings, one a line, and returns errWrong when one is.
func tell(out io.Writer, findings []connection.Finding) error {
	for _, f := range findings {
		fmt.Fprintf(out, "%-7s %s %s\n", f.State, f.What, f.Detail)
	}
	if slices.ContainsFunc(findings, func(f connection.Finding) bool { return f.State == connection.Wrong }) {
		return errWrong
	}
	return nil
}
