// Command contacts is the function that shows an IB its contacts in Systeme.io.
package main

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"clientflow/internal/awsclient"
	"clientflow/internal/contact"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/secret"
	"clientflow/internal/tenantfunction"
)

func main() { function.Start("contacts", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	tenants, systeme := tenantfunction.ReadSettings(settings), contact.ReadSettings(settings)
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.New()
	key := secret.New(ssm.NewFromConfig(aws.Config(awsclient.SSM)), systeme.SystemeKey)
	aws.Open(tenantfunction.Services(), key.Load)
	f := tenants.Open(aws)
	account := contact.Account{URL: systeme.SystemeURL, Key: key, Limiter: f.Pace(systeme.RegistryTable, systeme.CallsPerSecond)}
	directory, err := contact.New(account, f.Users, lead.NewStore(f.Leads, time.Now))
	if err != nil {
		return nil, err
	}
	return f.Guard(contact.Routes(f.Verifier, directory)).ServeDashboards(settings, log), nil
}
