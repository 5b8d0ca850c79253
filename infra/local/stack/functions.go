package stack

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"clientflow/infra/local/gateway"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/lambda"
	"clientflow/infra/local/template"
)

// credentialsLifetime is longer than any stack runs: environments live as long
// as it, and do not renew their credentials.
const credentialsLifetime = 10 * 365 * 24 * time.Hour

// build compiles the functions of the template.
func (s *Stack) build(ctx context.Context) error {
	for _, f := range s.Template.Functions {
		if _, err := os.Stat(filepath.Join(s.options.Root, s.options.Functions, f.Folder)); err != nil {
			return fmt.Errorf("the template has %s, but there is no folder %s", f.LogicalID, filepath.Join(s.options.Functions, f.Folder))
		}
	}
	if len(s.Template.Functions) == 0 || s.options.Built {
		return nil
	}
	began := time.Now()
	if err := lambda.Build(ctx, s.options.Root, s.binaries(), "./"+filepath.ToSlash(s.options.Functions)+"/..."); err != nil {
		return err
	}
	s.tell("Functions", fmt.Sprintf("%s, built in %v", count(len(s.Template.Functions), "function", "functions"), time.Since(began).Round(100*time.Millisecond)))
	return nil
}

// binaries is the folder of the built functions. Those with the race detector
// are kept apart, so that neither has to be built again for the other.
func (s *Stack) binaries() string {
	return filepath.Join(s.options.Root, ".build", lambda.Flavour(), s.options.Functions)
}

// makeFunctions makes every function, with credentials of its role.
func (s *Stack) makeFunctions() error {
	for _, f := range s.Template.Functions {
		role, err := s.role(f.Role)
		if err != nil {
			return fmt.Errorf("%s: %w", f.LogicalID, err)
		}
		s.functions[f.LogicalID] = s.host.Function(s.functionConfig(f, role))
	}
	return nil
}

func (s *Stack) functionConfig(f template.Function, role iam.Principal) lambda.Config {
	credentials := s.Keys.Issue(role, credentialsLifetime)
	environment := maps.Clone(f.Environment)
	environment["AWS_ENDPOINT_URL"] = s.AWS
	return lambda.Config{
		Name:            f.Name,
		ARN:             f.ARN,
		Binary:          filepath.Join(s.binaries(), f.Folder),
		Timeout:         f.Timeout,
		MemoryMB:        f.MemoryMB,
		Concurrency:     f.Concurrency,
		Tracing:         f.Tracing == "Active",
		LogGroup:        f.LogGroup,
		LogFormat:       f.LogFormat,
		AccessKeyID:     credentials.AccessKeyID,
		SecretAccessKey: credentials.SecretAccessKey,
		SessionToken:    credentials.SessionToken,
		Environment:     environment,
	}
}

// role returns who a function is that runs under a role of the template.
func (s *Stack) role(arn string) (iam.Principal, error) {
	for _, role := range s.Template.Roles {
		if role.ARN == arn {
			session := "arn:aws:sts::" + iam.AccountID + ":assumed-role/" + role.Name + "/lambda"
			return iam.Principal{ARN: session, Policies: role.Policies}, nil
		}
	}
	return iam.Principal{}, fmt.Errorf("there is no role %s", arn)
}

// makeGateway makes the API of all routes.
func (s *Stack) makeGateway() (http.Handler, error) {
	api := s.Template.API
	config := gateway.Config{APIID: api.ID, AccountID: iam.AccountID, Clock: time.Now, Log: s.log}
	if api.Throttle != nil {
		config.Rate, config.Burst = api.Throttle.Rate, api.Throttle.Burst
	}
	authorizers := map[string]*gateway.Authorizer{}
	for name, a := range api.Authorizers {
		authorizers[name] = gateway.NewAuthorizer(a.Issuer, a.Audience, time.Now)
	}
	for _, f := range s.Template.Functions {
		for _, route := range f.Routes {
			config.Routes = append(config.Routes, gateway.Route{
				Method:     route.Method,
				Path:       route.Path,
				Function:   s.functions[f.LogicalID],
				Authorizer: authorizers[route.Authorizer], // none for a public route
				Scopes:     route.Scopes,
				Timeout:    route.Timeout,
			})
		}
	}
	return gateway.New(config)
}
