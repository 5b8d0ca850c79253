package e2e_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestTricks tries what is no id on every tenant-scoped route: another's cursor, address
// and name, and another's userId wherever a request has room for one.
func TestTricks(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustTenancy(t, "john"), s.mustTenancy(t, "sarah")
	all := []*tenancy{john, sarah}
	before := sarah.everything(t)
	queries := sarah.asIfByHer(t)

	for _, route := range routesFor(tenantScoped) {
		switch {
		case route == "POST /me/sessions/revoke" || !john.affords(route): // the first is the last that John does
		case route == "POST /me/password": // which may be tried a few times an hour
			john.trick(t, all, route, strings.Join(queries, "&"))
		default:
			for _, query := range queries {
				john.trick(t, all, route, query)
			}
		}
	}
	var me struct{ UserID, FormKey, SystemeTagPrefix string }
	john.get(t, "/me").want(t, 200).decode(t, &me)
	if me.UserID != john.userID || me.FormKey != john.formKey || me.SystemeTagPrefix != john.prefix {
		t.Errorf("John has become %+v", me)
	}
	john.holdsNoOther(t, all, john.allAnswers(t))

	// From here on John has a lead with an address of Sarah's, of his own.
	john.send(t, "POST", "/leads?userId="+sarah.userID, with(sarah, object{"email": sarah.leads[0].Email, "name": john.canary})).want(t, 201)
	if after := sarah.everything(t); after != before {
		t.Errorf("what Sarah reads has changed:\n%s\nwas\n%s", after, before)
	}
	if n := len(slices.DeleteFunc(john.ib.leads(t, ""), func(l lead) bool { return l.Email != sarah.leads[0].Email })); n != 1 {
		t.Errorf("John has %d leads with the address that he added", n)
	}
	john.trick(t, all, "POST /me/sessions/revoke", strings.Join(queries, "&"))
	john.get(t, "/me").want(t, 401)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": john.refreshToken}).want(t, 401)
	sarah.get(t, "/me").want(t, 200)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": sarah.refreshToken}).want(t, 200)
}

// asIfByHer returns queries that name the IB, or what is its own: words of its leads, and
// a cursor of each list that has one.
func (x *tenancy) asIfByHer(t *testing.T) []string {
	t.Helper()
	queries := []string{
		"userId=" + x.userID, "tenantId=" + x.userID, "sub=" + x.userID,
		"q=" + url.QueryEscape(x.leads[0].Email), "q=" + x.canary,
	}
	cursors := 0
	for _, path := range []string{"/leads", "/audit", "/erasures"} {
		var page struct{ NextCursor string }
		if x.get(t, path+"?limit=1").want(t, 200).decode(t, &page); page.NextCursor != "" {
			queries = append(queries, "cursor="+url.QueryEscape(page.NextCursor))
			cursors++
		}
	}
	if cursors == 0 {
		t.Fatal("no cursor to try")
	}
	return queries
}

// with is a document that says as well that it is another's.
func with(another *tenancy, document object) object {
	tricky := object{"userId": another.userID, "tenantId": another.userID, "leadId": another.leads[0].LeadID,
		"sk": "LEAD#" + another.leads[0].LeadID, "formKey": another.formKey, "systemeTagPrefix": another.prefix}
	maps.Copy(tricky, document)
	return tricky
}

// trick calls a route as the IB, of its own lead where it takes one, with all that may
// make it another's. The answer must be one to the IB itself, and hold nothing of the
// other.
func (x *tenancy) trick(t *testing.T, all []*tenancy, route, query string) {
	t.Helper()
	other := all[1]
	method, path := address(route, x.leads[0].LeadID)
	if method == "DELETE" {
		method, path = address(route, strings.Repeat("0", 26)) // John's own is needed once more
	}
	mark := "?"
	if strings.Contains(path, mark) {
		mark = "&"
	}
	body := ""
	if document := registry[route].body; document != nil {
		body = encode(t, with(other, document))
	}
	got := send(t, method, x.site.api+path+mark+query, body, "Content-Type", "application/json", "Authorization", "Bearer "+x.token,
		"userId", other.userID, "x-user-id", other.userID, "x-tenant-id", other.userID, "x-amzn-tenant", other.userID)
	refused := method == "DELETE" && got.status == 404 || route == "POST /me/password" && got.status == 422 ||
		strings.HasPrefix(query, "cursor=") && got.status == 422 // a list's cursor in another list
	if got.status >= 400 && !refused {
		t.Errorf("%s with %s: %d %s", route, query, got.status, got.body)
	}
	x.holdsNoOther(t, all, got.body)
	for _, values := range got.header {
		x.holdsNoOther(t, all, strings.Join(values, " "))
	}
}
