package main

import (
	"errors"
	"net"
	"strings"
	"testing"

	"clientflow/infra/command"
	simulator "clientflow/infra/local/systeme"
	"clientflow/infra/systeme/check"
)

// freeAddress is one of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	return socket.Addr().String()
}

func TestCheckPrintsATable(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{Key: "canary-key", NoMX: []string{"example.invalid"}})
	s.mustPutKey()
	if _, err := s.do("setup", "-url", "http://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	listen := freeAddress(t)
	printed, err := s.do("check", "-rate", "1000", "-listen", listen, "-public", "http://"+listen, "-wait", "500ms")
	if err != nil {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{
		"as expected         a wrong key is refused with 401\n                    401 {\"detail\":\"Invalid API Key.\"}\n",
		"could not be asked  a tag that a workflow adds is told of\n", "\n\n44 as expected, 0 differ, 2 could not be asked\n",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not printed in\n%s", want, printed)
		}
	}
	account := s.account
	if len(account.Contacts())+len(account.Tags()) > 0 || len(account.Webhooks()) != 1 {
		t.Errorf("left behind: %v, %v, %v", account.Contacts(), account.Tags(), account.Webhooks())
	}
}

func TestCheckFailsWhenSomethingDiffers(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]check.Report{
		"a difference":     {Answers: []check.Answer{{Verdict: check.Differs}, {Verdict: check.AsExpected}}},
		"left behind":      {Answers: []check.Answer{{Verdict: check.AsExpected}}, Left: []string{"tag x"}},
		"nothing answered": {Answers: []check.Answer{{Verdict: check.Unasked}}},
	} {
		var out strings.Builder
		if err := tellReport(&out, report); !errors.Is(err, command.ErrSaid) {
			t.Errorf("%s: %v", name, err)
		}
		if len(report.Left) > 0 && !strings.Contains(out.String(), "left behind: tag x\n") {
			t.Errorf("printed %s", out.String())
		}
	}
}

func TestWhatCheckNeeds(t *testing.T) {
	t.Parallel()
	s := &site{T: t}
	for name, test := range map[string]struct {
		environment map[string]string
		arguments   []string
		says        string
	}{
		"no key":            {nil, []string{"check"}, "KEY="},
		"a stray argument":  {secrets, []string{"check", "now"}, `"now"`},
		"half a webhook":    {secrets, []string{"check", "-listen", "127.0.0.1:0"}, "-public"},
		"a bad API":         {secrets, []string{"check", "-api", "nowhere"}, "base URL"},
		"a bad listen port": {secrets, []string{"check", "-listen", "nowhere", "-public", "https://x.test"}, "listen for webhooks"},
	} {
		if _, err := s.run(test.environment, test.arguments...); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want %q in it", name, err, test.says)
		}
	}
}
