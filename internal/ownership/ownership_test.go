package ownership_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/infra/local/localtest"
	"clientflow/internal/env"
	"clientflow/internal/ownership"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	jane  = "jane@acme.com"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

func TestRead(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]struct{ exclusive, failed bool }{
		"": {}, "shared": {}, "exclusive": {exclusive: true}, "Exclusive": {failed: true}, "both": {failed: true},
	} {
		settings := env.Reader{Lookup: func(name string) (string, bool) { return setting, name == "LEAD_OWNERSHIP" }}
		rule := ownership.Read(&settings, "registry")
		if rule.Exclusive() != want.exclusive || (settings.Err() != nil) != want.failed {
			t.Errorf("%q: exclusive %v, %v", setting, rule.Exclusive(), settings.Err())
		}
	}
}

func TestTakenTellsNobodysName(t *testing.T) {
	t.Parallel()
	p := problem.Of(fmt.Errorf("capture: %w", ownership.ErrTaken))
	if p.Kind != problem.Conflict || p.Detail != "This lead is already registered with another IB" || len(p.Fields) > 0 {
		t.Errorf("got %+v", p)
	}
}

// desk is the claims of a Registry of a test's own.
type desk struct {
	*localtest.AWS
	t    *testing.T
	rule ownership.Rule
}

func newDesk(t *testing.T) desk {
	t.Helper()
	aws := localtest.Start(t)
	return desk{aws, t, ownership.Exclusive(aws.RegistryTable)}
}

// made tells whether a write of a tenant's was made.
func (d desk) made(userID string, write func(owner tenant.ID) tenantdb.Write) bool {
	d.t.Helper()
	owner, err := tenant.Stored(userID)
	if err != nil {
		d.t.Fatal(err)
	}
	items, err := tenantdb.Owned(d.Client, d.LeadsTable, "sk").Of(owner)
	if err != nil {
		d.t.Fatal(err)
	}
	err = items.Transact(d.t.Context(), write(owner))
	if _, unmet := errors.AsType[*tenantdb.Unmet](err); err != nil && !unmet {
		d.t.Fatal(err)
	}
	return err == nil
}

func (d desk) claims(userID, address string) bool {
	d.t.Helper()
	return d.made(userID, func(owner tenant.ID) tenantdb.Write { return d.rule.Claim(owner, address, now) })
}

func (d desk) frees(userID, address string) bool {
	d.t.Helper()
	return d.made(userID, func(owner tenant.ID) tenantdb.Write { return d.rule.Free(owner, address) })
}

func TestClaimsAndFreeing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i, step := range []struct{ got, want bool }{
		{d.frees(john, jane), true}, // nobody's
		{d.claims(john, jane), true},
		{d.claims(john, jane), true}, // again
		{d.claims(sarah, jane), false},
		{d.frees(sarah, jane), false},
		{d.claims(sarah, "joe@acme.com"), true},
		{d.frees(john, jane), true},
		{d.claims(sarah, jane), true},
		{d.frees(john, jane), false},
		{d.claims(john, jane), false},
	} {
		if step.got != step.want {
			t.Errorf("step %d: made = %v", i, step.got)
		}
	}
}

// A claim has the hash of the address for its name, and one attribute, that is named
// by its owner: the tenant role's policy rests on that.
func TestAClaimAsItIsStored(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.claims(john, jane)
	d.claims(sarah, "joe@acme.com")
	out, err := d.Client.Scan(t.Context(), &sdk.ScanInput{TableName: aws.String(d.RegistryTable)})
	if err != nil || len(out.Items) != 2 {
		t.Fatalf("%d claims, %v", len(out.Items), err)
	}
	for _, item := range out.Items {
		text, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		key := regexp.MustCompile(`"key":\{"Value":"EMAIL#[0-9a-v]{52}"\}`)
		if item[john] == nil == (item[sarah] == nil) || len(item) != 2 || !key.Match(text) || strings.Contains(string(text), "acme") {
			t.Errorf("claim %s", text)
		}
	}
}
