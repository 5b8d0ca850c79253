package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// settings are what the flags say.
type settings struct {
	api, aws, systeme string
	demo              bool
	parameters        parameters
}

// parameters are values for the template's parameters, given one by one.
type parameters map[string]string

// String implements flag.Value.
func (p parameters) String() string { return "" }

// Set implements flag.Value with NAME=VALUE.
func (p parameters) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("must be NAME=VALUE")
	}
	p[name] = value
	return nil
}

// parseFlags reads the command line. Its errors, and the help, are written to out.
func parseFlags(arguments []string, out io.Writer) (settings, error) {
	s := settings{parameters: parameters{}}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&s.api, "addr", "127.0.0.1:8080", "`address` of the API and pages")
	flags.StringVar(&s.aws, "aws", "127.0.0.1:4566", "`address` of the AWS endpoint: DynamoDB, SQS, Cognito, STS, SSM and CloudFormation")
	flags.StringVar(&s.systeme, "systeme", "127.0.0.1:8090", "`address` of the Systeme.io simulator")
	flags.BoolVar(&s.demo, "demo", true, "make three demo IBs with leads, and an admin")
	flags.Var(s.parameters, "set", "a parameter of the template, as `NAME=VALUE`; may be given again")
	if err := flags.Parse(arguments); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 {
		return settings{}, fmt.Errorf("there is no argument %q, only flags", flags.Arg(0))
	}
	return s, nil
}
