package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"clientflow/infra/command"
	"clientflow/infra/local/cloudformation"
	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/ssm"
	simulator "clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
)

// TestMain gives all tests one AWS, where each has a stage of its own, and a stack of
// the stage stacked.
func TestMain(m *testing.M) {
	read, err := template.Load("../../template.yaml", template.Options{
		Stack: "clientflow-stacked", AWSURL: "http://aws.test", APIURL: "https://stacked.test",
		Parameters: map[string]string{"Stage": "stacked", "SystemeRequestsPerSecond": "1000"},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mux := wire.NewMux(iam.NewKeys(time.Now, nil), ssm.New(time.Now).Service(), dynamodb.New(time.Now).Service())
	cloudformation.New("clientflow-stacked", read, time.Now()).Register(mux)
	server := httptest.NewServer(mux)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": ""} {
		if err := os.Setenv(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
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

// run runs the command with an environment, and returns what it printed.
func run(t *testing.T, environment map[string]string, arguments ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := realMain(t.Context(), arguments, func(name string) string { return environment[name] }, strings.NewReader(""), &out)
	for name, value := range environment {
		if strings.Contains(out.String(), value) {
			t.Errorf("%s is printed: %s", name, out.String())
		}
	}
	return out.String(), err
}

var secrets = map[string]string{"SYSTEME_API_KEY": "canary-key", "SYSTEME_WEBHOOK_SECRET": "canary-secret"}

// mustPutKey puts the secrets of a stage.
func mustPutKey(t *testing.T, stage string) {
	t.Helper()
	if _, err := run(t, secrets, "key", "-stage", stage); err != nil {
		t.Fatal(err)
	}
}

func TestSetupSaysWhatItFoundAndDid(t *testing.T) {
	t.Parallel()
	account, address := start(t, simulator.Options{Key: "canary-key"})
	mustPutKey(t, "prod")
	setup := func() (string, error) {
		return run(t, secrets, "setup", "-api", address, "-url", "https://api.test/", "-stage", "prod", "-rate", "1000")
	}
	first, err := setup()
	want := `ok      API key is accepted
mended  contact field ib_owner_id was missing, and is made
mended  contact field ib_prefix was missing, and is made
mended  webhook clientflow-prod was missing, and works now
`
	if err != nil || first != want {
		t.Errorf("printed %s, %v", first, err)
	}
	if hooks := account.Webhooks(); len(hooks) != 1 || hooks[0].URL != "https://api.test/webhooks/systeme" {
		t.Errorf("webhooks %+v", hooks)
	}
	again, err := setup()
	want = `ok      API key is accepted
ok      contact field ib_owner_id exists
ok      contact field ib_prefix exists
ok      webhook clientflow-prod works, and its secret is set
`
	if err != nil || again != want {
		t.Errorf("printed again %s, %v", again, err)
	}
}

func TestSetupSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, address := start(t, simulator.Options{})
	mustPutKey(t, "refused")
	printed, err := run(t, secrets, "setup", "-api", address, "-url", "https://api.test", "-stage", "refused", "-rate", "1000")
	if !errors.Is(err, command.ErrSaid) || printed != "wrong   API key is refused: it is wrong, expired or missing\n" {
		t.Errorf("printed %s, %v", printed, err)
	}
}

func TestWhatSetupNeeds(t *testing.T) {
	t.Parallel()
	mustPutKey(t, "ready")
	for name, test := range map[string]struct {
		environment map[string]string
		arguments   []string
		says        string
	}{
		"no command":       {nil, nil, "usage: systeme"},
		"unknown command":  {nil, []string{"destroy"}, "usage: systeme"},
		"no key":           {nil, []string{"setup", "-url", "https://api.test", "-stage", "empty"}, "make systeme-key"},
		"no stack":         {nil, []string{"setup", "-stack", "clientflow-nothing"}, "there is no stack clientflow-nothing"},
		"no address":       {secrets, []string{"setup"}, "URL="},
		"half an address":  {secrets, []string{"setup", "-url", "api.test"}, "URL="},
		"a stray argument": {secrets, []string{"setup", "now"}, `"now"`},
		"an unknown flag":  {secrets, []string{"setup", "-colour"}, "-colour"},
		"a bad API":        {secrets, []string{"setup", "-url", "https://api.test", "-stage", "ready", "-api", "nowhere"}, "base URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := run(t, test.environment, test.arguments...); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q in it", err, test.says)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, arguments := range [][]string{{"-help"}, {"setup", "-help"}, {"key", "-help"}, {"rotate", "-help"}} {
		if printed, err := run(t, secrets, arguments...); !errors.Is(err, flag.ErrHelp) || printed == "" {
			t.Errorf("%v: printed %q, %v", arguments, printed, err)
		}
	}
}

func TestTheWebhooksAddressMayBeGivenWhole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://api.test", "https://api.test/", "https://api.test/webhooks/systeme"} {
		if got, err := webhookURL(text); err != nil || got != "https://api.test/webhooks/systeme" {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}
