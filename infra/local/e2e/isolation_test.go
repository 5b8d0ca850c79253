package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// tenancy is an IB with leads, all of whose data carries one word that nobody
// else's does.
type tenancy struct {
	*ib
	canary string
	leads  []lead
}

// mustTenancy makes an IB with leads that have been synced, so that nothing of
// it changes any more by itself. A deployed stack's sync is not waited for.
func (s site) mustTenancy(tb testing.TB, name string) *tenancy {
	tb.Helper()
	canary := fmt.Sprintf("canary%s%d", name, people.Add(1))
	x := &tenancy{ib: s.mustSignUp(tb, canary), canary: canary}
	x.send(tb, "PATCH", "/me", object{"thankYouUrl": "https://" + canary + ".example/thanks"}).want(tb, 200)
	for i := range 3 {
		x.capture(tb, object{"email": fmt.Sprintf("%s.%d@visitors.test", canary, i), "name": canary,
			"broker_network": canary, "ib_type": canary}).want(tb, 201)
	}
	eventually(tb, aWhile, func() error {
		x.leads = x.ib.leads(tb, "")
		for _, l := range x.leads {
			if s.simulated() && l.SyncState != "synced" || l.Status != "new" {
				return fmt.Errorf("lead is %s, %s", l.SyncState, l.Status)
			}
		}
		if got := x.stats(tb).TotalLeads; len(x.leads) != 3 || got != 3 {
			return fmt.Errorf("%d leads, %d counted", len(x.leads), got)
		}
		return nil
	})
	return x
}

// everything returns all that the IB can read of its own, as text, less what a sync
// that is not waited for may change.
func (x *tenancy) everything(tb testing.TB) string {
	tb.Helper()
	leads := x.get(tb, "/leads?limit=100").body
	if !x.site.simulated() {
		var page struct{ Leads []object }
		answer{body: leads}.decode(tb, &page)
		for _, l := range page.Leads {
			for _, name := range []string{"systemeTagsApplied", "systemeSyncedAt", "syncState", "syncError", "syncNote"} {
				delete(l, name)
			}
		}
		leads = encode(tb, page)
	}
	return x.get(tb, "/me").body + x.get(tb, "/stats").body + leads
}

// comparable returns an answer without what is of this one request alone.
func (a answer) comparable() string {
	header := maps.Clone(a.header)
	for _, name := range []string{"X-Request-Id", "Apigw-Requestid", "Date"} {
		delete(header, name)
	}
	return fmt.Sprint(a.status, header, a.body)
}

// TestMatrix lets every IB try every tenant-scoped route with every other IB's
// ids. A foreign id, an unknown id and a malformed id must answer the same
// bytes, no answer may hold another IB's canary, and nothing of the victim may
// change.
func TestMatrix(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	all := []*tenancy{s.mustTenancy(t, "john"), s.mustTenancy(t, "sarah"), s.mustTenancy(t, "mike")}
	before := map[*tenancy]string{}
	for _, x := range all {
		before[x] = x.everything(t)
	}
	for _, attacker := range all {
		for _, victim := range all {
			if attacker == victim {
				continue
			}
			for _, route := range routesFor(tenantScoped) {
				if takesLead(route) {
					attacker.tryForeignID(t, victim, route)
				}
			}
		}
	}
	for _, x := range all {
		if after := x.everything(t); after != before[x] {
			t.Errorf("what %s reads has changed:\n%s\nwas\n%s", x.canary, after, before[x])
		}
		x.holdsNoOther(t, all, before[x]+x.allAnswers(t))
	}
}

// allAnswers returns what all routes that read answer the IB of its own, as text.
func (x *tenancy) allAnswers(tb testing.TB) string {
	tb.Helper()
	text := ""
	for _, route := range routesFor(tenantScoped) {
		method, path := address(route, x.leads[0].LeadID)
		if method == "GET" && x.affords(route) {
			text += x.get(tb, path).want(tb, 200).body
		}
	}
	return text
}

// affords tells whether a route may be called as often as one likes. On a deployed stack
// contacts cost the account's rate.
func (x *tenancy) affords(route string) bool { return x.site.simulated() || route != "GET /contacts" }

func (x *tenancy) tryForeignID(t *testing.T, victim *tenancy, route string) {
	t.Helper()
	try := func(id string) answer {
		method, path := address(route, id)
		return x.send(t, method, path, registry[route].body)
	}
	unknown := try(strings.Repeat("0", 26))
	if unknown.status != http.StatusNotFound {
		t.Errorf("%s: unknown id: %d %s", route, unknown.status, unknown.body)
	}
	for name, id := range map[string]string{
		"foreign":    victim.leads[0].LeadID,
		"malformed":  "x",
		"a sort key": "STATS%23TOTAL",
		"capitals":   strings.ToUpper(victim.leads[0].LeadID),
	} {
		if got := try(id); got.comparable() != unknown.comparable() {
			t.Errorf("%s: %s id: %s\nunknown id: %s", route, name, got.comparable(), unknown.comparable())
		}
	}
}

// holdsNoOther checks that a text of this IB's holds no other IB's canary, id,
// prefix, or form.
func (x *tenancy) holdsNoOther(t *testing.T, all []*tenancy, text string) {
	t.Helper()
	for _, other := range all {
		if other == x {
			continue
		}
		for _, word := range []string{other.canary, other.userID, other.prefix, other.formKey, other.leads[0].LeadID} {
			if strings.Contains(text, word) {
				t.Errorf("%s of %s reaches %s", word, other.canary, x.canary)
			}
		}
	}
}
