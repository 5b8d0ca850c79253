package deployment_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"clientflow/infra/deployment"
	"clientflow/infra/local/cloudformation"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
)

// mustServe serves the project's template as a stack, and returns how to reach it.
func mustServe(t *testing.T) aws.Config {
	t.Helper()
	read, err := template.Load("../../template.yaml", template.Options{
		Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test",
		Parameters: map[string]string{"Stage": "prod"},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := wire.NewMux(iam.NewKeys(time.Now, nil))
	cloudformation.New("clientflow", read, time.Now()).Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	d, err := deployment.Find(t.Context(), mustServe(t), "clientflow")
	if err != nil {
		t.Fatal(err)
	}
	for logicalID, want := range map[string]string{
		"LeadsTable":    "clientflow-LeadsTable",
		"UsersTable":    "clientflow-UsersTable",
		"LeadSyncQueue": "http://aws.test/000000000000/clientflow-LeadSyncQueue",
		"UserPool":      d.Outputs["UserPoolId"],
		"AlarmTopic":    "arn:aws:sns:us-east-1:000000000000:clientflow-AlarmTopic",
	} {
		if got, err := d.Resource(logicalID); err != nil || got != want || want == "" {
			t.Errorf("%s is %q, %v, want %q", logicalID, got, err, want)
		}
	}
	if d.Stage() != "prod" || d.Outputs["ApiUrl"] != "http://api.test" || d.Parameters["LeadOwnership"] != "shared" {
		t.Errorf("got %v, %v", d.Parameters, d.Outputs)
	}
	if got, err := d.Resource("NoSuchTable"); err == nil {
		t.Errorf("a resource that is not there is %q", got)
	}
}

func TestAStackThatIsNotThere(t *testing.T) {
	t.Parallel()
	_, err := deployment.Find(t.Context(), mustServe(t), "other")
	if err == nil || !strings.Contains(err.Error(), "there is no stack other") {
		t.Errorf("got %v", err)
	}
}

func TestALocalAWSThatDoesNotRun(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	_, err := deployment.Find(t.Context(), aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, "clientflow")
	if err == nil || !strings.HasPrefix(err.Error(), "nothing answers at "+server.URL+": start make run") {
		t.Errorf("got %v", err)
	}
}

func TestALocalAWSNeedsNoCredentials(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
	found, err := deployment.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := found.Credentials.Retrieve(t.Context())
	if err != nil || keys.AccessKeyID != "local" || found.Region != "us-east-1" || aws.ToString(found.BaseEndpoint) != "http://127.0.0.1:4566" {
		t.Errorf("got %v, %v, %v", keys.AccessKeyID, found.Region, err)
	}
}

func TestNoCredentials(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	if _, err := deployment.Config(t.Context()); err == nil || !strings.Contains(err.Error(), "AWS_PROFILE") {
		t.Errorf("got %v", err)
	}
}

func TestNoRegion(t *testing.T) {
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_ENDPOINT_URL", "")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	if _, err := deployment.Config(t.Context()); err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("got %v", err)
	}
}
