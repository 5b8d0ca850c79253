package main

import (
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
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

// The end of a secret is for functions to know too, so that each of these replaces the
// environments, and nothing else of the functions.
func TestFunctionsReadASecretThatWasChanged(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	before := s.processes()
	if again := s.processes(); !slices.Equal(again, before) {
		t.Fatalf("environments are not kept: %v, then %v", before, again)
	}
	for _, arguments := range [][]string{{"setup"}, {"rotate"}, {"rotate", "-leaked"}} {
		if printed, err := s.do(arguments[0], arguments[1:]...); err != nil {
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

func TestTheFunctionsThatReadTheSecret(t *testing.T) {
	t.Parallel()
	read, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	var readers []string
	for _, f := range read.Functions {
		if _, reads := f.Environment["SYSTEME_WEBHOOK_SECRET_PARAMETER"]; reads {
			readers = append(readers, f.LogicalID)
		}
	}
	known := secretReaders()
	slices.Sort(readers)
	slices.Sort(known)
	if !slices.Equal(readers, known) {
		t.Errorf("the template has %v, the command knows %v", readers, known)
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
