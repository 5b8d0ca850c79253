package main

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/infra/command"
	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
)

func TestASecretIsRotated(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	printed, err := s.do("rotate")
	want := regexp.MustCompile(`^done    /clientflow/dev/systeme-webhook-secret has a new secret, beside those before
done    the functions that read the secret have new environments, which know it
ok      API key is accepted
ok      contact field ib_owner_id exists
ok      contact field ib_prefix exists
ok      webhook clientflow-dev works, and its secret is set
done    /clientflow/dev/systeme-webhook-secret: the secret of before is accepted until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ
done    the functions that read the secret have new environments, which know it
$`)
	if err != nil || !want.MatchString(printed) {
		t.Errorf("printed %s, %v", printed, err)
	}
	first := s.lines()
	if len(first) != 2 || len(first[0]) < 26 || !strings.HasPrefix(first[1], "canary-secret until ") || strings.Contains(printed, first[0]) {
		t.Fatalf("stored %q", first)
	}
	if until, ok := signing.Parse(strings.Join(first, "\n")).Until(time.Now()); !ok || time.Until(until) > keepForRetries || time.Until(until) < keepForRetries-time.Minute {
		t.Errorf("ends at %s", until)
	}
	if hooks := s.account.Webhooks(); len(hooks) != 1 || !hooks[0].Active {
		t.Errorf("webhooks %+v", hooks)
	}

	// The set-up has nothing to add.
	if printed, err := s.do("setup"); err != nil || strings.Contains(printed, "/clientflow/dev") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if again := s.lines(); !slices.Equal(again, first) {
		t.Errorf("stored %q", again)
	}

	// A second change keeps the end of the first.
	if _, err := s.do("rotate"); err != nil {
		t.Error(err)
	}
	if second := s.lines(); len(second) != 3 || !strings.HasPrefix(second[1], first[0]+" until ") || second[2] != first[1] {
		t.Errorf("stored %q", second)
	}
}

// Whichever call is the last of a run, the webhook's secret is accepted after it, and the
// next run, of either command, ends the change.
func TestARotationThatIsCutOff(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"setup", "rotate"} {
		for name, fault := range map[string]simulator.Fault{
			"before":     {Method: http.MethodPatch, Cut: simulator.CutBefore},
			"after":      {Method: http.MethodPatch, Cut: simulator.CutAfter},
			"at first":   {Cut: simulator.CutBefore},
			"by the key": {Status: http.StatusUnauthorized},
		} {
			t.Run(next+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newPrepared(t)
				if err := s.account.SetFaults(fault); err != nil {
					t.Fatal(err)
				}
				if printed, err := s.do("rotate"); !errors.Is(err, command.ErrSaid) {
					t.Fatalf("printed %s, %v", printed, err)
				}
				cut := s.lines()
				if len(cut) != 2 || cut[1] != "canary-secret" {
					t.Fatalf("stored %q", cut)
				}
				if err := s.account.SetFaults(); err != nil {
					t.Fatal(err)
				}
				if printed, err := s.do(next); err != nil {
					t.Errorf("printed %s, %v", printed, err)
				}
				if after := s.lines(); len(after) != 2 || after[0] != cut[0] || !strings.HasPrefix(after[1], "canary-secret until ") {
					t.Errorf("stored %q, then %q", cut, after)
				}
			})
		}
	}
}

// A secret that leaked is out at the end, with one that was to take its place and all
// others, also when the webhook cannot be given another.
func TestASecretThatLeakedIsThrownOut(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	if _, err := s.do("rotate"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.run(map[string]string{"SYSTEME_WEBHOOK_SECRET": "third"}, "key"); err != nil {
		t.Fatal(err)
	}
	before := s.lines()
	printed, err := s.do("rotate", "-leaked")
	if err != nil || !strings.Contains(printed, "the secrets of before are out") || strings.Contains(printed, "has not got") {
		t.Errorf("printed %s, %v", printed, err)
	}
	after := s.lines()
	if len(before) != 3 {
		t.Errorf("stored %q", before)
	}
	wantThrownOut(t, before, after)

	// The set-up that comes later has nothing to add.
	if printed, err := s.do("setup"); err != nil || strings.Contains(printed, "/clientflow/dev") {
		t.Errorf("printed %s, %v", printed, err)
	}

	if err := s.account.SetFaults(simulator.Fault{Method: http.MethodPatch, Status: http.StatusBadGateway}); err != nil {
		t.Fatal(err)
	}
	printed, err = s.do("rotate", "-leaked")
	if !errors.Is(err, command.ErrSaid) || !strings.Contains(printed, "has not got the new one") || !strings.Contains(printed, "make systeme-setup") {
		t.Errorf("printed %s, %v", printed, err)
	}
	wantThrownOut(t, after, s.lines())
}

// wantThrownOut fails unless a new secret is accepted and none that was before, and for as
// long as Systeme.io sends anything again it can be told that they were changed.
func wantThrownOut(t *testing.T, before, after []string) {
	t.Helper()
	parsed := signing.Parse(strings.Join(after, "\n"))
	for _, secret := range parsed.Accepted(time.Now()) {
		if len(secret) < 26 || strings.Contains(strings.Join(before, "\n"), secret) {
			t.Errorf("%q is accepted, of %q, then %q", secret, before, after)
		}
	}
	until, ok := parsed.Until(time.Now())
	if left := time.Until(until); !ok || len(after) != 2 || parsed.Pending() || left > keepForRetries || left < keepForRetries-time.Minute {
		t.Errorf("stored %q, then %q", before, after)
	}
}

// A line that has ended goes with the next run, which says no more than that.
func TestASecretThatHasEndedIsTakenOut(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	if _, err := newVault(s.config).put(t.Context(), connection.SecretParameter("dev"), secretDescription, "new\nold until 2001-01-01T00:00:00Z"); err != nil {
		t.Fatal(err)
	}
	printed, err := s.do("setup")
	if err != nil || !strings.Contains(printed, "done    /clientflow/dev/systeme-webhook-secret: what had ended is taken out\n") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if after := s.lines(); !slices.Equal(after, []string{"new"}) {
		t.Errorf("stored %q", after)
	}
}
