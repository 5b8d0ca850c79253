package template

import (
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
)

// The rate of calls is one item of the Registry. Who calls Systeme.io may change that
// item and does not read it; nobody else may, and a tenant's session least of all.
func TestWhoBooksTurns(t *testing.T) {
	t.Parallel()
	const item = "RATE#systeme"
	callers := []string{"ContactsFunctionRole", "AdminFunctionRole", "SyncTagsRole", "ReconcileFunctionRole"}
	for logicalID, role := range rolesWith(t, "exclusive") {
		by := iam.Principal{ARN: role.ARN, Policies: role.Policies, Tags: map[string]string{"userId": "john"}}
		for name, try := range map[string]struct {
			action, table string
			keys          []string
			want          bool
		}{
			"the item":         {"UpdateItem", "RegistryTable", []string{item}, slices.Contains(callers, logicalID)},
			"no key":           {"UpdateItem", "RegistryTable", nil, false},
			"another beside":   {"UpdateItem", "RegistryTable", []string{item, "FORM#x"}, false},
			"a longer key":     {"UpdateItem", "RegistryTable", []string{item + "2"}, false},
			"another account":  {"UpdateItem", "RegistryTable", []string{"RATE#other"}, false},
			"reading it":       {"GetItem", "RegistryTable", []string{item}, false},
			"taking its place": {"PutItem", "RegistryTable", []string{item}, false},
			"deleting it":      {"DeleteItem", "RegistryTable", []string{item}, false},
		} {
			request := iam.Request{Action: "dynamodb:" + try.action, Resource: table(try.table), Context: conditions{}}
			if try.keys != nil {
				request.Context[leadingKeys] = try.keys
			}
			if got := by.Authorize(request) == nil; got != try.want {
				t.Errorf("%s, %s: allowed = %t", logicalID, name, got)
			}
		}
	}
}

// The contacts function serves IBs, and has a role of its own for that one item and
// the account's key. Beside them the role allows what that of all others who serve
// IBs does.
func TestTheContactsFunctionHasOneItemOfItsOwn(t *testing.T) {
	t.Parallel()
	role := mustRole(t, "ContactsFunctionRole")
	var grants []string
	for _, policy := range role.Policies {
		for _, grant := range policy.Grants() {
			grants = append(grants, grant.String())
		}
	}
	slices.Sort(grants)
	want := []string{
		"dynamodb:updateitem on " + table("RegistryTable"),
		"ssm:getparameter on arn:aws:ssm:us-east-1:000000000000:parameter/clientflow/dev/systeme-api-key",
		"sts:assumerole on " + mustRole(t, "TenantRole").ARN,
		"sts:tagsession on " + mustRole(t, "TenantRole").ARN,
		"xray:puttelemetryrecords on *",
		"xray:puttracesegments on *",
	}
	if !slices.Equal(grants, want) {
		t.Errorf("it may\n%s", strings.Join(grants, "\n"))
	}
	by := iam.Principal{ARN: role.ARN, Policies: role.Policies}
	for _, key := range []string{"FORM#x", "PREFIX#ib-johnjohn-", "TAG#x", "EMAIL#x", "CONTACT#1", "ROUND#missed", "john", "*", ""} {
		if by.Authorize(iam.Request{Action: "dynamodb:UpdateItem", Resource: table("RegistryTable"), Context: with([]string{key})}) == nil {
			t.Errorf("it may change %q", key)
		}
	}
	for _, name := range []string{"LeadsTable", "UsersTable"} {
		if by.Authorize(iam.Request{Action: "dynamodb:UpdateItem", Resource: table(name), Context: with([]string{"RATE#systeme"})}) == nil {
			t.Errorf("it may change %s", name)
		}
	}
}
