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
)

const (
	// settled is when every function reads the secrets again that meets one that it does
	// not know, and a little: only then may Systeme.io sign with it.
	settled = secret.Pause + 5*time.Second
	// keepForRetries is how long a secret of before is accepted. Systeme.io is said to
	// send for five days what was not taken, and what it signs that with is not known.
	keepForRetries = 7 * 24 * time.Hour
	// keepNot throws the secrets of before out, whether the webhook has the newest or not.
	keepNot time.Duration = 0
)

// rotate is the command that makes up a new secret for the webhook and gives it to both
// ends. Each step may be the last of a run: the next run goes on behind it.
func rotate(ctx context.Context, arguments []string, out io.Writer) error {
	var p preparation
	var leaked bool
	set := flag.NewFlagSet("rotate", flag.ContinueOnError)
	set.SetOutput(out)
	p.flags(set)
	set.BoolVar(&leaked, "leaked", false, "throw all secrets of before out at the end, whatever is signed with them")
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	keep := keepForRetries
	if leaked {
		keep = keepNot
	}
	// One that is on its way already may be the one that leaked.
	if leaked || !p.secrets.Pending() {
		if err := p.renew(ctx, out); err != nil {
			return err
		}
	}
	return p.run(ctx, out, keep)
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

// end gives the secrets of before their end, once the webhook has the newest. With
// keepNot they are out in any case.
func (p *preparation) end(ctx context.Context, out io.Writer, keep time.Duration, given bool) error {
	now := time.Now()
	after := p.secrets
	switch {
	case keep == keepNot:
		after = after.Alone()
	case given:
		after = after.Retire(now, now.Add(keep))
	}
	if after.String() == p.secrets.String() {
		return nil
	}
	if _, err := p.vault.replace(ctx, p.secretName(), p.before, after); err != nil {
		return err
	}
	if until, ok := after.Until(now); ok {
		fmt.Fprintf(out, "done    %s: the secret of before is accepted until %s\n", p.secretName(), until.UTC().Format(time.RFC3339))
		return nil
	}
	fmt.Fprintf(out, "done    %s: the secrets of before are out, and %.0f seconds from now no function takes them\n", p.secretName(), secret.Lifetime.Seconds())
	if !given {
		fmt.Fprintln(out, "The webhook has not got the new one, so all it delivers is refused until it has: make systeme-setup")
	}
	return nil
}
