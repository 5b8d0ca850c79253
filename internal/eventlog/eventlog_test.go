package eventlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"clientflow/infra/local/localtest"
	"clientflow/internal/eventlog"
)

func TestErrorRemovesPersonalData(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"put item: conditional check failed":          "put item: conditional check failed",
		"no user jane.doe+x@acme.com in the pool":     "no user [removed] in the pool",
		`value "jane@acme.com" is not valid`:          `value "[removed]" is not valid`,
		"token eyJhbGciOi.eyJzdWIi.c2ln was refused":  "token [removed] was refused",
		"phone +44 (20) 7946-0958 is not valid":       "phone [removed] is not valid",
		"lead 0123456789abcdefghijklmnop took 1+2 ms": "lead 0123456789abcdefghijklmnop took 1+2 ms",
	} {
		if got := eventlog.Error(errors.New(text)).Value.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLoggerWritesOneJSONLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	eventlog.New(&out, "leads").Info("event", "requestId", "r1", eventlog.Error(errors.New("two\nlines")))

	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if bytes.Count(out.Bytes(), []byte("\n")) != 1 || line["function"] != "leads" || line["requestId"] != "r1" {
		t.Errorf("got %s", out.Bytes())
	}
}

// The trace is the invocation's as Lambda told it, or there is none: what a caller wrote
// into the header is in no line.
func TestALineNamesItsTrace(t *testing.T) {
	t.Parallel()
	const id = "1-5759e988-bd862e3fe1be46a994272793"
	for name, tt := range map[string]struct {
		ctx  context.Context
		want any
	}{
		"outside of Lambda": {t.Context(), nil},
		"in a trace":        {localtest.Traced(t.Context(), "Root="+id+";Parent=53995c3f42cd8ad8;Sampled=0"), id},
		"in what is none":   {localtest.Traced(t.Context(), "Root=canary;"), nil},
	} {
		var out bytes.Buffer
		eventlog.New(&out, "leads").With("requestId", "r1").InfoContext(tt.ctx, "event", "outcome", "ok")
		var line map[string]any
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line["xray_trace_id"] != tt.want || line["requestId"] != "r1" || line["outcome"] != "ok" || bytes.Contains(out.Bytes(), []byte("canary")) {
			t.Errorf("%s: %s", name, out.Bytes())
		}
	}
}
