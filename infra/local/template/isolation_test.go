package template

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
)

const leadingKeys, attributes = "dynamodb:LeadingKeys", "dynamodb:Attributes"

// conditions are the condition keys of a call.
type conditions = map[string][]string

// mustRole returns a role of the project's own template.
func mustRole(t *testing.T, logicalID string) Role {
	t.Helper()
	parsed, err := Load("../../../template.yaml", options())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(parsed.Roles, func(r Role) bool { return r.LogicalID == logicalID })
	if i < 0 {
		t.Fatalf("the template has no %s", logicalID)
	}
	return parsed.Roles[i]
}

func table(logicalID string) string {
	return "arn:aws:dynamodb:us-east-1:000000000000:table/test-" + logicalID
}

// with returns the leading keys of a call, with its attributes.
func with(keys []string, names ...string) conditions {
	c := conditions{leadingKeys: keys}
	if names != nil {
		c[attributes] = names
	}
	return c
}

// Every way to its own items that a tenant's session has is shut for another's,
// for a call that names no key, for one that names another's beside its own, and
// for a session without the tag.
func TestATenantsSessionReachesItsOwnItems(t *testing.T) {
	t.Parallel()
	role := mustRole(t, "TenantRole")
	settings := []string{"userId", "name", "thankYouUrl", "allowedOrigins", "timeZone"}
	ways := []iam.Request{
		{Action: "dynamodb:GetItem", Resource: table("LeadsTable"), Context: with(nil)},
		{Action: "dynamodb:UpdateItem", Resource: table("LeadsTable"), Context: with(nil)},
		{Action: "dynamodb:DeleteItem", Resource: table("LeadsTable"), Context: conditions{"dynamodb:EnclosingOperation": {"TransactWriteItems"}}},
		{Action: "dynamodb:Query", Resource: table("LeadsTable"), Context: with(nil)},
		{Action: "dynamodb:Query", Resource: table("LeadsTable") + "/index/byCreatedAt", Context: with(nil)},
		{Action: "dynamodb:GetItem", Resource: table("UsersTable"), Context: with(nil)},
		{Action: "dynamodb:UpdateItem", Resource: table("UsersTable"), Context: with(nil, settings...)},
	}
	for _, way := range ways {
		for name, try := range map[string]struct {
			tag  string
			keys []string
			want bool
		}{
			"its own":           {"john", []string{"john"}, true},
			"another's":         {"john", []string{"sarah"}, false},
			"a longer one":      {"john", []string{"john-2"}, false},
			"another's beside":  {"john", []string{"john", "sarah"}, false},
			"none":              {"john", nil, false},
			"untagged":          {"", []string{"john"}, false},
			"untagged, empty":   {"", []string{""}, false},
			"untagged, no key":  {"", nil, false},
			"a wildcard as tag": {"*", []string{"john"}, false},
		} {
			request := way
			request.Context = maps.Clone(way.Context)
			request.Context[leadingKeys] = try.keys
			if try.keys == nil {
				delete(request.Context, leadingKeys)
			}
			session := iam.Principal{ARN: role.ARN, Policies: role.Policies, Tags: map[string]string{"userId": try.tag}}
			if try.tag == "" {
				session.Tags = nil
			}
			if got := session.Authorize(request) == nil; got != try.want {
				t.Errorf("%s of %s, key %s: allowed = %t", way.Action, way.Resource, name, got)
			}
		}
	}
}

// A tenant's session has no other action, table or index, and no way to change
// what of its record is not its to set.
func TestATenantsSessionHasNoOtherWay(t *testing.T) {
	t.Parallel()
	role := mustRole(t, "TenantRole")
	session := iam.Principal{ARN: role.ARN, Policies: role.Policies, Tags: map[string]string{"userId": "john"}}
	own := []string{"john"}
	var tries []iam.Request
	for _, action := range []string{"Scan", "PartiQLSelect", "PartiQLUpdate", "BatchGetItem", "BatchWriteItem", "DescribeTable", "GetRecords", "DeleteTable"} {
		for _, resource := range []string{table("LeadsTable"), table("LeadsTable") + "/index/byCreatedAt", table("UsersTable")} {
			tries = append(tries, iam.Request{Action: "dynamodb:" + action, Resource: resource, Context: with(own)})
		}
	}
	for _, resource := range []string{
		table("RegistryTable"), table("LeadsTableArchive"), table("UsersTable") + "/index/listedByCreatedAt",
		table("LeadsTable") + "/index/another",
	} {
		tries = append(tries,
			iam.Request{Action: "dynamodb:GetItem", Resource: resource, Context: with(own)},
			iam.Request{Action: "dynamodb:Query", Resource: resource, Context: with(own)})
	}
	for _, name := range []string{"formKey", "systemeTagPrefix", "email", "listedAs", "createdAt"} {
		tries = append(tries, iam.Request{Action: "dynamodb:UpdateItem", Resource: table("UsersTable"), Context: with(own, "userId", name)})
	}
	tries = append(tries,
		iam.Request{Action: "dynamodb:DeleteItem", Resource: table("LeadsTable"), Context: with(own)},
		iam.Request{Action: "dynamodb:UpdateItem", Resource: table("UsersTable"), Context: with(own)},
		iam.Request{Action: "sts:AssumeRole", Resource: role.ARN})
	for _, request := range tries {
		if session.Authorize(request) == nil {
			t.Errorf("%s of %s with %v is allowed", request.Action, request.Resource, request.Context)
		}
	}
}

