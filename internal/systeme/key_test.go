package systeme_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

// changing is a key that was another when it was read.
type changing struct {
	known, now string
	err        error
	asked      int
}

func (c *changing) Value() string { return c.known }

func (c *changing) Renew(context.Context, string) (string, error) {
	c.asked++
	if c.err == nil {
		c.known = c.now
	}
	return c.now, c.err
}

func TestAKeyThatWasChanged(t *testing.T) {
	t.Parallel()
	errStore := errors.New("the store is down")
	for name, test := range map[string]struct {
		key          changing
		refused      bool
		asked, calls int
		says         string
	}{
		"is good":                 {changing{known: "local"}, false, 0, 2, ""},
		"was changed":             {changing{known: "old", now: "local"}, false, 1, 3, ""},
		"came later":              {changing{known: "", now: "local"}, false, 1, 3, ""},
		"is wrong":                {changing{known: "wrong", now: "wrong"}, true, 2, 2, "(401)"},
		"was changed for a wrong": {changing{known: "old", now: "wrong"}, true, 2, 3, "(401)"},
		"cannot be read again":    {changing{known: "old", err: errStore}, true, 2, 2, "the store is down"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := simulator.New(simulator.Options{})
			t.Cleanup(account.Close)
			client, err := systeme.New(systeme.Config{
				BaseURL: "http://systeme.test", Key: &test.key, HTTP: &http.Client{Transport: inMemory{account.Handler()}},
			})
			if err != nil {
				t.Fatal(err)
			}
			// One with a body, which is sent again whole, and one without.
			_, err = client.CreateContact(t.Context(), systeme.NewContact{Email: "jane@acme.test"})
			wantKeyFault(t, err, test.refused, test.says)
			_, err = client.ContactFields(t.Context())
			wantKeyFault(t, err, test.refused, test.says)
			if made := len(account.Contacts()) == 1; made == test.refused {
				t.Errorf("contact made: %v", made)
			}
			if calls := len(account.Requests()); calls != test.calls || test.key.asked != test.asked {
				t.Errorf("%d calls, key asked for %d times", calls, test.key.asked)
			}
		})
	}
}

func wantKeyFault(t *testing.T, err error, refused bool, says string) {
	t.Helper()
	if got := errors.Is(err, systeme.Unauthorized); got != refused || err != nil && !refused {
		t.Errorf("error %v", err)
	}
	if refused && (!systeme.AccountFault(err) || !strings.Contains(err.Error(), says)) {
		t.Errorf("error %v, want %q in it", err, says)
	}
}
