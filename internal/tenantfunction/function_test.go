package tenantfunction_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/tenantfunction"
)

const john = "11111111-1111-4111-8111-111111111111"

// environment is that of a function which serves IBs.
func environment() map[string]string {
	return map[string]string{
		"LEADS_TABLE": "Leads", "USERS_TABLE": "Users", "TENANT_ROLE_ARN": "arn:aws:iam::000000000000:role/TenantRole",
		"TOKEN_ISSUER": "https://pool.test", "USER_POOL_CLIENT_ID": "client",
	}
}

func read(variables map[string]string) (tenantfunction.Settings, error) {
	r := env.Reader{Lookup: func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}}
	s := tenantfunction.ReadSettings(&r)
	return s, r.Err()
}

func TestReadSettingsNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name := range environment() {
		variables := environment()
		delete(variables, name)
		if _, err := read(variables); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// ledger is AWS, which lends the tenant role under the tenant's own id and notes whose
// key each call of DynamoDB is signed with.
type ledger struct {
	mu      sync.Mutex
	signers []string
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.FormValue("Action") == "AssumeRole":
		fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`+
			`<SessionToken>t</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			r.FormValue("Tags.member.1.Value"), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	case r.Header.Get("X-Amz-Target") != "":
		_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		signer, _, _ := strings.Cut(credential, "/")
		l.mu.Lock()
		l.signers = append(l.signers, signer)
		l.mu.Unlock()
		fmt.Fprint(w, "{}")
	}
}

func TestTablesAreReachedAsTheTenant(t *testing.T) {
	aws := &ledger{}
	server := httptest.NewServer(aws)
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "function", "AWS_SECRET_ACCESS_KEY": "secret",
	} {
		t.Setenv(name, value)
	}
	settings, err := read(environment())
	if err != nil {
		t.Fatal(err)
	}
	f := settings.Open(awsclient.Connect(tenantfunction.Services()...))
	id, err := tenant.Stored(john)
	if err != nil {
		t.Fatal(err)
	}
	leads, err := f.Leads.Of(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := leads.Query(t.Context(), tenantdb.Query{}); err != nil {
		t.Error(err)
	}
	if _, err := f.Users.Get(t.Context(), id); err == nil {
		t.Error("an IB without a record is found")
	}
	if !slices.Equal(aws.signers, []string{john, john}) {
		t.Errorf("signed by %q, want the tenant alone", aws.signers)
	}
}