// The tenant's role is assumed with the tag userId and no other, by the functions
// that serve IBs alone, and those reach nothing of a tenant's themselves.
func TestWhoAssumesATenantsRole(t *testing.T) {
	t.Parallel()
	tenant, caller, other := mustRole(t, "TenantRole"), mustRole(t, "TenantFunctionRole"), mustRole(t, "SyncTagsRole")
	contacts := mustRole(t, "ContactsFunctionRole")
	tagged := func(tags ...string) conditions {
		c := conditions{}
		for _, key := range tags {
			c["aws:RequestTag/"+key] = []string{"john"}
			c["aws:TagKeys"] = append(c["aws:TagKeys"], key)
		}
		return c
	}
	mayAssume, err := iam.ParsePolicy(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		by   Role
		tags conditions
		want bool
	}{
		"tagged":            {caller, tagged("userId"), true},
		"for contacts":      {contacts, tagged("userId"), true},
		"and without a tag": {contacts, tagged(), false},
		"without a tag":     {caller, tagged(), false},
		"an empty tag":      {caller, conditions{"aws:RequestTag/userId": {""}, "aws:TagKeys": {"userId"}}, false},
		"another tag":       {caller, tagged("tenant"), false},
		"one tag more":      {caller, tagged("userId", "admin"), false},
		"another function":  {other, tagged("userId"), false},
		"the tenant itself": {tenant, tagged("userId"), false},
	} {
		by := iam.Principal{ARN: tt.by.ARN, Policies: []iam.Policy{mayAssume}} // the role itself has to refuse
		request := iam.Request{Action: "sts:AssumeRole", Resource: tenant.ARN, Context: tt.tags}
		if got := tenant.Trust.Authorize(by, request) == nil; got != tt.want {
			t.Errorf("%s: assumed = %t", name, got)
		}
	}
	for _, policy := range caller.Policies {
		for _, grant := range policy.Grants() {
			if text := grant.String(); strings.Contains(text, "dynamodb") || strings.Contains(text, "*:") {
				t.Errorf("functions that serve IBs may %s", text)
			}
		}
	}
}

// Whoever serves signed-in callers does it with a role that is named here.
func TestWhoServesSignedInCallers(t *testing.T) {
	t.Parallel()
	parsed, err := Load("../../../template.yaml", options())
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{
		mustRole(t, "TenantFunctionRole").ARN:   "assumes TenantRole",
		mustRole(t, "ContactsFunctionRole").ARN: "as above, see TestTheContactsFunctionHasOneItemOfItsOwn",
		mustRole(t, "AccountFunctionRole").ARN:  "signs in who has no token yet, see TestTheAccountFunctionsPartOfARecord",
		mustRole(t, "AdminFunctionRole").ARN:    "acts for IBs that are not the caller's, and is for admins",
	}
	used := map[string]bool{}
	for _, f := range parsed.Functions {
		if !slices.ContainsFunc(f.Routes, func(r Route) bool { return r.Authorizer != "" }) {
			continue
		}
		if used[f.Role] = true; named[f.Role] == "" {
			t.Errorf("%s serves signed-in callers as %s", f.LogicalID, f.Role)
		}
	}
	if len(used) != len(named) {
		t.Errorf("of %d roles that are named, %d serve signed-in callers", len(named), len(used))
	}
}

// Each system function reaches its own part of the registry.
func TestThePartsOfTheRegistry(t *testing.T) {
	t.Parallel()
	for logicalID, tt := range map[string]struct {
		action   string
		prefixes []string
	}{
		"CaptureLeadFunctionRole":    {"GetItem", []string{"FORM#"}},
		"SystemeWebhookFunctionRole": {"GetItem", []string{"PREFIX#"}},
		"SyncTagsRole":               {"GetItem", []string{"TAG#"}},
		"AccountFunctionRole":        {"PutItem", []string{"FORM#", "PREFIX#"}},
	} {
		role := mustRole(t, logicalID)
		caller := iam.Principal{ARN: role.ARN, Policies: role.Policies}
		for _, prefix := range []string{"FORM#", "PREFIX#", "TAG#", ""} {
			request := iam.Request{Action: "dynamodb:" + tt.action, Resource: table("RegistryTable"), Context: with([]string{prefix + "x"})}
			if got := caller.Authorize(request) == nil; got != slices.Contains(tt.prefixes, prefix) {
				t.Errorf("%s: %s of %q: allowed = %t", logicalID, tt.action, prefix, got)
			}
		}
		if caller.Authorize(iam.Request{Action: "dynamodb:" + tt.action, Resource: table("RegistryTable"), Context: conditions{}}) == nil {
			t.Errorf("%s: %s without a key is allowed", logicalID, tt.action)
		}
	}
}
