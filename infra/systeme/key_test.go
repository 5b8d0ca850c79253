package main

import (
	"strings"
	"testing"

	"clientflow/infra/deployment"
	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
)

// stored returns the key and the secret of a stage.
func stored(t *testing.T, stage string) (key, secret string) {
	t.Helper()
	config, err := deployment.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := newVault(config)
	if key, err = v.get(t.Context(), connection.KeyParameter(stage)); err != nil {
		t.Fatal(err)
	}
	if secret, err = v.get(t.Context(), connection.SecretParameter(stage)); err != nil {
		t.Fatal(err)
	}
	return key, secret
}

// paste types a key in, and returns what was printed.
func paste(t *testing.T, stage, typed string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := realMain(t.Context(), []string{"key", "-stage", stage}, func(string) string { return "" }, strings.NewReader(typed), &out)
	return out.String(), err
}

func TestAKeyIsPastedAndTheSecretIsMadeUpOnce(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"first-key\n", " second-key \r\n", "third-key"} {
		_, before := stored(t, "pasted")
		printed, err := paste(t, "pasted", typed)
		if err != nil {
			t.Fatal(err)
		}
		key, secret := stored(t, "pasted")
		if key != strings.TrimSpace(typed) || len(secret) < 26 || before != "" && secret != before {
			t.Errorf("stored %q and %q, after %q", key, secret, before)
		}
		if strings.Contains(printed, key) || strings.Contains(printed, secret) {
			t.Errorf("printed %s", printed)
		}
	}
}

func TestKeyAndSecretMayBeGiven(t *testing.T) {
	t.Parallel()
	if _, err := paste(t, "given", "old-key\n"); err != nil {
		t.Fatal(err)
	}
	mustPutKey(t, "given")
	if key, secret := stored(t, "given"); key != "canary-key" || secret != "canary-secret" {
		t.Errorf("stored %q and %q", key, secret)
	}
}

func TestNoKeyIsPasted(t *testing.T) {
	t.Parallel()
	if _, err := paste(t, "nothing", "\n"); err == nil || !strings.Contains(err.Error(), "KEY=") {
		t.Errorf("error %v", err)
	}
	if key, secret := stored(t, "nothing"); key != "" || secret != "" {
		t.Errorf("stored %q and %q", key, secret)
	}
}

func TestTheStackTellsStageAndAddress(t *testing.T) {
	t.Parallel()
	account, address := start(t, simulator.Options{Key: "canary-key"})
	mustPutKey(t, "stacked")
	if _, err := run(t, secrets, "setup", "-api", address, "-stack", "clientflow-stacked", "-rate", "1000"); err != nil {
		t.Fatal(err)
	}
	if hooks := account.Webhooks(); len(hooks) != 1 || hooks[0].Name != "clientflow-stacked" || hooks[0].URL != "https://stacked.test/webhooks/systeme" {
		t.Errorf("webhooks %+v", hooks)
	}
}
