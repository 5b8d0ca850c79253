package webhook_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"clientflow/internal/webhook"
)

// fixed is a secret that does not change.
type fixed string

func (f fixed) Value() string { return string(f) }

func (f fixed) Renew(context.Context, string) (string, error) { return string(f), nil }

// changing is a secret that was another when it was read.
type changing struct {
	known, now string
	err        error
}

func (c *changing) Value() string { return c.known }

func (c *changing) Renew(context.Context, string) (string, error) {
	if c.err == nil {
		c.known = c.now
	}
	return c.now, c.err
}

func TestASecretThatWasChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		secret *changing
		status int
	}{
		"was changed":             {&changing{known: "old", now: secret}, 204},
		"came later":              {&changing{known: "", now: secret}, 204},
		"is the old one yet":      {&changing{known: secret, now: "new"}, 204},
		"is another":              {&changing{known: "old", now: "other"}, 401},
		"is gone":                 {&changing{known: "old", now: ""}, 401},
		"cannot be read":          {&changing{known: "old", err: errors.New("the store is down")}, 500},
		"could never be read":     {&changing{known: "", err: errors.New("the store is down")}, 500},
		"cannot, and need not be": {&changing{known: secret, err: errors.New("the store is down")}, 204},
		"has a newer one":         {&changing{known: "new\n" + secret}, 204},
		"has a newer one by now":  {&changing{known: "old", now: "new\n" + secret}, 204},
		"is accepted yet":         {&changing{known: "new\n" + secret + " until 9998-12-31T23:59:59Z"}, 204},
		"is no longer accepted":   {&changing{known: "new\n" + secret + " until 2001-01-01T00:00:00Z", now: "new"}, 401},
		"is thrown out":           {&changing{known: "new\nold", now: "new"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.routes = webhook.Routes(test.secret, webhook.NewRecorder(s.aws.Client, s.aws.RegistryTable, s.aws.LeadsTable), s.logger)
			id := s.capture(t, john, johnsPrefix, jane)
			answer := s.send(t, added(johnsPrefix+"engaged"))
			if answer.Status != test.status {
				t.Errorf("answered %d %s", answer.Status, answer.Body)
			}
			if took := s.lead(t, john, id).Status == "engaged"; took != (test.status == 204) {
				t.Errorf("taken: %v", took)
			}
			if strings.Contains(answer.Body, "store") {
				t.Errorf("tells of the inside: %s", answer.Body)
			}
		})
	}
}
