package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"

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

// spare are the permissions that a run of these tests need not use, each with
// the reason for which the role has it.
func spare() map[string]string {
	return map[string]string{
		"dynamodb:describestream on LeadsTable":         "Lambda's poller uses it on AWS; the local one reads the stream in process",
		"dynamodb:getrecords on LeadsTable":             "as above",
		"dynamodb:getsharditerator on LeadsTable":       "as above",
		"dynamodb:liststreams on *":                     "as above",
		"sqs:receivemessage on LeadSyncQueue":           "Lambda's poller uses it on AWS; the local one reads the queue in process",
		"sqs:deletemessage on LeadSyncQueue":            "as above",
		"sqs:getqueueattributes on LeadSyncQueue":       "as above",
		"dynamodb:describestream on UsersTable":         "as above",
		"dynamodb:getrecords on UsersTable":             "as above",
		"dynamodb:getsharditerator on UsersTable":       "as above",
		"sqs:sendmessage on LeadSyncQueue":              "when Systeme.io asks to wait; internal/tagsync tests it",
		"sqs:sendmessage on PublishDeadQueue":           "for changes that could not be published within a day",
		"sqs:changemessagevisibility on LeadSyncQueue":  "when Systeme.io asks to wait; internal/tagsync tests it",
		"sqs:listmessagemovetasks on LeadSyncDeadQueue": "when dead letters are being moved already; internal/admin tests it",
		"dynamodb:updateitem on UsersTable":             "for an IB's tags that were not made for hours; internal/reconcile tests it",
		"dynamodb:deleteitem on RegistryTable":          "for a tag id that has gone stale; internal/tagsync tests it",
		"xray:puttracesegments on *":                    "Lambda uses it on AWS; nothing records traces here",
		"xray:puttelemetryrecords on *":                 "as above",
		"xray:getsamplingrules on *":                    "in the managed policy that SAM gives the roles that it makes",
		"xray:getsamplingtargets on *":                  "as above",
		"xray:getsamplingstatisticsummaries on *":       "as above",
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
				if !d.used(role.ARN, grant) && excused[short(grant)] == "" {
					complaints = append(complaints, fmt.Sprintf("%s never uses %s", role.LogicalID, short(grant)))
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
