package main

import (
	"errors"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/signing"
)

// paste types a key in, and returns what was printed.
func (s *site) paste(typed string) (string, error) {
	var out strings.Builder
	err := realMain(s.Context(), []string{"key"}, s.operator(nil, typed, &out))
	return out.String(), err
}

func TestAKeyIsPastedAndTheSecretIsMadeUpOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	for _, typed := range []string{"first-key\n", " second-key \r\n", "third-key"} {
		_, before := s.stored()
		printed, err := s.paste(typed)
		if err != nil {
			t.Fatal(err)
		}
		key, secret := s.stored()
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
	s := newSite(t, simulator.Options{})
	if _, err := s.paste("old-key\n"); err != nil {
		t.Fatal(err)
	}
	_, before := s.stored()
	for range 2 { // a secret that is there already is kept
		s.mustPutKey()
		if key, secret := s.stored(); key != "canary-key" || secret != "canary-secret\n"+before {
			t.Errorf("stored %q and %q", key, secret)
		}
	}
}

// A secret alone may be given: the key stays, and nobody is asked for it.
func TestTheSecretMayBeGivenAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	s.mustPutKey()
	printed, err := s.run(map[string]string{"SYSTEME_WEBHOOK_SECRET": " another-secret\n"}, "key")
	if err != nil || strings.Contains(printed, "Paste") || !strings.Contains(printed, "make systeme-setup") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if key, secret := s.stored(); key != "canary-key" || secret != "another-secret\ncanary-secret" {
		t.Errorf("stored %q and %q", key, secret)
	}
	if _, err := s.run(map[string]string{"SYSTEME_WEBHOOK_SECRET": "first word"}, "key"); !errors.Is(err, signing.ErrBlank) {
		t.Errorf("two words: %v", err)
	}
	if printed, err := newSite(t, simulator.Options{}).run(map[string]string{"SYSTEME_WEBHOOK_SECRET": "a-secret"}, "key"); !errors.Is(err, errNoKey) || !strings.Contains(printed, "Paste") {
		t.Errorf("without a key: printed %s, %v", printed, err)
	}
}

func TestNoKeyIsPasted(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	if _, err := s.paste("\n"); err == nil || !strings.Contains(err.Error(), "KEY=") {
		t.Errorf("error %v", err)
	}
	if key, secret := s.stored(); key != "" || secret != "" {
		t.Errorf("stored %q and %q", key, secret)
	}
}
