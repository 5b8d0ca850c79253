package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
)

// personal finds what no log may hold: the canary words that every name and
// address of these tests carries, passwords, tokens, mailed codes, telephone numbers,
// and ids of leads, of which one can tell an address.
var personal = regexp.MustCompile(`(?i)canary|@visitors|eyJ[a-z0-9_-]{8,}\.|"code":|"leadId":|\+44`)

// inspectLogs returns what is wrong with the lines that functions wrote in a
// whole run: each must be a JSON object that names its function and, for an
// event, its request and outcome, and holds nothing personal.
func inspectLogs(logs []byte) []string {
	var complaints []string
	lines := bytes.Split(bytes.TrimSpace(logs), []byte("\n"))
	for _, line := range lines {
		var entry struct {
			Msg, Level, Function, RequestID, Outcome string
		}
		if err := json.Unmarshal(line, &entry); err != nil {
			complaints = append(complaints, fmt.Sprintf("not JSON: %q", line))
			continue
		}
		if entry.Function == "" || entry.Msg == "event" && (entry.RequestID == "" || entry.Outcome == "") {
			complaints = append(complaints, fmt.Sprintf("says too little: %s", line))
		}
		if entry.Outcome == "failed" {
			complaints = append(complaints, fmt.Sprintf("an event failed: %s", line))
		}
		if found := personal.Find(line); found != nil {
			complaints = append(complaints, fmt.Sprintf("personal data (%s): %s", found, line))
		}
	}
	if len(lines) < 100 {
		complaints = append(complaints, fmt.Sprintf("only %d lines: nothing is proven", len(lines)))
	}
	return complaints
}

func TestInspectLogsFindsWhatItIsFor(t *testing.T) {
	t.Parallel()
	good := bytes.Repeat([]byte(`{"msg":"event","function":"leads","requestId":"r","outcome":"ok"}`+"\n"), 100)
	if complaints := inspectLogs(good); len(complaints) > 0 {
		t.Errorf("good lines: %v", complaints)
	}
	for _, bad := range []string{
		`panic: no JSON`,
		`{"msg":"event","function":"leads","outcome":"ok"}`,
		`{"msg":"event","function":"leads","requestId":"r"}`,
		`{"msg":"event","function":"leads","requestId":"r","outcome":"ok","email":"Canary.1@visitors.test"}`,
		`{"msg":"event","function":"leads","requestId":"r","outcome":"ok","leadId":"0123456789abcdefghijklmnop"}`,
		`{"msg":"start","function":"leads","token":"eyJhbGciOiJSUzI1NiJ9.eyJzdWIi"}`,
	} {
		if complaints := inspectLogs(append(bytes.Clone(good), bad...)); len(complaints) != 1 {
			t.Errorf("%s: %v", bad, complaints)
		}
	}
}
