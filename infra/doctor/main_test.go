package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"clientflow/infra/command"
	"clientflow/infra/deployment"
	"clientflow/infra/environments"
	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
	"clientflow/internal/signing"
	"clientflow/internal/tenant"
)

const (
	admin    = "admin@ib.test"
	password = "Canary-Pass-91!"
)

// ward is a running stack with an admin, as an operator finds it.
type ward struct {
	*stack.Stack
	found    deployment.Deployment
	template string
	pool     *cip.Client
	queue    *sqs.Client
	store    *ssm.Client
	db       *dynamodb.Client
}

func newWard(t *testing.T) *ward {
	t.Helper()
	running, err := stack.Start(t.Context(), stack.Options{Systeme: systeme.Options{WorkflowsOff: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &running.AWS, Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	}
	w := &ward{
		Stack: running, template: "../../template.yaml", pool: cip.NewFromConfig(config), queue: sqs.NewFromConfig(config),
		store: ssm.NewFromConfig(config), db: dynamodb.NewFromConfig(config),
	}
	if w.found, err = deployment.Find(t.Context(), config, stack.Name); err != nil {
		t.Fatal(err)
	}
	w.must(t, w.signUp(t))
	w.must(t, w.promote(t))
	return w
}

func (w *ward) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *ward) output(name string) *string { return aws.String(w.found.Outputs[name]) }

func (w *ward) signUp(t *testing.T) error {
	_, err := w.pool.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{
		UserPoolId: w.output("UserPoolId"), Username: aws.String(admin), MessageAction: types.MessageActionTypeSuppress,
	})
	if err == nil {
		_, err = w.pool.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{
			UserPoolId: w.output("UserPoolId"), Username: aws.String(admin), Password: aws.String(password), Permanent: true,
		})
	}
	return err
}

func (w *ward) promote(t *testing.T) error {
	_, err := w.pool.AdminAddUserToGroup(t.Context(), &cip.AdminAddUserToGroupInput{
		UserPoolId: w.output("UserPoolId"), Username: aws.String(admin), GroupName: aws.String(tenant.AdminGroup),
	})
	return err
}

// examine returns what the doctor prints.
func (w *ward) examine(t *testing.T) (string, error) {
	t.Helper()
	p, err := newPatient(w.found, w.template)
	w.must(t, err)
	var out strings.Builder
	err = report(&out, p.examine(t.Context()))
	return out.String(), err
}

// wantTemplate has the doctor want what a changed template says.
func (w *ward) wantTemplate(t *testing.T, old, changed string) {
	t.Helper()
	document, err := os.ReadFile("../../template.yaml")
	w.must(t, err)
	if !strings.Contains(string(document), old) {
		t.Fatalf("the template has no %q", old)
	}
	w.template = filepath.Join(t.TempDir(), "template.yaml")
	w.must(t, os.WriteFile(w.template, []byte(strings.Replace(string(document), old, changed, 1)), 0o644))
}

func (w *ward) url(t *testing.T, logicalID string) *string {
	t.Helper()
	url, err := w.found.Resource(logicalID)
	w.must(t, err)
	return &url
}

func (w *ward) setQueue(t *testing.T, name, value string) {
	t.Helper()
	_, err := w.queue.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl: w.url(t, "LeadSyncQueue"), Attributes: map[string]string{name: value},
	})
	w.must(t, err)
}

func (w *ward) restorable(t *testing.T, is bool) {
	t.Helper()
	_, err := w.db.UpdateContinuousBackups(t.Context(), &dynamodb.UpdateContinuousBackupsInput{
		TableName:                        w.url(t, "LeadsTable"),
		PointInTimeRecoverySpecification: &dynamodbtypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: &is},
	})
	w.must(t, err)
}

func (w *ward) expiring(t *testing.T, is bool) {
	t.Helper()
	_, err := w.db.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               w.url(t, "RegistryTable"),
		TimeToLiveSpecification: &dynamodbtypes.TimeToLiveSpecification{AttributeName: aws.String("expiresAt"), Enabled: &is},
	})
	w.must(t, err)
}

