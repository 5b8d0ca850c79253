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

	"clientflow/internal/connection"
	"clientflow/internal/systeme"
)

// account is how to reach the account.
type account struct {
	address, key string
	rate         float64
}

// flags registers the flags that every command has.
func (a *account) flags(set *flag.FlagSet) {
	set.StringVar(&a.address, "api", "https://api.systeme.io", "base `address` of Systeme.io's API")
	set.StringVar(&a.key, "key", "", "the account's API `key`; better given as SYSTEME_API_KEY")
	set.Float64Var(&a.rate, "rate", 1, "`calls` a second")
}

// connect returns a client of the account, whose calls go through transport.
func (a *account) connect(transport http.RoundTripper) (*systeme.Client, error) {
	if a.key == "" {
		return nil, errNoKey
	}
	return systeme.New(systeme.Config{
		BaseURL: a.address, Key: a.key, HTTP: &http.Client{Transport: transport}, Limiter: systeme.NewPacer(a.rate),
	})
}

// setUp is the command that prepares an account.
func setUp(ctx context.Context, arguments []string, getenv func(string) string, out io.Writer) error {
	var a account
	var wanted connection.Webhook
	var stage string
	set := flag.NewFlagSet("setup", flag.ContinueOnError)
	set.SetOutput(out)
	a.flags(set)
	set.StringVar(&wanted.URL, "url", "", "`address` of ClientFlow's API, the output ApiUrl of the stack")
	set.StringVar(&wanted.Secret, "secret", "",
		"the webhook's `secret`, the stack's parameter SystemeWebhookSecret; better given as SYSTEME_WEBHOOK_SECRET")
	set.StringVar(&stage, "stage", "dev", "`name` of the deployment, the stack's parameter Stage")
	if err := parse(set, arguments); err != nil {
		return err
	}
	// Not the flags' defaults, which the help prints.
	a.key = cmp.Or(a.key, getenv("SYSTEME_API_KEY"))
	wanted.Secret = cmp.Or(wanted.Secret, getenv("SYSTEME_WEBHOOK_SECRET"))
	var err error
	if wanted.URL, err = webhookURL(wanted.URL); err != nil {
		return err
	}
	if wanted.Secret == "" {
		return errors.New("there is no secret for the webhook: set SYSTEME_WEBHOOK_SECRET, or give SECRET=… to make")
	}
	wanted.Name = connection.WebhookName(stage)
	client, err := a.connect(http.DefaultTransport)
	if err != nil {
		return err
	}
	return tell(out, connection.Set(ctx, client, wanted))
}

// parse reads flags, and refuses what is none.
func parse(set *flag.FlagSet, arguments []string) error {
	if err := set.Parse(arguments); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("there is no argument %q, only flags", set.Arg(0))
	}
	return nil
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
