// Command systeme prepares a Systeme.io account for ClientFlow, and finds out how
// the real service behaves where that is not documented.
//
//	go run ./infra/systeme key -stage dev
//	go run ./infra/systeme setup -stack clientflow-dev
//	go run ./infra/systeme rotate -stack clientflow-dev
//	go run ./infra/systeme check
//
// Key and secret are read from SYSTEME_API_KEY and SYSTEME_WEBHOOK_SECRET, or from the
// deployment's Parameter Store, and are never on the command line. It exits with 1 when
// something is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const usage = `usage: systeme COMMAND [flags]

  key     put the account's key where a deployment's functions read it
  setup   make the contact fields and the webhook, and say what is wrong
  rotate  give the webhook another secret, while what is signed with the old one is taken
  check   find out how the real service behaves, with a contact and tags of its own

"systeme COMMAND -help" lists the flags.
`

// errWrong says that something is wrong, which has been printed already.
var errWrong = errors.New("something is wrong")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// From the first signal on, a second one ends the program at once.
	context.AfterFunc(ctx, stop)
	err := realMain(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errWrong):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// realMain runs the command that the arguments name.
func realMain(ctx context.Context, arguments []string, getenv func(string) string, in io.Reader, out io.Writer) error {
	command := ""
	if len(arguments) > 0 {
		command = arguments[0]
	}
	switch command {
	case "key":
		return putKey(ctx, arguments[1:], getenv, in, out)
	case "setup":
		return setUp(ctx, arguments[1:], out)
	case "rotate":
		return rotate(ctx, arguments[1:], out)
	case "check":
		return checkAccount(ctx, arguments[1:], getenv, out)
	case "-h", "-help", "--help", "help":
		fmt.Fprint(out, usage)
		return flag.ErrHelp
	}
	return errors.New(strings.TrimSpace(usage))
}
