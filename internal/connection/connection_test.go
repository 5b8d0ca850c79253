package connection_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/systeme"
	"clientflow/internal/tagsync"
)

const secret = "canary-secret"

func wanted() connection.Webhook {
	return connection.Webhook{
		Name: connection.WebhookName("test"), URL: "https://api.test" + connection.WebhookPath, Secret: secret,
	}
}

// start starts an empty account, and a client with the key.
func start(t *testing.T, options simulator.Options, key string) (*simulator.Simulator, *systeme.Client) {
	t.Helper()
	account := simulator.New(options)
	t.Cleanup(account.Close)
	server := httptest.NewServer(account.Handler())
	t.Cleanup(server.Close)
	// A connection that is cut is an error: only on one that was used before would
	// the call be repeated by itself.
	http := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	client, err := systeme.New(systeme.Config{BaseURL: server.URL, Key: systeme.Fixed(key), HTTP: http})
	if err != nil {
		t.Fatal(err)
	}
	return account, client
}

// states are the findings in short, as "mended contact field ib_prefix".
func states(findings []connection.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.State)+" "+f.What)
	}
	return list
}

var parts = map[connection.Part]bool{connection.Access: true, connection.Fields: true, connection.Hook: true}

func wantStates(t *testing.T, got []connection.Finding, want ...string) {
	t.Helper()
	if !slices.Equal(states(got), want) {
		t.Errorf("found %+v,\nwant %q", got, want)
	}
	for _, f := range got {
		if !parts[f.Part] || f.Detail == "" || strings.Contains(f.Detail, secret) || f.Err != nil && f.State != connection.Wrong && !notGiven(f) {
			t.Errorf("finding %+v", f)
		}
	}
}

// notGiven tells whether a webhook works and could not be given its secret again.
func notGiven(f connection.Finding) bool {
	return f.State == connection.Right && f.Part == connection.Hook && f.Err != nil && strings.Contains(f.Detail, "works, and could not be given")
}

// allRight is what is found of an account in order.
func allRight() []string {
	return []string{"ok API key", "ok contact field ib_owner_id", "ok contact field ib_prefix", "ok webhook clientflow-test"}
}

