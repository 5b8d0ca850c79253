package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/deployment"
	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/signing"
)

// stored returns the key and the secret of a stage.
func stored(t *testing.T, stage string) (key, secret string) {
	t.Helper()
	config, err := deployment.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := newVault(config)
	first, err := v.get(t.Context(), connection.KeyParameter(stage))
	if err != nil {
		t.Fatal(err)
	}
	second, err := v.get(t.Context(), connection.SecretParameter(stage))
	if err != nil {
		t.Fatal(err)
	}
	return first.value, second.value
}

// paste types a key in, and returns what was printed.
func paste(t *testing.T, stage, typed string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := realMain(t.Context(), []string{"key", "-stage", stage}, func(string) string { return "" }, strings.NewReader(typed), &out)
	return out.String(), err
}

func TestAKeyIsPastedAndTheSecretIsMadeUpOnce(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"first-key\n", " second-key \r\n", "third-key"} {
		_, before := stored(t, "pasted")
		printed, err := paste(t, "pasted", typed)
		if err != nil {
			t.Fatal(err)
		}
		key, secret := stored(t, "pasted")
		if key != strings.TrimSpace(typed) || len(secret) < 26 || before != "" && secret != before {
			t.Errorf("stored %q and %q, after %q", key, secret, before)
		}
		if strings.Contains(printed, key) || strings.Contains(printed, secret) {
			t.Errorf("printed %s", printed)
		}
	}
}

func TestKeyAndSecretMayBeGiven(t *testing.T) {
	t.Parallel()
	if _, err := paste(t, "given", "old-key\n"); err != nil {
		t.Fatal(err)
	}
	_, before := stored(t, "given")
	for range 2 { // a secret that is there already is kept
		mustPutKey(t, "given")
		if key, secret := stored(t, "given"); key != "canary-key" || secret != "canary-secret\n"+before {
			t.Errorf("stored %q and %q", key, secret)
		}
	}
}

// A secret alone may be given: the key stays, and nobody is asked for it.
func TestTheSecretMayBeGivenAlone(t *testing.T) {
	t.Parallel()
	mustPutKey(t, "alone")
	printed, err := run(t, map[string]string{"SYSTEME_WEBHOOK_SECRET": " another-secret\n"}, "key", "-stage", "alone")
	if err != nil || strings.Contains(printed, "Paste") || !strings.Contains(printed, "make systeme-setup") {
		t.Errorf("printed %s, %v", printed, err)
	}
	if key, secret := stored(t, "alone"); key != "canary-key" || secret != "another-secret\ncanary-secret" {
		t.Errorf("stored %q and %q", key, secret)
	}
	if _, err := run(t, map[string]string{"SYSTEME_WEBHOOK_SECRET": "first word"}, "key", "-stage", "alone"); !errors.Is(err, signing.ErrBlank) {
		t.Errorf("two words: %v", err)
	}
	if printed, err := run(t, map[string]string{"SYSTEME_WEBHOOK_SECRET": "a-secret"}, "key", "-stage", "keyless"); !errors.Is(err, errNoKey) || !strings.Contains(printed, "Paste") {
		t.Errorf("without a key: printed %s, %v", printed, err)
	}
}

func TestNoKeyIsPasted(t *testing.T) {
	t.Parallel()
	if _, err := paste(t, "nothing", "\n"); err == nil || !strings.Contains(err.Error(), "KEY=") {
		t.Errorf("error %v", err)
	}
	if key, secret := stored(t, "nothing"); key != "" || secret != "" {
		t.Errorf("stored %q and %q", key, secret)
	}
}

func TestTheStackTellsStageAndAddress(t *testing.T) {
	t.Parallel()
	account, address := start(t, simulator.Options{Key: "canary-key"})
	mustPutKey(t, "stacked")
	db, registry := mustMakeRegistry(t, "clientflow-stacked")
	if _, err := run(t, secrets, "setup", "-api", address, "-stack", "clientflow-stacked"); err != nil {
		t.Fatal(err)
	}
	if hooks := account.Webhooks(); len(hooks) != 1 || hooks[0].Name != "clientflow-stacked" || hooks[0].URL != "https://stacked.test/webhooks/systeme" {
		t.Errorf("webhooks %+v", hooks)
	}
	// Its calls take their turns among those of the deployment's functions.
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &registry, Key: map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "RATE#systeme"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if turns, ok := out.Item["turns"].(*types.AttributeValueMemberN); !ok || turns.Value == "0" {
		t.Errorf("the rate's item is %v", out.Item)
	}
}

// mustMakeRegistry makes the Registry table of a stack, and returns what reaches it.
func mustMakeRegistry(t *testing.T, stack string) (db *dynamodb.Client, table string) {
	t.Helper()
	found, err := deployment.Open(t.Context(), stack)
	if err != nil {
		t.Fatal(err)
	}
	table, err = found.Resource("RegistryTable")
	if err != nil {
		t.Fatal(err)
	}
	db = dynamodb.NewFromConfig(found.AWS)
	_, err = db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("key"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("key"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, table
}
