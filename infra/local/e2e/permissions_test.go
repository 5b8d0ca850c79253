package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/template"
)

// decisions keeps what callers were allowed and refused in a whole run.
type decisions struct {
	mu   sync.Mutex
	seen map[iam.Decision]bool
}

func (d *decisions) record(decision iam.Decision) {
	d.mu.Lock()
	defer d.mu.Unlock()
	decision.Principal = iam.RoleARN(decision.Principal)
	d.seen[decision] = true
}

// spare are the permissions that a run of these tests need not use, each by the role
// that has it, with the reason for which it does.
func spare() map[string]string {
	return map[string]string{
		"PublishLeadsRole: dynamodb:describestream on LeadsTable":          "Lambda's poller uses it on AWS; the local one reads the stream in process",
		"PublishLeadsRole: dynamodb:getrecords on LeadsTable":              "as above",
		"PublishLeadsRole: dynamodb:getsharditerator on LeadsTable":        "as above",
		"PublishLeadsRole: dynamodb:liststreams on *":                      "as above",
		"PublishIbsRole: dynamodb:describestream on UsersTable":            "as above",
		"PublishIbsRole: dynamodb:getrecords on UsersTable":                "as above",
		"PublishIbsRole: dynamodb:getsharditerator on UsersTable":          "as above",
		"PublishIbsRole: dynamodb:liststreams on *":                        "as above",
		"SyncTagsRole: sqs:receivemessage on LeadSyncQueue":                "Lambda's poller uses it on AWS; the local one reads the queue in process",
		"SyncTagsRole: sqs:deletemessage on LeadSyncQueue":                 "as above",
		"SyncTagsRole: sqs:getqueueattributes on LeadSyncQueue":            "as above",
		"PublishLeadsRole: sqs:sendmessage on PublishDeadQueue":            "for changes that could not be published within a day",
		"PublishIbsRole: sqs:sendmessage on PublishDeadQueue":              "as above",
		"SyncTagsRole: sqs:sendmessage on LeadSyncQueue":                   "when Systeme.io asks to wait; internal/tagsync tests it",
		"SyncTagsRole: sqs:changemessagevisibility on LeadSyncQueue":       "as above",
		"SyncTagsRole: dynamodb:deleteitem on RegistryTable":               "for a tag id that has gone stale; internal/tagsync tests it",
		"AdminFunctionRole: sqs:listmessagemovetasks on LeadSyncDeadQueue": "when dead letters are being moved already; internal/admin tests it",
		"ReconcileFunctionRole: dynamodb:updateitem on UsersTable":         "for an IB's tags that were not made for hours; internal/reconcile tests it",
	}
}

// traced are the permissions of every function that is traced, which need not be used.
func traced() map[string]string {
	return map[string]string{
		"xray:puttracesegments on *":              "Lambda uses it on AWS; nothing records traces here",
		"xray:puttelemetryrecords on *":           "as above",
		"xray:getsamplingrules on *":              "in the managed policy that SAM gives the roles that it makes",
		"xray:getsamplingtargets on *":            "as above",
		"xray:getsamplingstatisticsummaries on *": "as above",
	}
}

// inspect returns each call of a function that its role does not allow, and
// each permission of a role that nothing used.
func (d *decisions) inspect(parsed *template.Template) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var complaints []string
	for decision := range d.seen {
		if !decision.Allowed {
			complaints = append(complaints, fmt.Sprintf("%s lacks %s on %s", decision.Principal, decision.Action, decision.Resource))
		}
	}
	excused := spare()
	for _, role := range parsed.Roles {
		for _, policy := range role.Policies {
			for _, grant := range policy.Grants() {
				named := role.LogicalID + ": " + short(grant)
				if !d.used(role.ARN, grant) && excused[named] == "" && traced()[short(grant)] == "" {
					complaints = append(complaints, "never used, "+named)
				}
			}
		}
	}
	slices.Sort(complaints)
	return complaints
}

func (d *decisions) used(role string, grant iam.Grant) bool {
	for decision := range d.seen {
		if decision.Principal == role && grant.Covers(decision) {
			return true
		}
	}
	return false
}

// short names a grant by the logical id of its resource.
func short(grant iam.Grant) string {
	action, resource, _ := strings.Cut(grant.String(), " on ")
	if _, name, ok := strings.Cut(resource, "clientflow-"); ok {
		resource, _, _ = strings.Cut(name, "/stream/")
	}
	return action + " on " + resource
}

// What one role uses is no reason for another to have it too.
func TestInspectFindsWhatOneRoleHasInVain(t *testing.T) {
	t.Parallel()
	parsed := mustTemplate(t)
	users := func(role, action string, allowed bool) iam.Decision {
		return iam.Decision{Principal: "arn:aws:iam::000000000000:role/clientflow-" + role, Action: action,
			Resource: "arn:aws:dynamodb:us-east-1:000000000000:table/clientflow-UsersTable", Allowed: allowed}
	}
	d := decisions{seen: map[iam.Decision]bool{}}
	d.record(users("AccountFunctionRole", "dynamodb:GetItem", true))
	d.record(users("TenantRole", "dynamodb:PutItem", false))
	complaints := d.inspect(parsed)
	for complaint, want := range map[string]bool{
		"never used, TenantRole: dynamodb:getitem on UsersTable":               true,
		"never used, AccountFunctionRole: dynamodb:getitem on UsersTable":      false,
		"never used, ReconcileFunctionRole: dynamodb:updateitem on UsersTable": false, // excused
		"never used, AccountFunctionRole: dynamodb:updateitem on UsersTable":   true,
		"never used, AccountFunctionRole: xray:puttracesegments on *":          false,
		"arn:aws:iam::000000000000:role/clientflow-TenantRole lacks dynamodb:PutItem on " +
			"arn:aws:dynamodb:us-east-1:000000000000:table/clientflow-UsersTable": true,
	} {
		if slices.Contains(complaints, complaint) != want {
			t.Errorf("%s: said is %t of\n%s", complaint, !want, strings.Join(complaints, "\n"))
		}
	}
}

// An excuse for what no role has would excuse it unseen once one does.
func TestEveryExcuseIsForAPermission(t *testing.T) {
	t.Parallel()
	parsed := mustTemplate(t)
	excuses := slices.Collect(maps.Keys(spare()))
	for _, role := range parsed.Roles {
		for _, policy := range role.Policies {
			for _, grant := range policy.Grants() {
				excuses = slices.DeleteFunc(excuses, func(name string) bool { return name == role.LogicalID+": "+short(grant) })
			}
		}
	}
	if len(excuses) > 0 {
		t.Errorf("excused, and in no role: %v", excuses)
	}
}
