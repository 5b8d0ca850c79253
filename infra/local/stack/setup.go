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

// webhookSecret is what the simulator signs its webhooks with.
const webhookSecret = "local-webhook-secret"

// callsSysteme tells whether the template is of a stage that calls Systeme.io.
func (s *Stack) callsSysteme() bool {
	return s.Template.Parameters["SystemeApiUrl"] != "" && s.Template.Parameters["Stage"] != ""
}

// putSecrets puts the account's key and the webhook's secret where functions find them.
func (s *Stack) putSecrets(ctx context.Context) error {
	if !s.callsSysteme() {
		return nil
	}
	if !s.options.Built {
		if err := lambda.Build(ctx, s.options.Root, s.tools(), setUp); err != nil {
			return err
		}
	}
	return s.prepare(ctx, "key", "-stack", Name)
}

// prepareAccount makes the account's contact fields and webhook.
func (s *Stack) prepareAccount(ctx context.Context) error {
	if !s.callsSysteme() {
		return nil
	}
	return s.prepare(ctx, "setup", "-stack", Name)
}

// tools is the folder of what is built but is no function.
func (s *Stack) tools() string {
	return filepath.Join(s.options.Root, ".build", lambda.Flavour(), "infra")
}

func (s *Stack) prepare(ctx context.Context, arguments ...string) error {
	command := exec.CommandContext(ctx, filepath.Join(s.tools(), filepath.Base(setUp)), arguments...)
	command.Env = []string{
		"AWS_ENDPOINT_URL=" + s.AWS, "SYSTEME_API_KEY=" + s.options.Systeme.Key, "SYSTEME_WEBHOOK_SECRET=" + webhookSecret,
	}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("set the Systeme.io account up: %w\n%s", err, output)
	}
	return nil
}
