package function_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"clientflow/internal/env"
	"clientflow/internal/function"
)

// TestMain is the function under test when the variable is set.
func TestMain(m *testing.M) {
	if os.Getenv("CLIENTFLOW_TEST_FUNCTION") != "" {
		function.Start("broken", func(*env.Reader, *slog.Logger) (any, error) {
			return nil, errors.New("LEADS_TABLE is not set")
		})
	}
	os.Exit(m.Run())
}

func TestAFunctionThatCannotBeBuiltSaysWhyAndEnds(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), "CLIENTFLOW_TEST_FUNCTION=1")
	output, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	for _, want := range []string{`"function":"broken"`, `"msg":"start"`, `LEADS_TABLE is not set`} {
		if !bytes.Contains(output, []byte(want)) {
			t.Errorf("the log lacks %s: %s", want, output)
		}
	}
}
