package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/deployment"
	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
)

// Of two who change the secrets at once, the second to write is told, and the first's
// stand.
func TestTwoWhoChangeTheSecretsAtOnce(t *testing.T) {
	t.Parallel()
	mustPutKey(t, "both")
	config, err := deployment.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, name := newVault(config), connection.SecretParameter("both")
	before, err := v.get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.replace(t.Context(), name, before, signing.Parse("first")); err != nil {
		t.Error(err)
	}
	if _, err := v.replace(t.Context(), name, before, signing.Parse("second")); err == nil || !strings.Contains(err.Error(), "run this again") {
		t.Errorf("error %v", err)
	}
	if _, secret := stored(t, "both"); secret != "first" {
		t.Errorf("stored %q", secret)
	}
}

// meanwhile is what a command prints to, and does something when that is a word.
type meanwhile struct {
	strings.Builder
	word string
	do   func()
}

func (m *meanwhile) Write(text []byte) (int, error) {
	if strings.HasPrefix(string(text), m.word) {
		m.do()
	}
	return m.Builder.Write(text)
}

// Who was the first to write, and finds the second's secrets there after the wait, gives
// the webhook none: no function would accept it. The next run gives it the second's.
func TestASecretThatWasReplacedIsNotGiven(t *testing.T) {
	t.Parallel()
	account, address := start(t, simulator.Options{Key: "canary-key"})
	mustPutKey(t, "beaten")
	do := func(out *meanwhile, command string) error {
		return realMain(t.Context(), []string{
			command, "-api", address, "-url", "https://api.test", "-stage", "beaten", "-rate", "1000", "-settle", "1ms",
		}, func(string) string { return "" }, strings.NewReader(""), out)
	}
	changes := func() (count int) {
		for _, r := range account.Requests() {
			if r.Method == http.MethodPatch || r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/webhooks") {
				count++
			}
		}
		return count
	}
	none := func() {}
	if err := do(&meanwhile{word: "never", do: none}, "setup"); err != nil {
		t.Fatal(err)
	}
	before := changes()
	other := func() {
		if _, err := run(t, map[string]string{"SYSTEME_WEBHOOK_SECRET": "the-others"}, "key", "-stage", "beaten"); err != nil {
			t.Error(err)
		}
	}
	out := &meanwhile{word: "waiting", do: other}
	if err := do(out, "rotate"); err == nil || !strings.Contains(err.Error(), "run this again") {
		t.Errorf("printed %s, %v", out.String(), err)
	}
	stored := lines(t, "beaten")
	if changes() != before || len(stored) != 3 || stored[0] != "the-others" || !slices.Contains(stored, "canary-secret") {
		t.Errorf("%d changes, stored %q", changes()-before, stored)
	}
	out = &meanwhile{word: "never", do: none}
	if err := do(out, "rotate"); err != nil || changes() != before+1 {
		t.Errorf("printed %s, %d changes, %v", out.String(), changes()-before, err)
	}
	if after := lines(t, "beaten"); len(after) != 3 || after[0] != "the-others" || !strings.HasPrefix(after[2], "canary-secret until ") {
		t.Errorf("stored %q", after)
	}
}
