package stack

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"clientflow/infra/local/lambda"
)

// setUp is the command by which a deployer prepares a Systeme.io account. The
// simulator's account is prepared by the same.
const setUp = "./infra/systeme"

// webhookSecret is the default of the parameter SystemeWebhookSecret.
const webhookSecret = "local-webhook-secret"

// prepareAccount sets the simulator's account up, when the template takes its
// webhooks.
func (s *Stack) prepareAccount(ctx context.Context) error {
	secret := s.Template.Parameters["SystemeWebhookSecret"]
	if secret == "" {
		return nil
	}
	binaries := filepath.Join(s.options.Root, ".build", lambda.Flavour(), "infra")
	if err := lambda.Build(ctx, s.options.Root, binaries, setUp); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(binaries, filepath.Base(setUp)),
		"setup", "-api", s.Systeme, "-url", s.API, "-stage", s.Template.Parameters["Stage"], "-rate", "200")
	command.Env = []string{"SYSTEME_API_KEY=" + s.options.Systeme.Key, "SYSTEME_WEBHOOK_SECRET=" + secret}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("set the Systeme.io account up: %w\n%s", err, output)
	}
	return nil
}
