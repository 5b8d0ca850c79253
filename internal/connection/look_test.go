package connection_test

import (
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/systeme"
)

func TestLookTellsAndChangesNothing(t *testing.T) {
	t.Parallel()
	ready := func(t *testing.T, _ *simulator.Simulator, client *systeme.Client) {
		connection.Set(t.Context(), client, wanted())
	}
	for name, test := range map[string]struct {
		prepare func(*testing.T, *simulator.Simulator, *systeme.Client)
		wanted  connection.Webhook
		states  []string
	}{
		"nothing there": {func(*testing.T, *simulator.Simulator, *systeme.Client) {}, wanted(),
			[]string{"ok API key", "wrong contact field ib_owner_id", "wrong contact field ib_prefix", "wrong webhook clientflow-test"}},
		"all right": {ready, wanted(), allRight()},
		"switched off": {func(t *testing.T, a *simulator.Simulator, c *systeme.Client) { ready(t, a, c); a.DisableWebhooks() }, wanted(),
			[]string{"ok API key", "ok contact field ib_owner_id", "ok contact field ib_prefix", "wrong webhook clientflow-test"}},
		"another address": {ready, connection.Webhook{Name: wanted().Name, URL: "https://new.test/webhooks/systeme"},
			[]string{"ok API key", "ok contact field ib_owner_id", "ok contact field ib_prefix", "wrong webhook clientflow-test"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account, client := start(t, simulator.Options{}, "local")
			test.prepare(t, account, client)
			before := len(account.Requests())
			wantStates(t, connection.Look(t.Context(), client, test.wanted), test.states...)
			for _, r := range account.Requests()[before:] {
				if r.Method != "GET" {
					t.Errorf("%s %s changes the account", r.Method, r.Path)
				}
			}
		})
	}
}

func TestLookAtAnAccountThatRefuses(t *testing.T) {
	t.Parallel()
	_, client := start(t, simulator.Options{}, "wrong")
	wantStates(t, connection.Look(t.Context(), client, wanted()), "wrong API key")
}