// put puts a parameter of a type in the place of any other; nothing with an empty value.
func (w *ward) put(t *testing.T, name, value string, kind ssmtypes.ParameterType) {
	t.Helper()
	_, err := w.store.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: &name})
	if _, missing := errors.AsType[*ssmtypes.ParameterNotFound](err); !missing {
		w.must(t, err)
	}
	if value != "" {
		time.Sleep(2 * time.Millisecond) // Lambda counts in milliseconds: it is later than any change of a function
		_, err = w.store.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &value, Type: kind})
		w.must(t, err)
	}
}

// putSecret puts the webhook's secret, and has functions know it.
func (w *ward) putSecret(t *testing.T, value string) {
	t.Helper()
	w.put(t, secretName, value, ssmtypes.ParameterTypeSecureString)
	readers, err := environments.Find(w.found)
	w.must(t, err)
	w.must(t, readers.Replace(t.Context()))
}

const (
	keyName    = "/clientflow/dev/systeme-api-key"
	secretName = "/clientflow/dev/systeme-webhook-secret"
)

// Each piece is broken on purpose, found, and mended again.
func TestEachPieceThatIsBrokenIsFound(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	outputs := maps.Clone(w.found.Outputs)
	redrive := `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:clientflow-LeadSyncDeadQueue","maxReceiveCount":"10"}`
	for _, test := range []struct {
		name       string
		spoil      func(t *testing.T)
		mend       func(t *testing.T)
		wants      string // in the line that begins with wrong
		what, todo string
	}{
		{"nothing", func(*testing.T) {}, func(*testing.T) {}, "", "", ""},
		{"the API is down", func(*testing.T) { w.found.Outputs["ApiUrl"] = "http://127.0.0.1:1" }, func(*testing.T) { w.found.Outputs = maps.Clone(outputs) },
			"does not answer", "API", ".build/functions.log"},
		{"the API answers something else", func(*testing.T) { w.found.Outputs["ApiUrl"] = w.AWS }, func(*testing.T) { w.found.Outputs = maps.Clone(outputs) },
			"answers 404", "API", ""},
		{"a function of other seconds", func(t *testing.T) { w.wantTemplate(t, "Timeout: 300", "Timeout: 200") }, nil,
			"its seconds is 300 and should be 200", "function ReconcileFunction", "make run"},
		{"a variable that is new", func(t *testing.T) {
			w.wantTemplate(t, "DASHBOARD_ORIGINS: !Ref DashboardOrigins", "DASHBOARD_ORIGINS: !Ref DashboardOrigins\n          NEW_ONE: x")
		}, nil,
			"it lacks NEW_ONE", "function HealthFunction", ""},
		{"no recovery", func(t *testing.T) { w.restorable(t, false) }, func(t *testing.T) { w.restorable(t, true) },
			"its point-in-time recovery is false and should be true", "table LeadsTable", "make run"},
		{"nothing expires", func(t *testing.T) { w.expiring(t, false) }, func(t *testing.T) { w.expiring(t, true) },
			"items expire is none and should be expiresAt", "table RegistryTable", ""},
		{"another stream", func(t *testing.T) { w.wantTemplate(t, "NEW_AND_OLD_IMAGES", "KEYS_ONLY") }, nil,
			"its stream is NEW_AND_OLD_IMAGES and should be KEYS_ONLY", "table UsersTable", ""},
		{"an index that is missing", func(t *testing.T) { w.wantTemplate(t, "IndexName: byCreatedAt", "IndexName: byOther") }, nil,
			"the index byOther is missing", "table LeadsTable", ""},
		{"an index of other keys", func(t *testing.T) {
			w.wantTemplate(t, "{AttributeName: listedAs, KeyType: HASH}", "{AttributeName: userId, KeyType: HASH}")
		}, nil,
			"the key of the index listedByCreatedAt is listedAs (HASH)", "table UsersTable", ""},
		{"a table that is missing", func(t *testing.T) {
			w.wantTemplate(t, "  RegistryTable:\n", "  ArchiveTable:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      BillingMode: PAY_PER_REQUEST\n"+
				"      AttributeDefinitions: [{AttributeName: key, AttributeType: S}]\n      KeySchema: [{AttributeName: key, KeyType: HASH}]\n\n  RegistryTable:\n")
		}, nil,
			"has no ArchiveTable", "table ArchiveTable", ""},
		{"messages hidden too briefly", func(t *testing.T) { w.setQueue(t, "VisibilityTimeout", "30") }, func(t *testing.T) { w.setQueue(t, "VisibilityTimeout", "360") },
			"its VisibilityTimeout is 30 and should be 360", "queue LeadSyncQueue", ""},
		{"no dead letters", func(t *testing.T) { w.setQueue(t, "RedrivePolicy", "") }, func(t *testing.T) { w.setQueue(t, "RedrivePolicy", redrive) },
			"where its dead letters go is nowhere and should be arn:aws:sqs", "queue LeadSyncQueue", ""},
		{"other passwords", func(t *testing.T) { w.wantTemplate(t, "MinimumLength: 8", "MinimumLength: 12") }, nil,
			"the length of passwords is 8 and should be 12", "user pool UserPool", ""},
		{"other ways to sign in", func(t *testing.T) {
			w.wantTemplate(t, "[ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]", "[ALLOW_REFRESH_TOKEN_AUTH]")
		}, nil,
			"the ways to sign in is ALLOW_REFRESH", "user pool client UserPoolClient", ""},
		{"a client that anyone may use", func(t *testing.T) { w.wantTemplate(t, "GenerateSecret: true", "GenerateSecret: false") }, nil,
			"that it has a secret is true and should be false", "user pool client UserPoolClient", ""},
		{"no admin", func(t *testing.T) {
			_, err := w.pool.AdminRemoveUserFromGroup(t.Context(), &cip.AdminRemoveUserFromGroupInput{UserPoolId: w.output("UserPoolId"), Username: aws.String(admin), GroupName: aws.String(tenant.AdminGroup)})
			w.must(t, err)
		}, func(t *testing.T) { w.must(t, w.promote(t)) }, "there is none", "an admin", "make admin"},
		{"a disabled admin", func(t *testing.T) {
			_, err := w.pool.AdminDisableUser(t.Context(), &cip.AdminDisableUserInput{UserPoolId: w.output("UserPoolId"), Username: aws.String(admin)})
			w.must(t, err)
		}, func(t *testing.T) {
			_, err := w.pool.AdminEnableUser(t.Context(), &cip.AdminEnableUserInput{UserPoolId: w.output("UserPoolId"), Username: aws.String(admin)})
			w.must(t, err)
		}, "there is none", "an admin", "make admin"},
		{"no key", func(t *testing.T) { w.put(t, keyName, "", "") }, func(t *testing.T) { w.put(t, keyName, "local", ssmtypes.ParameterTypeSecureString) },
			"is missing", "parameter " + keyName, "make systeme-key"},
		{"a key in clear", func(t *testing.T) { w.put(t, keyName, "local", ssmtypes.ParameterTypeString) }, func(t *testing.T) { w.put(t, keyName, "local", ssmtypes.ParameterTypeSecureString) },
			"its type is String and should be SecureString", "parameter " + keyName, "make systeme-key"},
		{"a wrong key", func(t *testing.T) { w.put(t, keyName, "wrong", ssmtypes.ParameterTypeSecureString) }, func(t *testing.T) { w.put(t, keyName, "local", ssmtypes.ParameterTypeSecureString) },
			"is refused", "Systeme.io: API key", "make systeme-key"},
		{"Systeme.io is down", func(*testing.T) { w.found.Parameters["SystemeApiUrl"] = "http://127.0.0.1:1" }, func(*testing.T) { w.found.Parameters["SystemeApiUrl"] = w.Systeme },
			"could not be asked", "Systeme.io", "leads wait until it answers"},
		{"no secret", func(t *testing.T) { w.put(t, secretName, "", "") }, func(t *testing.T) { w.putSecret(t, "s") },
			"is missing", "parameter " + secretName, "make systeme-key"},
		{"a secret that is half changed", func(t *testing.T) { w.put(t, secretName, "new\ncanary-old", ssmtypes.ParameterTypeSecureString) }, func(t *testing.T) { w.putSecret(t, "new") },
			"its change is half done", "parameter " + secretName, "make systeme-setup"},
		{"a secret that functions may not know", func(t *testing.T) { w.put(t, secretName, "by-hand", ssmtypes.ParameterTypeSecureString) }, func(t *testing.T) { w.putSecret(t, "new") },
			"functions that run have read it", "parameter " + secretName, "make systeme-setup"},
		{"a letter that is dead", func(t *testing.T) {
			_, err := w.queue.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: w.url(t, "LeadSyncDeadQueue"), MessageBody: aws.String("dead")})
			w.must(t, err)
		}, func(t *testing.T) {
			_, err := w.queue.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: w.url(t, "LeadSyncDeadQueue")})
			w.must(t, err)
		}, "there are 1, sent up to ", "dead letters of leads", "POST /admin/sync/redrive"},
		{"a webhook that is off", func(*testing.T) { w.Simulator.DisableWebhooks() }, nil, "is disabled", "Systeme.io: webhook clientflow-dev", "make systeme-setup"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.spoil(t)
			printed, err := w.examine(t)
			if test.wants == "" {
				if err != nil || !strings.Contains(printed, "\nall 34 are well\n") {
					t.Fatalf("%v\n%s", err, printed)
				}
			} else if line := wrongs(printed); !errors.Is(err, command.ErrSaid) || !strings.HasPrefix(line, "wrong  "+test.what) ||
				!strings.Contains(line, test.wants) || !strings.Contains(line, test.todo) || strings.Count(line, "\n") > 1 && !strings.HasPrefix(test.name, "the API") {
				t.Errorf("want %q of %q, %q:\n%s", test.wants, test.what, test.todo, printed)
			}
			if strings.Contains(printed, admin) || strings.Contains(printed, "canary") {
				t.Errorf("tells an address or a secret:\n%s", printed)
			}
			w.template = "../../template.yaml"
			if test.mend != nil {
				test.mend(t)
			}
		})
	}
}

