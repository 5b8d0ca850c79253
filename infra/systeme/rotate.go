package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"time"

	"clientflow/internal/signing"
)

// keepForRetries is how long a secret of before is accepted. Systeme.io is said to send
// for five days what was not taken, and what it signs that with is not known.
const keepForRetries = 7 * 24 * time.Hour

// rotate is the command that makes up a new secret for the webhook and gives it to both
// ends. Each step may be the last of a run: the next run goes on behind it.
func rotate(ctx context.Context, arguments []string, o operator) error {
	set := flag.NewFlagSet("rotate", flag.ContinueOnError)
	leaked := set.Bool("leaked", false, "throw all secrets of before out at the end, whatever is signed with them")
	p, err := prepare(ctx, set, arguments, o)
	if err != nil {
		return err
	}
	// One that is on its way already may be the one that leaked.
	if p.leaked = *leaked; p.leaked || !p.secrets.Pending() {
		if err := p.renew(ctx); err != nil {
			return err
		}
	}
	return p.run(ctx)
}

// renew puts a new secret before the others.
func (p *preparation) renew(ctx context.Context) error {
	next, err := p.secrets.Succeed(rand.Text())
	if err != nil {
		return err
	}
	if p.before, err = p.vault.replace(ctx, p.parameter, p.before, next); err != nil {
		return err
	}
	p.secrets = next
	fmt.Fprintf(p.out, "done    %s has a new secret, beside those before\n", p.parameter)
	return nil
}

// end gives the secrets of before their end, once the webhook has the newest. If one
// leaked they are out in any case, and reconcile gives the webhook the newest.
func (p *preparation) end(ctx context.Context, given bool) error {
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
	stored, err := p.vault.replace(ctx, p.parameter, p.before, after)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "done    %s: %s\n", p.parameter, p.ended(after, now))
	if err := p.spread(ctx, stored); err != nil {
		return err
	}
	if p.leaked && !given {
		fmt.Fprintln(p.out, "The webhook has not got the new one, and all it delivers is refused until it has: make systeme-setup, or wait for reconcile")
	}
	return nil
}

// ended says what has become of the secrets of before.
func (p *preparation) ended(after signing.Secrets, now time.Time) string {
	until, ok := after.Until(now)
	switch {
	case p.leaked:
		return "the secrets of before are out"
	case ok:
		return "the secret of before is accepted until " + until.UTC().Format(time.RFC3339)
	}
	return "what had ended is taken out"
}
