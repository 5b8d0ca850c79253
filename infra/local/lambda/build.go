package lambda

import (
	"context"
	"fmt"
	"os/exec"
)

// Build compiles functions as they are compiled for AWS, but for this machine,
// and with the race detector when this program has it. Each main package of the
// patterns becomes a binary in the folder out, named after its folder. The root
// is the folder of the module.
func Build(ctx context.Context, root, out string, patterns ...string) error {
	arguments := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", out + "/"}
	if raceEnabled {
		arguments = append(arguments, "-race")
	}
	command := exec.CommandContext(ctx, "go", append(arguments, patterns...)...)
	command.Dir = root
	output, err := command.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("build functions: %w", ctx.Err())
	case err != nil:
		return fmt.Errorf("build functions: %w\n%s", err, output)
	}
	return nil
}

// Flavour names what Build makes, for binaries that must not be mixed.
func Flavour() string {
	if raceEnabled {
		return "race"
	}
	return "plain"
}
