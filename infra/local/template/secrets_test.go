package template_test

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/template"
)

// The account's key, the webhook's secret and that of the user pool's client are read by
// the functions that need them, each by its exact name, and stand in no parameter and no
// environment.
func TestWhoReadsTheSecrets(t *testing.T) {
	t.Parallel()
	read, err := template.Load("../../../template.yaml", template.Options{
		Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test", Parameters: map[string]string{"Stage": "prod"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const prefix = "ssm:getparameter on arn:aws:ssm:us-east-1:000000000000:parameter/clientflow/prod/"
	const key, secret = prefix + "systeme-api-key", prefix + "systeme-webhook-secret"
	want := map[string][]string{
		"AdminFunctionRole": {key}, "ContactsFunctionRole": {key}, "SyncTagsRole": {key},
		"SystemeWebhookFunctionRole": {secret}, "ReconcileFunctionRole": {key, secret},
		"AccountFunctionRole": {"cognito-idp:describeuserpoolclient on arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + read.Pools[0].ID},
	}
	got := map[string][]string{}
	for _, role := range read.Roles {
		for _, policy := range role.Policies {
			for _, grant := range policy.Grants() {
				if strings.HasPrefix(grant.String(), "ssm:") || strings.HasPrefix(grant.String(), "cognito-idp:describe") {
					got[role.LogicalID] = append(got[role.LogicalID], grant.String())
				}
			}
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("read by %v, want %v", got, want)
	}
	for _, f := range read.Functions {
		for name, value := range f.Environment {
			named := strings.HasSuffix(name, "_PARAMETER") && strings.HasPrefix(value, "/clientflow/prod/systeme-")
			if (strings.Contains(name, "KEY") || strings.Contains(name, "SECRET")) && !named {
				t.Errorf("%s has %s", f.LogicalID, name)
			}
		}
	}
	if len(read.Clients) != 1 || !read.Clients[0].Secret {
		t.Errorf("clients %+v", read.Clients)
	}
	if len(read.Hidden) > 0 {
		t.Errorf("hidden parameters %v", read.Hidden)
	}
}

// A client that a function does not call costs each of its cold starts some time.
func TestOnlyWhoReadsASecretLinksTheClient(t *testing.T) {
	t.Parallel()
	read, err := template.Load("../../../template.yaml", template.Options{Stack: "clientflow", AWSURL: "http://aws.test", APIURL: "http://api.test"})
	if err != nil {
		t.Fatal(err)
	}
	// A line for each function: its folder, and those of its packages that are the client.
	const shape = `{{.Dir}} {{range .Deps}}{{if eq . "github.com/aws/aws-sdk-go-v2/service/ssm"}}{{.}}{{end}}{{end}}`
	listed, err := exec.CommandContext(t.Context(), "go", "list", "-f", shape, "../../../functions/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{}
	for line := range strings.Lines(string(listed)) {
		folder, client, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		linked[filepath.Base(folder)] = client != ""
	}
	for _, f := range read.Functions {
		links, known := linked[f.Folder]
		reads := false
		for name := range f.Environment {
			reads = reads || strings.HasSuffix(name, "_PARAMETER")
		}
		if !known || links != reads {
			t.Errorf("%s links the client: %v, reads a secret: %v", f.LogicalID, links, reads)
		}
	}
}
