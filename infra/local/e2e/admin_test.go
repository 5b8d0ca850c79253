package e2e_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/stack"
)

// asOwner calls AWS as the owner of the account does.
func (s site) asOwner(tb testing.TB, target string, document object) answer {
	tb.Helper()
	return send(tb, "POST", s.aws, encode(tb, document), "X-Amz-Target", target, "Content-Type", "application/x-amz-json-1.0",
		"Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/any/aws4_request, SignedHeaders=host, Signature=0").want(tb, 200)
}

// mustAdmin makes a member of the group admins.
func (s site) mustAdmin(tb testing.TB) *ib {
	tb.Helper()
	b := s.mustSignUp(tb, "Admin")
	s.ways().promote(tb, b.email)
	b.signIn(tb)
	return b
}

// TestAdminRoutesAreForAdmins calls every route of the admin's as an IB, and with
// what is no token, with every kind of id. Whoever is refused must not learn from
// the answer whether an IB exists, and must have changed nothing.
func TestAdminRoutesAreForAdmins(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	admin, john, sarah := s.mustAdmin(t), s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	ids := []string{"00000000-0000-4000-8000-000000000000", john.userID, sarah.userID, "x"} // the first is nobody's
	type caller struct {
		name, authorization string
		status              int
	}
	callers := []caller{{"an IB", "Bearer " + john.token, 403}}
	for name, authorization := range admin.notTokens() {
		callers = append(callers, caller{name, authorization, 401})
	}
	for _, route := range routesFor(admins) {
		body := encode(t, registry[route].body)
		for _, c := range callers {
			var unknown answer
			for i, id := range ids {
				method, path := address(route, id)
				got := send(t, method, s.api+path, body, "Content-Type", "application/json", "Authorization", c.authorization)
				if i == 0 {
					unknown = got
				}
				if got.status != c.status || got.comparable() != unknown.comparable() {
					t.Errorf("%s as %s, %s: %s\nfor an unknown id: %s", route, c.name, id, got.comparable(), unknown.comparable())
				}
			}
		}
	}
	var me struct{ SystemeWorkflowsConfigured bool }
	for _, b := range []*ib{john, sarah} {
		if b.get(t, "/me").want(t, 200).decode(t, &me); me.SystemeWorkflowsConfigured {
			t.Error("somebody who is no admin has marked workflows as configured")
		}
	}
}

// listed is an IB as the admin sees it.
type listed struct {
	UserID, Email, Name, SystemeTagPrefix, FormKey, CreatedAt string
	SystemeWorkflowsConfigured                                bool
	LeadCount                                                 int
}

