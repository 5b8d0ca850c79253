package tenant_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"clientflow/internal/tenant"
)

const john = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

var (
	now      = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	verifier = tenant.Verifier{
		Issuer:   "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
		ClientID: "client",
		Now:      func() time.Time { return now },
	}
)

func claims(changes map[string]string) map[string]string {
	c := map[string]string{
		"sub": john, "iss": verifier.Issuer, "client_id": "client", "token_use": "access",
		"exp": strconv.FormatInt(now.Add(time.Minute).Unix(), 10),
	}
	maps.Copy(c, changes)
	return c
}

func TestVerify(t *testing.T) {
	t.Parallel()
	caller, err := verifier.Verify(claims(nil))
	if err != nil || caller.Tenant.String() != john || caller.Admin {
		t.Fatalf("got %+v, %v", caller, err)
	}
}

func TestVerifyTellsWhenATokenWasMade(t *testing.T) {
	t.Parallel()
	for iat, want := range map[string]int64{"1777863721": 1777863721, "": 0, "today": 0} {
		if caller, err := verifier.Verify(claims(map[string]string{"iat": iat})); err != nil || caller.IssuedAt.Unix() != want {
			t.Errorf("iat %q: %v, %v", iat, caller.IssuedAt, err)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]map[string]string{
		"no sub":                {"sub": ""},
		"sub not a UUID":        {"sub": "john"},
		"sub in capitals":       {"sub": strings.ToUpper(john)},
		"sub with a line break": {"sub": john + "\n"},
		"another pool":          {"iss": verifier.Issuer + "2"},
		"another client":        {"client_id": "other"},
		"an ID token":           {"token_use": "id"},
		"expired":               {"exp": strconv.FormatInt(now.Unix(), 10)},
		"no expiry":             {"exp": ""},
		"expiry not a number":   {"exp": "tomorrow"},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller, err := verifier.Verify(claims(change))
			if !errors.Is(err, tenant.ErrUnverified) || caller != (tenant.Caller{}) {
				t.Errorf("got %+v, %v", caller, err)
			}
		})
	}
}

func TestVerifierWithoutSettingsRefusesAll(t *testing.T) {
	t.Parallel()
	for name, partial := range map[string]tenant.Verifier{
		"nothing":   {Now: verifier.Now},
		"no issuer": {Now: verifier.Now, ClientID: verifier.ClientID},
		"no client": {Now: verifier.Now, Issuer: verifier.Issuer},
	} {
		given := claims(map[string]string{"iss": partial.Issuer, "client_id": partial.ClientID})
		if _, err := partial.Verify(given); err == nil {
			t.Errorf("a verifier with %s let a caller in", name)
		}
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	for claim, want := range map[string]bool{
		"": false, "[]": false, "[admins]": true, "[users admins]": true, "admins": true,
		"[adminsx]": false, "[not-admins]": false,
	} {
		caller, err := verifier.Verify(claims(map[string]string{"cognito:groups": claim}))
		if err != nil || caller.Admin != want {
			t.Errorf("groups %q: admin %v, %v; want %v", claim, caller.Admin, err, want)
		}
	}
}

func TestStored(t *testing.T) {
	t.Parallel()
	if id, err := tenant.Stored(john); err != nil || id.String() != john {
		t.Errorf("got %v, %v", id, err)
	}
	for _, bad := range []string{"", "LEAD#1", john + "x", " " + john} {
		if id, err := tenant.Stored(bad); err == nil || id.Require() == nil {
			t.Errorf("Stored(%q) = %v, %v", bad, id, err)
		}
	}
}

// TestWhoMayActForAnyTenant holds the list of the product's files that may make
// a tenant from something other than verified claims, each with its reason.
func TestWhoMayActForAnyTenant(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{
		"account/create.go":   "the sub is Cognito's own answer to the sign-up or sign-in it has just verified",
		"account/complete.go": "the sub is that of a user of Cognito's, whose record an operator's command completes",
		"account/directory.go": "the ids are those that the index of all IBs holds, or a cursor that only an admin can " +
			"send: it says where the list goes on, and nothing is read or written for its tenant",
		"account/identity/sessions.go": "the sub is Cognito's own, of the address whose mailed code it has just taken; " +
			"only the sessions of that account are ended",
		"admin/ibs.go":      "an admin names the IB; no handler is called for anyone who is not in the group admins",
		"capture/form.go":   "the owner comes from the registry entry of the form that the visitor was shown",
		"publish/ib.go":     "the partition key of a record of the Users table's own stream",
		"publish/change.go": "the partition key of a record of the Leads table's own stream",
		"tagsync/message.go": "the userId of a message that publish-leads published; everything " +
			"else is loaded again for that tenant",
		"webhook/tenant.go": "the owner comes from the registry entry of a tag's prefix, in a body that Systeme.io signed",
	}
	err := filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("..", path)
		if strings.Contains(string(source), "tenant.Stored(") && allowed[filepath.ToSlash(name)] == "" {
			t.Errorf("%s acts for any tenant and is not in the list (%v)", name, slices.Sorted(maps.Keys(allowed)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
