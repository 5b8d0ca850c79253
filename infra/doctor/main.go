// Command doctor looks at every piece of a ClientFlow that is deployed, or that runs on
// this machine, against what template.yaml says of it, and tells in a line for each
// whether it is well, and else what is wrong and what to do. It changes nothing.
//
//	go run ./infra/doctor -stack clientflow-prod
//
// Credentials and region are taken from where the AWS CLI takes them; for make run, set
// AWS_ENDPOINT_URL=http://127.0.0.1:4566. It exits with 1 when something is wrong.
package main

import (
	"context"
	"flag"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
	"clientflow/infra/local/template"
)

func main() { command.Main(realMain) }

// realMain finds the stack that the arguments name, and looks at it.
func realMain(ctx context.Context, arguments []string, out io.Writer) error {
	set := flag.NewFlagSet("doctor", flag.ContinueOnError)
	set.SetOutput(out)
	stack := deployment.StackFlag(set)
	path := set.String("template", "template.yaml", "`file` with the template that it was made of")
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	found, err := deployment.Open(ctx, *stack)
	if err != nil {
		return err
	}
	p, err := newPatient(found, *path)
	if err != nil {
		return err
	}
	return report(out, p.examine(ctx))
}

// patient is a deployment, and what it should be.
type patient struct {
	deployment.Deployment
	wanted *template.Template
	// onAWS tells that Lambda polls the event sources; the local AWS does so in its own
	// process, and has no word for them.
	onAWS bool
}

// newPatient reads the template with the deployment's own parameters. One that the
// template has no more is left out.
func newPatient(d deployment.Deployment, path string) (*patient, error) {
	defaults, err := template.Load(path, template.Options{Stack: d.Stack})
	if err != nil {
		return nil, err
	}
	given := map[string]string{}
	for name := range defaults.Parameters {
		if value, has := d.Parameters[name]; has {
			given[name] = value
		}
	}
	wanted, err := template.Load(path, template.Options{Stack: d.Stack, Parameters: given})
	if err != nil {
		return nil, err
	}
	return &patient{d, wanted, aws.ToString(d.AWS.BaseEndpoint) == ""}, nil
}

// examine makes all checks, in the order in which one would mend what they find.
func (p *patient) examine(ctx context.Context) []finding {
	var all []finding
	for _, check := range []func(context.Context) []finding{
		p.api, p.functions, p.tables, p.queues, p.sources, p.accounts, p.secrets, p.deadLetters, p.alarms, p.ibs,
	} {
		all = append(all, check(ctx)...)
	}
	return all
}

// command is one of make's, for this deployment.
func (p *patient) command(name string) string {
	if p.onAWS {
		name += " STAGE=" + p.Stage()
		if p.Stack != deployment.StackOf(p.Stage()) {
			name += " STACK=" + p.Stack
		}
	}
	return "make " + name
}

// redeploy is what to do about what a deployment would put right. CloudFormation looks at
// what is new in the template alone, not at what was changed beside it.
func (p *patient) redeploy() string {
	const otherwise = "; where that finds nothing to change, it was changed by hand: change it back, as template.yaml has it."
	switch {
	case !p.onAWS:
		return "End make run and start it again."
	case p.Stack != deployment.StackOf(p.Stage()):
		return "Deploy the stack " + p.Stack + " again with sam" + otherwise
	}
	return "Deploy again: " + p.command("deploy") + otherwise
}