// wantInOrder fails unless the account has the fields, and ClientFlow's webhook
// works and is there once.
func wantInOrder(t *testing.T, account *simulator.Simulator, client *systeme.Client) {
	t.Helper()
	fields, err := client.ContactFields(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{tagsync.OwnerField, tagsync.PrefixField} {
		if !slices.ContainsFunc(fields, func(f systeme.ContactField) bool { return f.Slug == slug }) {
			t.Errorf("there is no field %s", slug)
		}
	}
	hooks, err := client.Webhooks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours := slices.DeleteFunc(hooks, func(h systeme.Webhook) bool { return h.Name != wanted().Name && h.URL != wanted().URL })
	if len(ours) != 1 || ours[0].Name != wanted().Name || ours[0].URL != wanted().URL ||
		!ours[0].Delivers(systeme.TagAdded) || !ours[0].Delivers(systeme.TagRemoved) {
		t.Errorf("webhooks %+v of %+v", ours, account.Webhooks())
	}
}

func settings(name, secret string, events ...string) systeme.WebhookSettings {
	if len(events) == 0 {
		events = []string{systeme.TagAdded, systeme.TagRemoved}
	}
	return systeme.WebhookSettings{Name: name, Secret: secret, Events: events}
}

func TestAnAccountIsBroughtIntoOrder(t *testing.T) {
	t.Parallel()
	create := func(url string, s systeme.WebhookSettings) func(*testing.T, *simulator.Simulator, *systeme.Client) {
		return func(t *testing.T, _ *simulator.Simulator, client *systeme.Client) {
			if _, err := client.CreateWebhook(t.Context(), url, s); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, test := range map[string]struct {
		spoil func(*testing.T, *simulator.Simulator, *systeme.Client)
		state connection.State
		says  string
	}{
		"nothing there": {func(*testing.T, *simulator.Simulator, *systeme.Client) {}, connection.Mended, "missing"},
		"disabled": {func(t *testing.T, a *simulator.Simulator, c *systeme.Client) {
			create(wanted().URL, settings(wanted().Name, secret))(t, a, c)
			a.DisableWebhooks()
		}, connection.Mended, "CONTACT_TAG_REMOVED is disabled (BAD_SUCCESS_RATE)"},
		"not sent one event": {create(wanted().URL, settings(wanted().Name, secret, systeme.TagAdded)), connection.Mended, "not sent CONTACT_TAG_REMOVED"},
		"an old address":     {create("https://old.test/webhooks/systeme", settings(wanted().Name, secret)), connection.Mended, "https://old.test"},
		"another name":       {create(wanted().URL, settings("by hand", secret)), connection.Mended, "another name"},
		"another name, and an old address": {func(t *testing.T, a *simulator.Simulator, c *systeme.Client) {
			create(wanted().URL, settings("by hand", secret))(t, a, c)
			create("https://old.test/webhooks/systeme", settings(wanted().Name, secret))(t, a, c)
		}, connection.Mended, "another name"},
		"another secret": {create(wanted().URL, settings(wanted().Name, "old")), connection.Right, "secret is set"},
	} {
		for _, reenable := range []simulator.Reenable{
			simulator.ReenableEither, simulator.ReenableByActive, simulator.ReenableBySubscriptions,
		} {
			t.Run(name+" "+string(reenable), func(t *testing.T) {
				t.Parallel()
				account, client := start(t, simulator.Options{Quirks: simulator.Quirks{Reenable: reenable}}, "local")
				create("https://other.test/hook", settings("another's", "another"))(t, account, client)
				test.spoil(t, account, client)
				found := connection.Set(t.Context(), client, wanted())
				wantStates(t, found, "ok API key", "mended contact field ib_owner_id", "mended contact field ib_prefix",
					string(test.state)+" webhook clientflow-test")
				if last := found[len(found)-1]; !strings.Contains(last.Detail, test.says) {
					t.Errorf("says %q, want %q in it", last.Detail, test.says)
				}
				wantInOrder(t, account, client)
				if hooks := account.Webhooks(); len(hooks) != 2 || hooks[0].Name != "another's" {
					t.Errorf("webhooks %+v", hooks)
				}
				wantStates(t, connection.Set(t.Context(), client, wanted()), allRight()...)
				wantStates(t, connection.Mend(t.Context(), client, wanted()), allRight()...)
			})
		}
	}
}

func TestMendingWhatIsRightCostsTwoCalls(t *testing.T) {
	t.Parallel()
	account, client := start(t, simulator.Options{}, "local")
	wantStates(t, connection.Mend(t.Context(), client, wanted()),
		"ok API key", "mended contact field ib_owner_id", "mended contact field ib_prefix", "mended webhook clientflow-test")
	before := len(account.Requests())
	wantStates(t, connection.Mend(t.Context(), client, wanted()), allRight()...)
	if calls := len(account.Requests()) - before; calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

// What is delivered after a new secret was set is signed with it. Mend leaves a webhook
// that works its secret, unless that was changed lately.
func TestTheSecretIsChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(context.Context, connection.Account, connection.Webhook) []connection.Finding
		lately bool
		signed string
	}{
		"set":            {connection.Set, false, secret},
		"mended":         {connection.Mend, false, "old"},
		"mended, lately": {connection.Mend, true, secret},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account, client := start(t, simulator.Options{}, "local")
			signed := make(chan bool, 1)
			endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				signed <- err == nil && systeme.VerifySignature(test.signed, body, r.Header.Get(systeme.SignatureHeader))
			}))
			t.Cleanup(endpoint.Close)
			hook := wanted()
			hook.URL = endpoint.URL
			hook.Secret = "old"
			connection.Set(t.Context(), client, hook)
			hook.Secret, hook.Lately = secret, test.lately
			wantStates(t, test.change(t.Context(), client, hook), allRight()...)
			contact, err := client.CreateContact(t.Context(), systeme.NewContact{Email: "jane@acme.test"})
			if err != nil || !account.Tag(contact.ID, "a-tag") {
				t.Fatal(err)
			}
			select {
			case ok := <-signed:
				if !ok {
					t.Errorf("not signed with %q", test.signed)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("nothing was delivered")
			}
		})
	}
}

// Whatever call fails, the next run finishes the work.
func TestAnyFailureIsMendedByTheNextRun(t *testing.T) {
	t.Parallel()
	for _, cut := range []simulator.Cut{simulator.CutBefore, simulator.CutAfter} {
		for skip := range 7 {
			account, client := start(t, simulator.Options{}, "local")
			if _, err := client.CreateWebhook(t.Context(), "https://old.test", settings(wanted().Name, "old")); err != nil {
				t.Fatal(err)
			}
			if err := account.SetFaults(simulator.Fault{Skip: skip, Count: 1, Cut: cut}); err != nil {
				t.Fatal(err)
			}
			first := connection.Set(t.Context(), client, wanted())
			wrong := slices.ContainsFunc(first, func(f connection.Finding) bool { return f.State == connection.Wrong && f.Err != nil })
			if wrong != (skip < 6) { // list, two fields, list, delete, create
				t.Errorf("cut %s after %d calls: %+v", cut, skip, first)
			}
			if err := account.SetFaults(); err != nil {
				t.Fatal(err)
			}
			connection.Set(t.Context(), client, wanted())
			wantInOrder(t, account, client)
		}
	}
}

