package main

import (
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
	"clientflow/internal/connection"
)

// processes are those in which the functions work now, started where there are none.
func (s *site) processes() (all []string) {
	s.Helper()
	for _, f := range s.functions {
		result, err := f.Invoke(s.Context(), []byte("{}"))
		if err != nil || result.FunctionError != "" {
			s.Fatalf("%s: %s, %v", f.Name(), result.Payload, err)
		}
		all = append(all, string(result.Payload))
	}
	return all
}

// The end of a secret is for functions to know too.
func TestFunctionsKnowASecretThatWasChanged(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	before := s.processes()
	for _, arguments := range [][]string{{"rotate"}, {"rotate", "-leaked"}} {
		printed, err := s.do(arguments[0], arguments[1:]...)
		if count := strings.Count(printed, "new environments"); err != nil || count != 2 {
			t.Fatalf("printed %s, %v", printed, err)
		}
		after := s.processes()
		for i, f := range s.functions {
			if after[i] == before[i] {
				t.Errorf("%s was not replaced by %v", f.Name(), arguments)
			}
		}
		before = after
	}
}

// The set-up replaces environments when the parameter was changed after they were started,
// by whomever, and else leaves them alone.
func TestTheSetUpReplacesWhatKnowsAnOldSecret(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	before := s.processes()
	if printed, err := s.do("setup"); err != nil || strings.Contains(printed, "environments") || !slices.Equal(s.processes(), before) {
		t.Errorf("printed %s, %v", printed, err)
	}
	if _, err := newVault(s.config).put(t.Context(), connection.SecretParameter("dev"), secretDescription, "by-hand"); err != nil {
		t.Fatal(err)
	}
	printed, err := s.do("setup")
	if err != nil || !strings.Contains(printed, "environments") {
		t.Errorf("printed %s, %v", printed, err)
	}
	for i, after := range s.processes() {
		if after == before[i] {
			t.Errorf("%s was not replaced", s.functions[i].Name())
		}
	}
}

// An end that no function was told of is the set-up's to tell, since the run that stored it
// failed.
func TestAnEndThatFunctionsDoNotKnow(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	before := s.processes()
	s.changes.Store(int64(len(s.functions)))
	if printed, err := s.do("rotate", "-leaked"); err == nil || !strings.Contains(err.Error(), "run this again") || !strings.Contains(printed, "are out") {
		t.Fatalf("printed %s, %v", printed, err)
	}
	stored, between := s.lines(), s.processes()
	s.changes.Store(1000)
	if printed, err := s.do("setup"); err != nil || !strings.Contains(printed, "environments") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if after := s.lines(); !slices.Equal(after, stored) {
		t.Errorf("stored %q, then %q", stored, after)
	}
	for i, after := range s.processes() {
		if after == between[i] || between[i] == before[i] {
			t.Errorf("%s was not replaced", s.functions[i].Name())
		}
	}
}

// An operator who may not replace environments is told, and the webhook is given nothing
// that functions would refuse. One who may ends it.
func TestEnvironmentsThatMayNotBeReplaced(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	before := len(s.account.Requests())
	policy, err := iam.ParsePolicy(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "*", "Resource": "*"},
		{"Effect": "Deny", "Action": "lambda:UpdateFunctionConfiguration", "Resource": "*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	s.become(iam.Principal{ARN: "limited", Policies: []iam.Policy{policy}})
	printed, err := s.do("rotate", "-leaked")
	if err == nil || !strings.Contains(err.Error(), s.functions[0].Name()) && !strings.Contains(err.Error(), s.functions[1].Name()) ||
		!strings.Contains(err.Error(), "run this again") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if made := len(s.account.Requests()) - before; made != 0 {
		t.Errorf("%d calls of Systeme.io", made)
	}
	if stored := s.lines(); len(stored) != 2 || stored[1] != "canary-secret" {
		t.Errorf("stored %q", stored)
	}
	s.become(iam.Principal{ARN: iam.RootARN, Root: true})
	if printed, err := s.do("rotate", "-leaked"); err != nil || strings.Contains(strings.Join(s.lines(), " "), "canary-secret") {
		t.Errorf("printed %s, %v", printed, err)
	}
}
