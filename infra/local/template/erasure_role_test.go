package template

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
)

const (
	enclosing   = "dynamodb:EnclosingOperation"
	transaction = "TransactWriteItems"
)

// rolesWith returns the template's roles by logical id for a LeadOwnership.
func rolesWith(t *testing.T, ownership string) map[string]Role {
	t.Helper()
	o := options()
	o.Parameters = map[string]string{"LeadOwnership": ownership}
	parsed, err := Load("../../../template.yaml", o)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]Role{}
	for _, role := range parsed.Roles {
		roles[role.LogicalID] = role
	}
	return roles
}

// A tenant deletes its own items only, and only in a transaction.
func TestATenantDeletesWithinATransaction(t *testing.T) {
	t.Parallel()
	session := iam.Principal{Policies: mustRole(t, "TenantRole").Policies, Tags: map[string]string{"userId": "john"}}
	untagged := session
	untagged.Tags = nil
	for name, tt := range map[string]struct {
		by    iam.Principal
		table string
		keys  []string
		in    string
		want  bool
	}{
		"its own":             {session, "LeadsTable", []string{"john"}, transaction, true},
		"its own, alone":      {session, "LeadsTable", []string{"john"}, "", false},
		"its own, in PartiQL": {session, "LeadsTable", []string{"john"}, "ExecuteTransaction", false},
		"another's":           {session, "LeadsTable", []string{"sarah"}, transaction, false},
		"another's beside":    {session, "LeadsTable", []string{"john", "sarah"}, transaction, false},
		"no key":              {session, "LeadsTable", nil, transaction, false},
		"untagged":            {untagged, "LeadsTable", []string{"john"}, transaction, false},
		"its record":          {session, "UsersTable", []string{"john"}, transaction, false},
	} {
		request := iam.Request{Action: "dynamodb:DeleteItem", Resource: table(tt.table), Context: conditions{}}
		if tt.keys != nil {
			request.Context[leadingKeys] = tt.keys
		}
		if tt.in != "" {
			request.Context[enclosing] = []string{tt.in}
		}
		if got := tt.by.Authorize(request) == nil; got != tt.want {
			t.Errorf("%s: allowed = %t", name, got)
		}
	}
}

// claim is a tenant's call on a claim, with what names it gives.
func claim(key string, names ...string) iam.Request {
	c := with([]string{key}, names...)
	c[enclosing] = []string{transaction}
	return iam.Request{Action: "dynamodb:UpdateItem", Resource: table("RegistryTable"), Context: c}
}

// A tenant claims addresses by the attribute of its own name. Another's it can
// neither write, nor remove, nor read, and in shared mode it reaches no claim at all.
func TestATenantReachesItsOwnPartOfAClaim(t *testing.T) {
	t.Parallel()
	own := claim("EMAIL#x", "key", "john")
	without := func(key string) iam.Request {
		r := own
		r.Context = maps.Clone(own.Context)
		delete(r.Context, key)
		return r
	}
	action := func(name string) iam.Request {
		r := own
		r.Action = "dynamodb:" + name
		return r
	}
	tries := map[string]struct {
		request iam.Request
		want    bool
	}{
		"its own":                       {own, true},
		"another's":                     {claim("EMAIL#x", "key", "sarah"), false},
		"another's beside its own":      {claim("EMAIL#x", "key", "john", "sarah"), false},
		"a plain owner":                 {claim("EMAIL#x", "key", "userId"), false},
		"no attribute":                  {without(attributes), false},
		"no key":                        {without(leadingKeys), false},
		"outside a transaction":         {without(enclosing), false},
		"a form":                        {claim("FORM#x", "key", "john"), false},
		"a prefix":                      {claim("PREFIX#x", "key", "john"), false},
		"a tag":                         {claim("TAG#x", "key", "john"), false},
		"reading it":                    {action("GetItem"), false},
		"deleting it":                   {action("DeleteItem"), false},
		"taking its place":              {action("PutItem"), false},
		"asking for all of them":        {action("Query"), false},
		"going through the whole table": {action("Scan"), false},
	}
	exclusive, shared := rolesWith(t, "exclusive")["TenantRole"], rolesWith(t, "shared")["TenantRole"]
	for name, try := range tries {
		session := iam.Principal{Policies: exclusive.Policies, Tags: map[string]string{"userId": "john"}}
		if got := session.Authorize(try.request) == nil; got != try.want {
			t.Errorf("%s: allowed = %t", name, got)
		}
		session.Tags = nil
		if session.Authorize(try.request) == nil {
			t.Errorf("%s, untagged: allowed", name)
		}
		session.Policies, session.Tags = shared.Policies, map[string]string{"userId": "john"}
		if session.Authorize(try.request) == nil {
			t.Errorf("%s, shared: allowed", name)
		}
	}
	// Who serves IBs has no table permission of their own in either mode.
	for _, ownership := range []string{"shared", "exclusive"} {
		for _, policy := range rolesWith(t, ownership)["TenantFunctionRole"].Policies {
			for _, grant := range policy.Grants() {
				if strings.Contains(grant.String(), "dynamodb") {
					t.Errorf("%s: functions that serve IBs may %s", ownership, grant)
				}
			}
		}
	}
}

// Of the Registry the capture function claims addresses, where they are owned, and
// the sync frees them and announces deletions.
func TestWhoWritesClaimsAndAnnouncements(t *testing.T) {
	t.Parallel()
	in := conditions{enclosing: {transaction}}
	alone := conditions{}
	for name, tt := range map[string]struct {
		role, ownership, action string
		context                 conditions
		prefixes                []string
	}{
		"capture claims":              {"CaptureLeadFunctionRole", "exclusive", "UpdateItem", in, []string{"EMAIL#"}},
		"capture claims alone":        {"CaptureLeadFunctionRole", "exclusive", "UpdateItem", alone, nil},
		"capture claims when shared":  {"CaptureLeadFunctionRole", "shared", "UpdateItem", in, nil},
		"capture reads":               {"CaptureLeadFunctionRole", "exclusive", "GetItem", alone, []string{"FORM#"}},
		"capture frees":               {"CaptureLeadFunctionRole", "exclusive", "DeleteItem", in, nil},
		"sync frees":                  {"SyncTagsRole", "shared", "DeleteItem", in, []string{"EMAIL#", "TAG#"}},
		"sync frees alone":            {"SyncTagsRole", "shared", "DeleteItem", alone, []string{"TAG#"}},
		"sync claims":                 {"SyncTagsRole", "exclusive", "UpdateItem", in, nil},
		"sync announces":              {"SyncTagsRole", "shared", "PutItem", alone, []string{"CONTACT#", "TAG#"}},
		"sync asks for announcements": {"SyncTagsRole", "shared", "GetItem", alone, []string{"CONTACT#", "TAG#"}},
	} {
		caller := iam.Principal{Policies: rolesWith(t, tt.ownership)[tt.role].Policies}
		for _, prefix := range []string{"FORM#", "PREFIX#", "TAG#", "EMAIL#", "CONTACT#", ""} {
			context := maps.Clone(tt.context)
			context[leadingKeys] = []string{prefix + "x"}
			request := iam.Request{Action: "dynamodb:" + tt.action, Resource: table("RegistryTable"), Context: context}
			if got := caller.Authorize(request) == nil; got != slices.Contains(tt.prefixes, prefix) {
				t.Errorf("%s: %q: allowed = %t", name, prefix, got)
			}
		}
	}
}
