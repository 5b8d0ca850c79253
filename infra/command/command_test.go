package command_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"clientflow/infra/command"
)

// endVariable makes this test binary a command, which ends as it says.
const endVariable = "CLIENTFLOW_COMMAND_ENDS"

func TestMain(m *testing.M) {
	if end := os.Getenv(endVariable); end != "" {
		command.Main(func(ctx context.Context, arguments []string, out io.Writer) error {
			fmt.Fprintln(out, arguments)
			switch end {
			case "help":
				return flag.ErrHelp
			case "said":
				return fmt.Errorf("two things: %w", command.ErrSaid)
			case "failure":
				return errors.New("no such stack")
			case "signal":
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		return
	}
	os.Exit(m.Run())
}

func TestMainEnds(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]struct {
		code int
		told string
	}{
		"well":    {0, ""},
		"help":    {0, ""},
		"said":    {1, ""},
		"failure": {1, "no such stack\n"},
		"signal":  {1, "context canceled\n"},
	} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			c := exec.Command(os.Args[0], "-a", "b")
			c.Env = append(os.Environ(), endVariable+"="+end)
			var told strings.Builder
			c.Stderr = &told
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			printed := make([]byte, len("[-a b]\n"))
			if _, err := io.ReadFull(out, printed); err != nil || string(printed) != "[-a b]\n" {
				t.Errorf("printed %q, %v", printed, err)
			}
			if end == "signal" {
				if err := c.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Wait(); err != nil && want.code == 0 {
				t.Error(err)
			}
			if code := c.ProcessState.ExitCode(); code != want.code || told.String() != want.told {
				t.Errorf("exits with %d and %q, want %d and %q", code, told.String(), want.code, want.told)
			}
		})
	}
}
