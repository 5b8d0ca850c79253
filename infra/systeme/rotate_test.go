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
	"clientflow/infra/deployment"
	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
)

// ready puts the secrets of a stage, prepares an account for it, and returns what runs a
// command on both.
func ready(t *testing.T, stage string) (account *simulator.Simulator, do func(command string, arguments ...string) (string, error)) {
	t.Helper()
	account, address := start(t, simulator.Options{Key: "canary-key"})
	mustPutKey(t, stage)
	do = func(command string, arguments ...string) (string, error) {
		return run(t, secrets, append([]string{
			command, "-api", address, "-url", "https://api.test", "-stage", stage, "-rate", "1000", "-settle", "1ms",
		}, arguments...)...)
	}
	if _, err := do("setup"); err != nil {
		t.Fatal(err)
	}
	return account, do
}

// lines are those of the webhook's parameter.
func lines(t *testing.T, stage string) []string {
	t.Helper()
	_, secret := stored(t, stage)
	return strings.Split(secret, "\n")
}

func TestASecretIsRotated(t *testing.T) {
	t.Parallel()
	account, do := ready(t, "rotated")
	printed, err := do("rotate")
	want := regexp.MustCompile(`^done    /clientflow/rotated/systeme-webhook-secret has a new secret, beside those before
waiting 1ms, until all functions know the new secret
ok      API key is accepted
ok      contact field ib_owner_id exists
ok      contact field ib_prefix exists
ok      webhook clientflow-rotated works, and its secret is set
done    /clientflow/rotated/systeme-webhook-secret: the secret of before is accepted until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ
$`)
	if err != nil || !want.MatchString(printed) {
		t.Errorf("printed %s, %v", printed, err)
	}
	first := lines(t, "rotated")
	if len(first) != 2 || len(first[0]) < 26 || !strings.HasPrefix(first[1], "canary-secret until ") || strings.Contains(printed, first[0]) {
		t.Fatalf("stored %q", first)
	}
	if until, ok := signing.Parse(strings.Join(first, "\n")).Until(time.Now()); !ok || time.Until(until) > keepForRetries || time.Until(until) < keepForRetries-time.Minute {
		t.Errorf("ends at %s", until)
	}
	if hooks := account.Webhooks(); len(hooks) != 1 || !hooks[0].Active {
		t.Errorf("webhooks %+v", hooks)
	}

	// The set-up has nothing to add, and waits for nothing.
	if printed, err := do("setup"); err != nil || strings.Contains(printed, "done") || strings.Contains(printed, "waiting") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if again := lines(t, "rotated"); !slices.Equal(again, first) {
		t.Errorf("stored %q", again)
	}

	// A second change keeps the end of the first.
	if _, err := do("rotate"); err != nil {
		t.Error(err)
	}
	if second := lines(t, "rotated"); len(second) != 3 || !strings.HasPrefix(second[1], first[0]+" until ") || second[2] != first[1] {
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
				stage := next + "-" + strings.ReplaceAll(name, " ", "")
				account, do := ready(t, stage)
				if err := account.SetFaults(fault); err != nil {
					t.Fatal(err)
				}
				if printed, err := do("rotate"); !errors.Is(err, command.ErrSaid) {
					t.Fatalf("printed %s, %v", printed, err)
				}
				cut := lines(t, stage)
				if len(cut) != 2 || cut[1] != "canary-secret" {
					t.Fatalf("stored %q", cut)
				}
				if err := account.SetFaults(); err != nil {
					t.Fatal(err)
				}
				if printed, err := do(next); err != nil || !strings.Contains(printed, "waiting") {
					t.Errorf("printed %s, %v", printed, err)
				}
				if after := lines(t, stage); len(after) != 2 || after[0] != cut[0] || !strings.HasPrefix(after[1], "canary-secret until ") {
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
	account, do := ready(t, "leaked")
	if _, err := do("rotate"); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, map[string]string{"SYSTEME_WEBHOOK_SECRET": "third"}, "key", "-stage", "leaked"); err != nil {
		t.Fatal(err)
	}
	before := lines(t, "leaked")
	printed, err := do("rotate", "-leaked")
	if err != nil || !strings.Contains(printed, "no function takes them") || strings.Contains(printed, "has not got") {
		t.Errorf("printed %s, %v", printed, err)
	}
	after := lines(t, "leaked")
	if len(before) != 3 {
		t.Errorf("stored %q", before)
	}
	wantThrownOut(t, before, after)

	// The set-up that comes later has nothing to add.
	if printed, err := do("setup"); err != nil || strings.Contains(printed, "done") || strings.Contains(printed, "waiting") {
		t.Errorf("printed %s, %v", printed, err)
	}

	if err := account.SetFaults(simulator.Fault{Method: http.MethodPatch, Status: http.StatusBadGateway}); err != nil {
		t.Fatal(err)
	}
	printed, err = do("rotate", "-leaked")
	if !errors.Is(err, command.ErrSaid) || !strings.Contains(printed, "has not got the new one") || !strings.Contains(printed, "make systeme-setup") {
		t.Errorf("printed %s, %v", printed, err)
	}
	wantThrownOut(t, after, lines(t, "leaked"))
}

// wantThrownOut fails unless a new secret is accepted and none that was before, and for as
// long as Systeme.io sends anything again it can be told that they were changed.
func wantThrownOut(t *testing.T, before, after []string) {
	t.Helper()
	s := signing.Parse(strings.Join(after, "\n"))
	for _, secret := range s.Accepted(time.Now()) {
		if len(secret) < 26 || strings.Contains(strings.Join(before, "\n"), secret) {
			t.Errorf("%q is accepted, of %q, then %q", secret, before, after)
		}
	}
	until, ok := s.Until(time.Now())
	if left := time.Until(until); !ok || len(after) != 2 || s.Pending() || left > keepForRetries || left < keepForRetries-time.Minute {
		t.Errorf("stored %q, then %q", before, after)
	}
}

// A line that has ended goes with the next run, which says no more than that.
func TestASecretThatHasEndedIsTakenOut(t *testing.T) {
	t.Parallel()
	_, do := ready(t, "ended")
	config, err := deployment.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newVault(config).put(t.Context(), connection.SecretParameter("ended"), secretDescription, "new\nold until 2001-01-01T00:00:00Z"); err != nil {
		t.Fatal(err)
	}
	printed, err := do("setup")
	if err != nil || !strings.HasSuffix(printed, "done    /clientflow/ended/systeme-webhook-secret: what had ended is taken out\n") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if after := lines(t, "ended"); !slices.Equal(after, []string{"new"}) {
		t.Errorf("stored %q", after)
	}
}