// ibs returns all IBs, page by page, and every answer as text.
func (b *ib) ibs(tb testing.TB) (all []listed, texts string) {
	tb.Helper()
	for cursor := ""; ; {
		var page struct {
			IBs        []listed
			NextCursor *string
		}
		got := b.get(tb, "/admin/ibs"+cursor).want(tb, 200)
		got.decode(tb, &page)
		all, texts = append(all, page.IBs...), texts+got.body
		if page.NextCursor == nil {
			return all, texts
		}
		cursor = "?cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

func TestTheAdminSeesIBsAndNoLeads(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	admin, john := s.mustAdmin(t), s.mustTenancy(t, "john")
	all, texts := admin.ibs(t)
	i := slices.IndexFunc(all, func(l listed) bool { return l.UserID == john.userID })
	if i < 0 {
		t.Fatalf("%s is not among %d IBs", john.userID, len(all))
	}
	if _, err := time.Parse(time.RFC3339, all[i].CreatedAt); err != nil {
		t.Error(err)
	}
	want := listed{UserID: john.userID, Email: john.email, Name: "Canary " + john.canary, SystemeTagPrefix: john.prefix,
		FormKey: john.formKey, CreatedAt: all[i].CreatedAt, LeadCount: len(john.leads)}
	if all[i] != want {
		t.Errorf("listed as %+v, want %+v", all[i], want)
	}
	newestFirst := func(a, b listed) int { return strings.Compare(b.CreatedAt, a.CreatedAt) }
	if !slices.IsSortedFunc(all, newestFirst) {
		t.Error("the newest are not the first")
	}
	var one listed
	got := admin.get(t, "/admin/ibs/"+john.userID).want(t, 200)
	if got.decode(t, &one); one != want {
		t.Errorf("shown as %+v, want %+v", one, want)
	}
	texts += got.body + admin.get(t, "/admin/sync").want(t, 200).body
	for _, l := range john.leads {
		for _, secret := range []string{l.LeadID, l.Email} {
			if strings.Contains(texts, secret) {
				t.Errorf("the admin is shown %s", secret)
			}
		}
	}
	// The dashboard's routes show an admin its own leads, as they do everyone.
	admin.get(t, "/leads/"+john.leads[0].LeadID).want(t, 404)
}

func TestTheAdminSetsWorkflowsUp(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	admin, john := s.mustAdmin(t), s.mustSignUp(t, "John")
	path := "/admin/ibs/" + john.userID + "/workflows"
	var document struct {
		Configured bool
		Workflows  []struct {
			Name    string
			Trigger struct{ Tag string }
			Steps   []object
		}
	}
	show := func() bool {
		t.Helper()
		admin.get(t, path).want(t, 200).decode(t, &document)
		var me struct{ SystemeWorkflowsConfigured bool }
		if john.get(t, "/me").want(t, 200).decode(t, &me); me.SystemeWorkflowsConfigured != document.Configured {
			t.Errorf("the admin sees %v, the IB %v", document.Configured, me.SystemeWorkflowsConfigured)
		}
		return document.Configured
	}
	if show() {
		t.Error("configured at the sign-up")
	}
	if len(document.Workflows) != 5 {
		t.Errorf("%d workflows", len(document.Workflows))
	}
	for _, w := range document.Workflows {
		if !strings.HasPrefix(w.Trigger.Tag, john.prefix) || !strings.Contains(w.Name, "John") || len(w.Steps) == 0 {
			t.Errorf("workflow %+v", w)
		}
	}
	for _, configured := range []bool{true, false} {
		if admin.send(t, "PUT", path, object{"configured": configured}).want(t, 204); show() != configured {
			t.Errorf("not marked %v", configured)
		}
	}
	for body, field := range map[string]string{`{}`: "configured", `{"configured":"yes"}`: "configured", `{"configured":null}`: "configured", `true`: "body"} {
		got := send(t, "PUT", s.api+path, body, "Content-Type", "application/json", "Authorization", "Bearer "+admin.token).want(t, 422)
		if named := got.fields(t); len(named) != 1 || named[0] != field {
			t.Errorf("%s: named %v", body, named)
		}
	}
	if named := admin.get(t, "/admin/ibs?cursor=x").want(t, 422).fields(t); len(named) != 1 || named[0] != "cursor" {
		t.Errorf("named %v", named)
	}
	for _, route := range routesFor(admins) {
		if !strings.Contains(route, "{userId}") {
			continue
		}
		for _, id := range []string{"00000000-0000-4000-8000-000000000000", "x", strings.ToUpper(john.userID)} {
			method, path := address(route, id)
			admin.send(t, method, path, registry[route].body).want(t, 404)
		}
	}
}

// health is what the admin sees of the sync.
type health struct {
	Queue       struct{ Depth, Waiting, InFlight, Delayed int }
	DeadLetters struct {
		Depth            int
		OldestAgeSeconds *int
	}
	Webhook struct{ State, Detail string }
}

func (b *ib) syncHealth(tb testing.TB) health {
	tb.Helper()
	var h health
	b.get(tb, "/admin/sync").want(tb, 200).decode(tb, &h)
	return h
}

// A lead that has used up all its tries says that it failed, and its message is a
// dead letter. The redrive gives it all its tries again.
func TestARedriveBringsFailedLeadsBack(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	admin, john := s.mustAdmin(t), s.mustSignUp(t, "John")
	john.capture(t, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
	synced := func() error {
		if all := john.leads(t, ""); len(all) != 1 || all[0].SyncState != "synced" {
			return fmt.Errorf("leads %+v", all)
		}
		return nil
	}
	eventually(t, aWhile, synced)
	id := john.leads(t, "")[0].LeadID

	// As after eight tries, which take hours.
	text := func(value string) object { return object{"S": value} }
	s.asOwner(t, "DynamoDB_20120810.UpdateItem", object{
		"TableName": stack.Name + "-LeadsTable", "Key": object{"userId": text(john.userID), "sk": text("LEAD#" + id)},
		"UpdateExpression":          "SET syncState = :failed, syncError = :why REMOVE systemeTagsApplied, systemeSyncedAt",
		"ExpressionAttributeValues": object{":failed": text("failed"), ":why": text("Systeme.io did not answer.")},
	})
	s.asOwner(t, "AmazonSQS.SendMessage", object{
		"QueueUrl":    s.aws + "/000000000000/" + stack.Name + "-LeadSyncDeadQueue",
		"MessageBody": fmt.Sprintf(`{"userId":%q,"leadId":%q}`, john.userID, id), "MessageGroupId": john.userID,
	})
	before := admin.syncHealth(t)
	if before.DeadLetters.Depth != 1 || before.DeadLetters.OldestAgeSeconds == nil || *before.DeadLetters.OldestAgeSeconds > 60 {
		t.Errorf("before: %+v", before.DeadLetters)
	}
	for range 2 { // a second one finds nothing to do
		admin.send(t, "POST", "/admin/sync/redrive", nil).want(t, 202)
	}
	eventually(t, aWhile, synced)
	if after := admin.syncHealth(t); after.DeadLetters.Depth != 0 || after.DeadLetters.OldestAgeSeconds != nil {
		t.Errorf("after: %+v", after.DeadLetters)
	}
}

func TestTheAdminSeesThatTheWebhookWorks(t *testing.T) {
	t.Parallel()
	if got := mustSite(t).mustAdmin(t).syncHealth(t).Webhook; got.State != "ok" || got.Detail == "" {
		t.Errorf("webhook %+v", got)
	}
}
