package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/deployment"
	"clientflow/infra/local/cloudformation"
	local "clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/lambda"
	"clientflow/infra/local/ssm"
	simulator "clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
	"clientflow/internal/connection"
)

// secrets are the environment of an operator who gives both.
var secrets = map[string]string{"SYSTEME_API_KEY": "canary-key", "SYSTEME_WEBHOOK_SECRET": "canary-secret"}

// deployed is the template, with a parameter that lets tests be quick.
var deployed = sync.OnceValues(func() (*template.Template, error) {
	return template.Load("../../template.yaml", template.Options{
		Stack: deployment.DefaultStack, AWSURL: "http://aws.test", APIURL: "https://api.test",
		Parameters: map[string]string{"SystemeRequestsPerSecond": "1000"},
	})
})

// site is a deployment on an AWS of its own, and its Systeme.io account.
type site struct {
	*testing.T
	config  aws.Config
	keys    *iam.Keys
	account *simulator.Simulator
	address string // of the account
	// functions are the deployment's that read the webhook's secret.
	functions []*lambda.Function
	// changes are how many more of functions Lambda takes.
	changes atomic.Int64
}

// newSite returns a deployment that has no key yet, and an account.
func newSite(t *testing.T, options simulator.Options) *site {
	t.Helper()
	read, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t}
	s.account, s.address = start(t, options)
	keys := iam.NewKeys(time.Now, nil)
	mux := wire.NewMux(keys, ssm.New(time.Now).Service(), local.New(time.Now).Service())
	cloudformation.New(deployment.DefaultStack, read, time.Now()).Register(mux)
	s.addFunctions(read).Register(mux)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && s.changes.Add(-1) < 0 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.changes.Store(1000)
	s.keys, s.config = keys, aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL}
	s.become(iam.Principal{ARN: iam.RootARN, Root: true})
	s.addRegistry()
	return s
}

// become makes the operator someone else.
func (s *site) become(who iam.Principal) {
	issued := s.keys.Issue(who, time.Hour)
	s.config.Credentials = credentials.NewStaticCredentialsProvider(issued.AccessKeyID, issued.SecretAccessKey, issued.SessionToken)
}

// addFunctions adds the functions that read the secret, with this test's binary in their
// place.
func (s *site) addFunctions(read *template.Template) *lambda.Host {
	s.Helper()
	host, err := lambda.NewHost(io.Discard)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := host.Close(); err != nil {
			s.Error(err)
		}
	})
	for _, f := range read.Functions {
		if _, reads := f.Environment["SYSTEME_WEBHOOK_SECRET_PARAMETER"]; reads {
			s.functions = append(s.functions, host.Function(lambda.Config{
				Name: f.Name, ARN: f.ARN, Binary: os.Args[0], Timeout: time.Minute,
				Environment: map[string]string{roleVariable: "function"},
			}))
		}
	}
	return host
}

// addRegistry adds the table by which calls of Systeme.io take turns.
func (s *site) addRegistry() {
	s.Helper()
	_, err := dynamodb.NewFromConfig(s.config).CreateTable(s.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(s.registry()), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("key"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("key"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) registry() string {
	s.Helper()
	found, err := deployment.Find(s.Context(), s.config, deployment.DefaultStack)
	if err != nil {
		s.Fatal(err)
	}
	table, err := found.Resource("RegistryTable")
	if err != nil {
		s.Fatal(err)
	}
	return table
}

// start starts an account and returns it with its address.
func start(t *testing.T, options simulator.Options) (*simulator.Simulator, string) {
	t.Helper()
	account := simulator.New(options)
	t.Cleanup(account.Close)
	server := httptest.NewServer(account.Handler())
	t.Cleanup(server.Close)
	return account, server.URL
}

// operator is one of the deployment's, with an environment, who types something in.
func (s *site) operator(environment map[string]string, typed string, out io.Writer) operator {
	return operator{
		getenv: func(name string) string { return environment[name] },
		in:     strings.NewReader(typed), out: out,
		aws: func(context.Context) (aws.Config, error) { return s.config, nil },
	}
}

// run runs a command in an environment, and returns what it printed.
func (s *site) run(environment map[string]string, arguments ...string) (string, error) {
	s.Helper()
	var out strings.Builder
	err := realMain(s.Context(), arguments, s.operator(environment, "", &out))
	for name, value := range environment {
		if strings.Contains(out.String(), value) {
			s.Errorf("%s is printed: %s", name, out.String())
		}
	}
	return out.String(), err
}

// do runs a command on the account.
func (s *site) do(command string, arguments ...string) (string, error) {
	s.Helper()
	return s.run(secrets, append([]string{command, "-api", s.address}, arguments...)...)
}

// mustPutKey puts key and secret.
func (s *site) mustPutKey() {
	s.Helper()
	if _, err := s.run(secrets, "key"); err != nil {
		s.Fatal(err)
	}
}

// newPrepared returns a deployment whose account is set up.
func newPrepared(t *testing.T) *site {
	t.Helper()
	s := newSite(t, simulator.Options{Key: "canary-key"})
	s.mustPutKey()
	if _, err := s.do("setup"); err != nil {
		t.Fatal(err)
	}
	return s
}

// stored returns the key and the secret; "" when there is none.
func (s *site) stored() (key, secret string) {
	s.Helper()
	v := newVault(s.config)
	first, err := v.get(s.Context(), connection.KeyParameter("dev"))
	second, err2 := v.get(s.Context(), connection.SecretParameter("dev"))
	if err := errors.Join(err, err2); err != nil {
		s.Fatal(err)
	}
	return first.value, second.value
}

// lines are those of the webhook's parameter.
func (s *site) lines() []string {
	s.Helper()
	_, secret := s.stored()
	return strings.Split(secret, "\n")
}
