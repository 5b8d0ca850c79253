package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"clientflow/internal/connection"
	"clientflow/internal/signing"
)

// putKey is the command that puts a deployment's secrets where its functions read them:
// the account's key, and the secret of its webhook. They come from the environment, or
// the key from the standard input. One that is not given is left as it is, and a secret
// is made up where there is none.
func putKey(ctx context.Context, arguments []string, o operator) error {
	set := flag.NewFlagSet("key", flag.ContinueOnError)
	found, err := find(ctx, set, arguments, o)
	if err != nil {
		return err
	}
	v := newVault(found.AWS)
	secret := strings.TrimSpace(o.getenv("SYSTEME_WEBHOOK_SECRET"))
	if err := v.putKey(ctx, connection.KeyParameter(found.Stage()), secret != "", o); err != nil {
		return err
	}
	return v.putSecret(ctx, connection.SecretParameter(found.Stage()), secret, o.out)
}

// putKey puts the key that is given. Where it may stay as it is and there is one, nobody
// is asked for it.
func (v vault) putKey(ctx context.Context, name string, mayStay bool, o operator) error {
	key := strings.TrimSpace(o.getenv("SYSTEME_API_KEY"))
	if key == "" && mayStay {
		before, err := v.get(ctx, name)
		if err != nil {
			return err
		}
		if before.value != "" {
			fmt.Fprintf(o.out, "%s is kept\n", name)
			return nil
		}
	}
	if key == "" {
		var err error
		if key, err = typedKey(o.in, o.out); err != nil {
			return err
		}
	}
	if _, err := v.put(ctx, name, keyDescription, key); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "%s is put\n", name)
	return nil
}

// typedKey is the first line that is typed.
func typedKey(in io.Reader, out io.Writer) (string, error) {
	fmt.Fprintln(out, "Paste the account's API key, and press Enter:")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the key: %w", err)
	}
	key := strings.TrimSpace(line)
	if key == "" {
		return "", errNoKey
	}
	return key, nil
}

// putSecret puts the webhook's secret, or keeps the one that is there. One that takes
// another's place has that beside it, until the webhook is given it.
func (v vault) putSecret(ctx context.Context, name, given string, out io.Writer) error {
	before, err := v.get(ctx, name)
	if err != nil {
		return err
	}
	known := signing.Parse(before.value)
	done := "put"
	switch {
	case given == "" && known.Newest() != "", given != "" && given == known.Newest():
		fmt.Fprintf(out, "%s is kept\n", name)
		return nil
	case given == "":
		given, done = rand.Text(), "made"
	}
	next, err := known.Succeed(given)
	if err != nil {
		return fmt.Errorf("the webhook's secret: %w", err)
	}
	if _, err := v.replace(ctx, name, before, next); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is %s\n", name, done)
	if next.Pending() {
		fmt.Fprintln(out, "The one before is accepted too. Now give the webhook the new one: make systeme-setup")
	}
	return nil
}
