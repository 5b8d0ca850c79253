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

	"clientflow/infra/deployment"
	"clientflow/internal/connection"
)

// putKey is the command that puts a deployment's secrets where its functions read them:
// the account's key, and the secret of its webhook. They come from the environment, or
// the key from the standard input. A secret that is not given is left as it is, and made
// up where there is none.
func putKey(ctx context.Context, arguments []string, getenv func(string) string, in io.Reader, out io.Writer) error {
	var stage string
	set := flag.NewFlagSet("key", flag.ContinueOnError)
	set.SetOutput(out)
	stageFlag(set, &stage)
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	config, err := deployment.Config(ctx)
	if err != nil {
		return err
	}
	v := newVault(config)
	key, err := givenKey(getenv, in, out)
	if err != nil {
		return err
	}
	name := connection.KeyParameter(stage)
	if err := v.put(ctx, name, "API key of the Systeme.io account", key); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is put\n", name)
	return v.putSecret(ctx, connection.SecretParameter(stage), getenv("SYSTEME_WEBHOOK_SECRET"), out)
}

// givenKey is the key in the environment, or the first line that is typed.
func givenKey(getenv func(string) string, in io.Reader, out io.Writer) (string, error) {
	if key := strings.TrimSpace(getenv("SYSTEME_API_KEY")); key != "" {
		return key, nil
	}
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

// putSecret puts the webhook's secret, or keeps the one that is there.
func (v vault) putSecret(ctx context.Context, name, given string, out io.Writer) error {
	done := "put"
	if given == "" {
		before, err := v.get(ctx, name)
		switch {
		case err != nil:
			return err
		case before != "":
			fmt.Fprintf(out, "%s is kept\n", name)
			return nil
		}
		given, done = rand.Text(), "made"
	}
	if err := v.put(ctx, name, "Secret with which Systeme.io signs what it delivers", given); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is %s\n", name, done)
	return nil
}