func TestWhatIsWrongWithTheAccount(t *testing.T) {
	t.Parallel()
	_, refused := start(t, simulator.Options{}, "wrong")
	closed, forbidden := start(t, simulator.Options{}, "local")
	if err := closed.SetFaults(simulator.Fault{Status: http.StatusForbidden}); err != nil {
		t.Fatal(err)
	}
	down, unreachable := start(t, simulator.Options{}, "local")
	if err := down.SetFaults(simulator.Fault{Status: http.StatusBadGateway}); err != nil {
		t.Fatal(err)
	}
	for want, client := range map[string]*systeme.Client{
		"wrong API key": refused, "wrong account": forbidden, "wrong Systeme.io": unreachable,
	} {
		wantStates(t, connection.Set(t.Context(), client, wanted()), want)
	}
}

func TestThereIsNoWebhookWithoutASecret(t *testing.T) {
	t.Parallel()
	account, client := start(t, simulator.Options{}, "local")
	open := wanted()
	open.Secret = ""
	wantStates(t, connection.Mend(t.Context(), client, open), "ok API key",
		"mended contact field ib_owner_id", "mended contact field ib_prefix", "wrong webhook clientflow-test")
	if hooks := account.Webhooks(); len(hooks) > 0 {
		t.Errorf("webhooks %+v", hooks)
	}
}

// stubborn is an account that has no built-in fields, and in which a change does
// not switch a webhook on again; whether a new one works is its own choice.
type stubborn struct {
	works   bool
	calls   []string
	current systeme.Webhook
}

func (s *stubborn) ContactFields(context.Context) ([]systeme.ContactField, error) {
	return []systeme.ContactField{{Slug: tagsync.OwnerField}, {Slug: tagsync.PrefixField}, {Slug: systeme.FirstName}, {Slug: systeme.PhoneNumber}}, nil
}

func (s *stubborn) CreateContactField(context.Context, systeme.ContactField) error { return nil }

func (s *stubborn) Webhooks(context.Context) ([]systeme.Webhook, error) {
	return []systeme.Webhook{s.current}, nil
}

func (s *stubborn) CreateWebhook(_ context.Context, address string, settings systeme.WebhookSettings) (systeme.Webhook, error) {
	s.calls = append(s.calls, "create")
	s.current = systeme.Webhook{ID: "2", Name: settings.Name, URL: address, Active: s.works}
	for _, event := range settings.Events {
		s.current.Subscriptions = append(s.current.Subscriptions, systeme.Subscription{Event: event})
	}
	return s.current, nil
}

func (s *stubborn) UpdateWebhook(context.Context, string, systeme.WebhookSettings) (systeme.Webhook, error) {
	s.calls = append(s.calls, "update")
	return s.current, nil
}

func (s *stubborn) DeleteWebhook(context.Context, string) error {
	s.calls = append(s.calls, "delete")
	return nil
}

func TestAWebhookThatCannotBeChangedIsReplaced(t *testing.T) {
	t.Parallel()
	for _, works := range []bool{true, false} {
		account := &stubborn{works: works, current: systeme.Webhook{ID: "1", Name: wanted().Name, URL: wanted().URL}}
		found := connection.Mend(t.Context(), account, wanted())
		want := "mended webhook clientflow-test"
		if !works {
			want = "wrong webhook clientflow-test"
		}
		wantStates(t, found, "ok API key", "ok contact field ib_owner_id", "ok contact field ib_prefix", "wrong contact field surname", want)
		if !slices.Equal(account.calls, []string{"update", "delete", "create"}) {
			t.Errorf("calls %v", account.calls)
		}
	}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	findings := []connection.Finding{
		{Part: connection.Access, State: connection.Right}, {Part: connection.Fields, State: connection.Right},
		{Part: connection.Fields, State: connection.Wrong}, {Part: connection.Hook, State: connection.Mended},
	}
	for part, want := range map[connection.Part]bool{connection.Access: true, connection.Fields: false, connection.Hook: true} {
		if got := connection.Holds(findings, part); got != want {
			t.Errorf("%s: %v", part, got)
		}
	}
}

func TestWhatSystemeIoSaysOfARefusalIsShown(t *testing.T) {
	t.Parallel()
	_, client := start(t, simulator.Options{}, "local")
	bad := wanted()
	bad.URL = "not an address"
	found := connection.Set(t.Context(), client, bad)
	if last := found[len(found)-1]; last.State != connection.Wrong || !strings.Contains(last.Detail, "not a valid URL") {
		t.Errorf("found %+v", last)
	}
}
