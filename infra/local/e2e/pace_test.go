package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
)

// What one function is asked, to stay away for a while, all heed at once: the sync,
// the contacts, the admin's page and the reconciler. The site is its own, since
// nothing else would go on in it.
func TestAllStayAwayWhenOneIsAskedTo(t *testing.T) {
	t.Parallel()
	var logs buffer
	own := mustOwnStack(t, &logs)
	s := site{own.API, own.AWS, own.Systeme}
	john, admin := s.mustSignUp(t, "John"), s.mustAdmin(t)
	for _, b := range []*ib{john, admin} {
		eventually(t, aWhile, func() error {
			return logged(&logs, `"tenantId":"`+b.userID+`","receives":1,"outcome":"made"`)
		})
	}
	john.get(t, "/contacts").want(t, 200)

	if err := own.Simulator.SetFaults(systeme.Fault{Status: 429, RetryAfter: 600, Count: 1}); err != nil {
		t.Fatal(err)
	}
	const busy = "Systeme.io is busy"
	if got := john.get(t, "/contacts").want(t, 503); !strings.Contains(got.body, busy) {
		t.Errorf("the 429 is answered with %s", got.body)
	}
	before := len(own.Simulator.Requests())
	john.capture(t, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
	eventually(t, aWhile, func() error { return logged(&logs, `"outcome":"postponed"`) })
	if got := john.get(t, "/contacts").want(t, 503); !strings.Contains(got.body, busy) {
		t.Errorf("contacts are answered with %s", got.body)
	}
	if got := admin.syncHealth(t).Webhook; !strings.Contains(got.Detail, "rate is used up") {
		t.Errorf("the admin is told %+v", got)
	}
	reconcileIn(t, own)
	eventually(t, aWhile, func() error { return logged(&logs, `"outcome":"stopped"`) })
	if calls := own.Simulator.Requests()[before:]; len(calls) > 0 {
		t.Errorf("Systeme.io was called nevertheless: %+v", calls)
	}
	if logged(&logs, "account fault") == nil {
		t.Error("it is told of as a fault of the account")
	}
}

// mustOwnStack starts a stack that no other test shares, of the functions that were
// built for the shared one.
func mustOwnStack(t *testing.T, logs *buffer) *stack.Stack {
	t.Helper()
	own, err := stack.Start(t.Context(), stack.Options{Built: true, Logs: logs, Systeme: systeme.Options{WorkflowsOff: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.Close(); err != nil {
			t.Error(err)
		}
	})
	return own
}

// logged returns an error until some line of the log has a text.
func logged(logs *buffer, text string) error {
	if !bytes.Contains(logs.Bytes(), []byte(text)) {
		return fmt.Errorf("nothing is logged with %s", text)
	}
	return nil
}

// reconcileIn makes one run, as the clock would.
func reconcileIn(tb testing.TB, own *stack.Stack) {
	tb.Helper()
	event, err := os.ReadFile("../../../events/reconcile.json")
	if err != nil {
		tb.Fatal(err)
	}
	function, ok := own.Function("ReconcileFunction")
	if !ok {
		tb.Fatal("there is no function reconcile")
	}
	result, err := function.Invoke(tb.Context(), event)
	if err != nil || result.FunctionError != "" {
		tb.Fatalf("reconcile: %s %s, %v", result.FunctionError, result.Payload, err)
	}
}
