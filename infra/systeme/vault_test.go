package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
)

// Of two who change the secrets at once, the second to write is told, and the first's
// stand.
func TestTwoWhoChangeTheSecretsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	s.mustPutKey()
	v, name := newVault(s.config), connection.SecretParameter("dev")
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
	if _, secret := s.stored(); secret != "first" {
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

// Who was the first to write, and finds the second's secrets there once the functions read
// anew, gives the webhook none: no function would accept it. The next run gives it the
// second's.
func TestASecretThatWasReplacedIsNotGiven(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	changes := func() (count int) {
		for _, r := range s.account.Requests() {
			if r.Method == http.MethodPatch || r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/webhooks") {
				count++
			}
		}
		return count
	}
	before := changes()
	other := func() {
		if _, err := s.run(map[string]string{"SYSTEME_WEBHOOK_SECRET": "the-others"}, "key"); err != nil {
			t.Error(err)
		}
	}
	out := &meanwhile{word: "done    the functions", do: other}
	if err := realMain(t.Context(), []string{"rotate", "-api", s.address}, s.operator(nil, "", out)); err == nil || !strings.Contains(err.Error(), "run this again") {
		t.Errorf("printed %s, %v", out.String(), err)
	}
	stored := s.lines()
	if changes() != before || len(stored) != 3 || stored[0] != "the-others" || !slices.Contains(stored, "canary-secret") {
		t.Errorf("%d changes, stored %q", changes()-before, stored)
	}
	if printed, err := s.do("rotate"); err != nil || changes() != before+1 {
		t.Errorf("printed %s, %d changes, %v", printed, changes()-before, err)
	}
	if after := s.lines(); len(after) != 3 || after[0] != "the-others" || !strings.HasPrefix(after[2], "canary-secret until ") {
		t.Errorf("stored %q", after)
	}
}
