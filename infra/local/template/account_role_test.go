package template

import (
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/iam"
)

// The account function serves a tenant's routes without TenantRole, and so with as
// little as can be: no lead, of the records no more than it reads, makes and notes.
func TestTheAccountFunctionsPartOfARecord(t *testing.T) {
	t.Parallel()
	role := mustRole(t, "AccountFunctionRole")
	var grants []string
	for _, policy := range role.Policies {
		for _, grant := range policy.Grants() {
			if text := grant.String(); strings.HasPrefix(text, "dynamodb:") {
				grants = append(grants, text)
			}
		}
	}
	slices.Sort(grants)
	want := []string{
		"dynamodb:getitem on " + table("UsersTable"),
		"dynamodb:putitem on " + table("RegistryTable"),
		"dynamodb:putitem on " + table("UsersTable"),
		"dynamodb:updateitem on " + table("UsersTable"),
	}
	if !slices.Equal(grants, want) {
		t.Errorf("it may\n%s", strings.Join(grants, "\n"))
	}
	whole := []string{"userId", "email", "name", "systemeTagPrefix", "systemeWorkflowsConfigured", "formKey", "timeZone", "createdAt"}
	within := func(c conditions) conditions { c[enclosing] = []string{transaction}; return c }
	by := iam.Principal{ARN: role.ARN, Policies: role.Policies}
	for name, try := range map[string]struct {
		action  string
		context conditions
		want    bool
	}{
		"a new record":              {"PutItem", within(with(nil, whole...)), true},
		"one by itself":             {"PutItem", with(nil, whole...), false},
		"one that was disabled":     {"PutItem", within(with(nil, "userId", "disabledAt")), false},
		"one with sites":            {"PutItem", within(with(nil, append(whole, "allowedOrigins")...)), false},
		"one that names nothing":    {"PutItem", within(with(nil)), false},
		"a sign-out":                {"UpdateItem", with(nil, "userId", "signedOutAt"), true},
		"letting in":                {"UpdateItem", with(nil, "userId", "disabledAt"), false},
		"another prefix":            {"UpdateItem", with(nil, "userId", "systemeTagPrefix"), false},
		"where visitors are sent":   {"UpdateItem", with(nil, "userId", "thankYouUrl"), false},
		"an update that names none": {"UpdateItem", with(nil), false},
	} {
		if try.context[leadingKeys] = []string{"john"}; (by.Authorize(iam.Request{
			Action: "dynamodb:" + try.action, Resource: table("UsersTable"), Context: try.context,
		}) == nil) != try.want {
			t.Errorf("%s: allowed = %t", name, !try.want)
		}
	}
}
