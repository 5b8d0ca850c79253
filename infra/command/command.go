// Package command is the outermost part of the commands under infra: how they are
// stopped, and how they fail.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// ErrSaid is the failure of a command that has printed already what is wrong.
var ErrSaid = errors.New("it was said what is wrong")

// Main runs a command with the program's arguments and standard output. Its context ends
// with the first Ctrl-C or SIGTERM; a second one ends the program at once. When it fails,
// Main says so and exits with 1.
func Main(run func(ctx context.Context, arguments []string, out io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	if !errors.Is(err, ErrSaid) {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}
