package connection_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/systeme"
)

// A webhook that works goes on working when it cannot be given a secret that was changed
// lately, which so is no fault: the next run gives it that. Who sets the webhook is told.
func TestASecretThatCannotBeGivenAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"an error":    {Method: http.MethodPatch, Status: http.StatusBadGateway},
		"a pause":     {Method: http.MethodPatch, Status: http.StatusTooManyRequests, RetryAfter: 30},
		"cut before":  {Method: http.MethodPatch, Cut: simulator.CutBefore},
		"cut after":   {Method: http.MethodPatch, Cut: simulator.CutAfter},
		"gone by now": {Method: http.MethodPatch, Status: http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account, client := start(t, simulator.Options{}, "local")
			connection.Set(t.Context(), client, wanted())
			lately := wanted()
			lately.Lately = true
			if err := account.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			found := connection.Mend(t.Context(), client, lately)
			wantStates(t, found, allRight()...)
			if last := found[len(found)-1]; !notGiven(last) {
				t.Errorf("found %+v", last)
			}
			set := connection.Set(t.Context(), client, lately)
			if connection.Holds(set, connection.Hook) {
				t.Errorf("set: %+v", set)
			}
			account.DisableWebhooks()
			if off := connection.Mend(t.Context(), client, lately); connection.Holds(off, connection.Hook) {
				t.Errorf("switched off: %+v", off)
			}
			if err := account.SetFaults(); err != nil {
				t.Fatal(err)
			}
			connection.Mend(t.Context(), client, lately)
			wantInOrder(t, account, client)
		})
	}
}

// spoilt is an account in which a change switches a webhook off.
type spoilt struct{ stubborn }

func (s *spoilt) UpdateWebhook(ctx context.Context, id string, settings systeme.WebhookSettings) (systeme.Webhook, error) {
	s.current.Active = false
	return s.stubborn.UpdateWebhook(ctx, id, settings)
}

func TestAWebhookThatItsSecretSwitchesOffIsReplaced(t *testing.T) {
	t.Parallel()
	account := &spoilt{stubborn{works: true, current: systeme.Webhook{ID: "1", Name: wanted().Name, URL: wanted().URL, Active: true,
		Subscriptions: []systeme.Subscription{{Event: systeme.TagAdded}, {Event: systeme.TagRemoved}}}}}
	lately := wanted()
	lately.Lately = true
	found := connection.Mend(t.Context(), account, lately)
	if !connection.Holds(found, connection.Hook) || !account.current.Active || !slices.Equal(account.calls, []string{"update", "update", "delete", "create"}) {
		t.Errorf("found %+v, calls %v", found, account.calls)
	}
}
