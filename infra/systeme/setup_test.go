package main

import (
	"context"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/command"
	simulator "clientflow/infra/local/systeme"
)

func TestSetupSaysWhatItFoundAndDid(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{Key: "canary-key"})
	s.mustPutKey()
	first, err := s.do("setup")
	want := `done    the functions that read the secret have new environments, which know it
ok      API key is accepted
mended  contact field ib_owner_id was missing, and is made
mended  contact field ib_prefix was missing, and is made
mended  webhook clientflow-dev was missing, and works now
`
	if err != nil || first != want {
		t.Errorf("printed %s, %v", first, err)
	}
	if hooks := s.account.Webhooks(); len(hooks) != 1 || hooks[0].URL != "https://api.test/webhooks/systeme" {
		t.Errorf("webhooks %+v", hooks)
	}
	again, err := s.do("setup")
	want = `ok      API key is accepted
ok      contact field ib_owner_id exists
ok      contact field ib_prefix exists
ok      webhook clientflow-dev works, and its secret is set
`
	if err != nil || again != want {
		t.Errorf("printed again %s, %v", again, err)
	}
}

func TestSetupSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	s.mustPutKey()
	printed, err := s.do("setup")
	if !errors.Is(err, command.ErrSaid) || !strings.HasSuffix(printed, "wrong   API key is refused: it is wrong, expired or missing\n") {
		t.Errorf("printed %s, %v", printed, err)
	}
}

// The set-up's calls take their turns among those of the deployment's functions.
func TestSetupKeepsTheSharedRate(t *testing.T) {
	t.Parallel()
	s := newPrepared(t)
	out, err := dynamodb.NewFromConfig(s.config).GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String(s.registry()), Key: map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "RATE#systeme"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if turns, ok := out.Item["turns"].(*types.AttributeValueMemberN); !ok || turns.Value == "0" {
		t.Errorf("the rate's item is %v", out.Item)
	}
}

// The address may be another than the stack says.
func TestTheWebhookIsReachedAtAnotherAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{Key: "canary-key"})
	s.mustPutKey()
	if printed, err := s.do("setup", "-url", "https://tunnel.test/"); err != nil {
		t.Errorf("printed %s, %v", printed, err)
	}
	if hooks := s.account.Webhooks(); len(hooks) != 1 || hooks[0].URL != "https://tunnel.test/webhooks/systeme" {
		t.Errorf("webhooks %+v", hooks)
	}
}

func TestWhatSetupNeeds(t *testing.T) {
	t.Parallel()
	ready := newSite(t, simulator.Options{})
	ready.mustPutKey()
	for name, test := range map[string]struct {
		arguments []string
		says      string
	}{
		"no command":       {nil, "usage: systeme"},
		"unknown command":  {[]string{"destroy"}, "usage: systeme"},
		"no stack":         {[]string{"setup", "-stack", "clientflow-nothing"}, "there is no stack clientflow-nothing"},
		"half an address":  {[]string{"setup", "-url", "api.test"}, "URL="},
		"a stray argument": {[]string{"setup", "now"}, `"now"`},
		"an unknown flag":  {[]string{"setup", "-colour"}, "-colour"},
		"a bad API":        {[]string{"setup", "-api", "nowhere"}, "base URL"},
	} {
		if _, err := ready.run(secrets, test.arguments...); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want %q in it", name, err, test.says)
		}
	}
	keyless := newSite(t, simulator.Options{})
	for _, command := range []string{"setup", "rotate"} {
		if _, err := keyless.do(command); err == nil || !strings.Contains(err.Error(), "make systeme-key") {
			t.Errorf("%s without a key: %v", command, err)
		}
	}
	errNoAWS := errors.New("no region")
	for _, command := range []string{"setup", "rotate", "key"} {
		o := ready.operator(secrets, "", t.Output())
		o.aws = func(context.Context) (aws.Config, error) { return aws.Config{}, errNoAWS }
		if err := realMain(t.Context(), []string{command}, o); !errors.Is(err, errNoAWS) {
			t.Errorf("%s without AWS: %v", command, err)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	s := &site{T: t}
	for _, arguments := range [][]string{{"-help"}, {"setup", "-help"}, {"key", "-help"}, {"rotate", "-help"}, {"check", "-help"}} {
		if printed, err := s.run(secrets, arguments...); !errors.Is(err, flag.ErrHelp) || printed == "" {
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