// The doctor tells until when a secret of before is accepted.
func TestASecretThatWasChanged(t *testing.T) {
	t.Parallel()
	for text, wants := range map[string]finding{
		"new":                                 {what: "it"},
		"new\nold until 2001-01-01T00:00:00Z": {what: "it"},
		"new\nold until 9998-12-31T00:00:00Z": {what: "it", note: "it was changed lately: what was before it ends by 9998-12-31T00:00:00Z"},
		"newer\nnew\nold until 2001-01-01T00:00:00Z": {what: "it", wrong: []string{"its change is half done: the one before is accepted without an end, and the webhook may have it yet"},
			todo: "Run: make systeme-setup"},
	} {
		got := (&patient{}).change(signing.Parse(text), true, finding{what: "it"})
		if got.what != wants.what || got.note != wants.note || got.todo != wants.todo || !slices.Equal(got.wrong, wants.wrong) {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// wrongs are the lines that tell of something wrong.
func wrongs(printed string) string {
	var all strings.Builder
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, "wrong") {
			all.WriteString(line)
		}
	}
	return all.String()
}

func TestWhatItNeeds(t *testing.T) {
	t.Parallel()
	for want, arguments := range map[string][]string{`no argument "now"`: {"now"}, "-colour": {"-colour"}} {
		if err := realMain(t.Context(), arguments, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", arguments, err)
		}
	}
}
