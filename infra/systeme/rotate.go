package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"time"

	"clientflow/infra/deployment"
	"clientflow/internal/connection"
	"clientflow/internal/secret"
	"clientflow/internal/signing"
)

const (
	// settled is when every function reads the secrets again that meets one that it does
	// not know, and a little: only then may Systeme.io sign with it.
	settled = secret.Pause + 5*time.Second
	// keepForRetries is how long a secret of before is accepted. Systeme.io is said to
	// send for five days what was not taken, and what it signs that with is not known.
	keepForRetries = 7 * 24 * time.Hour
)

// rotate is the command that makes up a new secret for the webhook and gives it to both
// ends. Each step may be the last of a run: the next run goes on behind it.
func rotate(ctx context.Context, arguments []string, out io.Writer) error {
	var p preparation
	set := flag.NewFlagSet("rotate", flag.ContinueOnError)
	set.SetOutput(out)
	p.flags(set)
	set.BoolVar(&p.leaked, "leaked", false, "throw all secrets of before out at the end, whatever is signed with them")
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	// One that is on its way already may be the one that leaked.
	if p.leaked || !p.secrets.Pending() {
		if err := p.renew(ctx, out); err != nil {
			return err
		}
	}
	return p.run(ctx, out)
}

// renew puts a new secret before the others.
func (p *preparation) renew(ctx context.Context, out io.Writer) error {
	next, err := p.secrets.Succeed(rand.Text())
	if err != nil {
		return err
	}
	if p.before, err = p.vault.replace(ctx, p.secretName(), p.before, next); err != nil {
		return err
	}
	p.secrets = next
	fmt.Fprintf(out, "done    %s has a new secret, beside those before\n", p.secretName())
	return nil
}

func (p *preparation) secretName() string { return connection.SecretParameter(p.stage) }

// wait waits until all functions take what is signed with the newest secret.
func (p *preparation) wait(ctx context.Context, out io.Writer) error {
	if !p.secrets.Pending() {
		return nil
	}
	fmt.Fprintf(out, "waiting %s, until all functions know the new secret\n", p.settle)
	select {
	case <-time.After(p.settle):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end gives the secrets of before their end, once the webhook has the newest. If one
// leaked they are out in any case, and reconcile gives the webhook the newest.
func (p *preparation) end(ctx context.Context, out io.Writer, given bool) error {
	now := time.Now()
	after := p.secrets
	switch {
	case p.leaked:
		after = after.ThrowOut(now.Add(keepForRetries))
	case given:
		after = after.Retire(now, now.Add(keepForRetries))
	}
	if after.String() == p.secrets.String() {
		return nil
	}
	if _, err := p.vault.replace(ctx, p.secretName(), p.before, after); err != nil {
		return err
	}
	fmt.Fprintf(out, "done    %s: %s\n", p.secretName(), p.ended(after, now))
	if p.leaked && !given {
		fmt.Fprintln(out, "The webhook has not got the new one, and all it delivers is refused until it has: make systeme-setup, or wait for reconcile")
	}
	return nil
}

// ended says what has become of the secrets of before.
func (p *preparation) ended(after signing.Secrets, now time.Time) string {
	until, ok := after.Until(now)
	switch {
	case p.leaked:
		return fmt.Sprintf("the secrets of before are out, and %.0f seconds from now no function takes them", secret.Lifetime.Seconds())
	case ok:
		return "the secret of before is accepted until " + until.UTC().Format(time.RFC3339)
	}
	return "what had ended is taken out"
}
