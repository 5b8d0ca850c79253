package deployment

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
)

// StackFlag registers the flag that names the stack which a command is for. STACK in the
// environment may name it too; else it is DefaultStack.
func StackFlag(set *flag.FlagSet) *string {
	return set.String("stack", cmp.Or(os.Getenv("STACK"), DefaultStack), "`name` of the CloudFormation stack, which STACK may say too")
}

// Parse reads a command's flags, and refuses what is none.
func Parse(set *flag.FlagSet, arguments []string) error {
	if err := set.Parse(arguments); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("there is no argument %q, only flags", set.Arg(0))
	}
	return nil
}

// Open finds the deployment whose stack has that name, with the operator's own
// credentials and region.
func Open(ctx context.Context, stack string) (Deployment, error) {
	from, err := Config(ctx)
	if err != nil {
		return Deployment{}, err
	}
	return Find(ctx, from, stack)
}
