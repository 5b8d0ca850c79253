package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
	"clientflow/infra/systeme/check"
)

// checkAccount is the command that finds out how an account behaves.
func checkAccount(ctx context.Context, arguments []string, by operator) error {
	o := check.Options{Key: by.getenv("SYSTEME_API_KEY")}
	set := flag.NewFlagSet("check", flag.ContinueOnError)
	set.SetOutput(by.out)
	set.StringVar(&o.API, "api", publicAPI, "base `address` of Systeme.io's API")
	set.Float64Var(&o.Rate, "rate", 1, "`calls` a second")
	set.StringVar(&o.Domain, "domain", "gmail.com", "a mail `domain` that exists, for made-up addresses; nothing is sent to them")
	set.StringVar(&o.NoMail, "nomail", "example.invalid", "a mail `domain` that does not exist")
	set.StringVar(&o.Listen, "listen", "", "`address` on which to listen for webhooks, such as :8099")
	set.StringVar(&o.Public, "public", "", "https `address` at which Systeme.io reaches it, such as that of a tunnel")
	set.StringVar(&o.Trigger, "trigger", "", "a `tag` that starts a workflow of the account, which …")
	set.StringVar(&o.Result, "result", "", "… adds this `tag`")
	set.DurationVar(&o.Wait, "wait", 30*time.Second, "`time` that an event may take")
	if err := deployment.Parse(set, arguments); err != nil {
		return err
	}
	if o.Key == "" {
		return errNoKey
	}
	report, err := check.Run(ctx, o)
	if err != nil {
		return err
	}
	return tellReport(by.out, report)
}

// tellReport prints each answer with what was found, and a count. It returns
// command.ErrSaid when something differs, or was left behind.
func tellReport(out io.Writer, report check.Report) error {
	counts := map[check.Verdict]int{}
	for _, a := range report.Answers {
		counts[a.Verdict]++
		fmt.Fprintf(out, "%-18s  %s\n%20s%s\n", a.Verdict, a.Question, "", a.Found)
	}
	fmt.Fprintf(out, "\n%d as expected, %d differ, %d could not be asked\n",
		counts[check.AsExpected], counts[check.Differs], counts[check.Unasked])
	for _, what := range report.Left {
		fmt.Fprintf(out, "left behind: %s\n", what)
	}
	if counts[check.Differs] > 0 || len(report.Left) > 0 || counts[check.AsExpected] == 0 {
		return command.ErrSaid
	}
	return nil
}

var errNoKey = errors.New("there is no API key: set SYSTEME_API_KEY, or give KEY=… to make")
