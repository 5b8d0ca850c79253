// Command systeme prepares a Systeme.io account for ClientFlow, and finds out how
// the real service behaves where that is not documented.
//
//	go run ./infra/systeme key -stack clientflow-dev
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
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
)

const usage = `usage: systeme COMMAND [flags]

  key     put the account's key where a deployment's functions read it
  setup   make the contact fields and the webhook, and say what is wrong
  rotate  give the webhook another secret, while what is signed with the old one is taken
  check   find out how the real service behaves, with a contact and tags of its own

"systeme COMMAND -help" lists the flags.
`

func main() {
	command.Main(func(ctx context.Context, arguments []string, out io.Writer) error {
		return realMain(ctx, arguments, operator{os.Getenv, os.Stdin, out, deployment.Config})
	})
}

// operator is who runs a command.
type operator struct {
	getenv func(string) string
	in     io.Reader
	out    io.Writer
	// aws returns how to reach the AWS of the operator's deployments.
	aws func(context.Context) (aws.Config, error)
}

// find reads a command's flags, and finds the deployment of the stack that they name.
func find(ctx context.Context, set *flag.FlagSet, arguments []string, o operator) (deployment.Deployment, error) {
	set.SetOutput(o.out)
	stack := deployment.StackFlag(set)
	if err := deployment.Parse(set, arguments); err != nil {
		return deployment.Deployment{}, err
	}
	config, err := o.aws(ctx)
	if err != nil {
		return deployment.Deployment{}, err
	}
	return deployment.Find(ctx, config, *stack)
}

// realMain runs the command that the arguments name.
func realMain(ctx context.Context, arguments []string, o operator) error {
	command := ""
	if len(arguments) > 0 {
		command = arguments[0]
	}
	switch command {
	case "key":
		return putKey(ctx, arguments[1:], o)
	case "setup":
		return setUp(ctx, arguments[1:], o)
	case "rotate":
		return rotate(ctx, arguments[1:], o)
	case "check":
		return checkAccount(ctx, arguments[1:], o)
	case "-h", "-help", "--help", "help":
		fmt.Fprint(o.out, usage)
		return flag.ErrHelp
	}
	return errors.New(strings.TrimSpace(usage))
}
