package e2e_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFromSignUpToSyncedLead(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")

	page := send(t, "GET", s.api+"/forms/"+john.formKey, "").want(t, 200)
	if got := page.header.Get("content-type"); !strings.HasPrefix(got, "text/html") ||
		!strings.Contains(page.body, `action="/forms/`+john.formKey+`/leads"`) {
		t.Errorf("hosted form: %s\n%s", got, page.body)
	}

	visitor := newAddress("visitor")
	sent := john.submit(t, url.Values{
		"email": {strings.ToUpper(visitor)}, "name": {" Jané Canary Doe "}, "phone": {"+44 20 7946 0958"},
		"ib_type": {"Forex IB"}, "monthly_leads": {"500+"}, "broker_network": {"Acme"}, "consent": {"on"},
	}).want(t, 303)
	thanks := sent.header.Get("location")
	send(t, "GET", s.api+thanks, "").want(t, 200)

	var found lead
	eventually(t, time.Second, func() error {
		all := john.leads(t, "")
		if len(all) != 1 {
			return fmt.Errorf("%d leads", len(all))
		}
		found = all[0]
		return nil
	})
	if found.Email != visitor || found.Name != "Jané Canary Doe" || found.IBType != "forex-ib" ||
		found.MonthlyLeads != "500+" || found.Status != "new" || found.Submissions != 1 || found.Source != "form" {
		t.Errorf("lead %+v", found)
	}

	eventually(t, 2*time.Second, func() error {
		if got := john.stats(t); got.TotalLeads != 1 || got.ThisMonth != 1 || got.ByStatus["new"] != 1 ||
			got.ByType["forex-ib"] != 1 || len(got.ByDay) != 30 || got.ByDay[29].Leads != 1 {
			return fmt.Errorf("stats %+v", got)
		}
		return nil
	})

	want := []string{john.prefix + "demo-request", john.prefix + "forex-ib", john.prefix + "high-volume"}
	eventually(t, aWhile, func() error { return john.synced(t, found.LeadID, want) })
	c := john.mustContact(t, visitor)
	for slug, value := range map[string]string{
		"first_name": "Jané", "surname": "Canary Doe", "ib_owner_id": john.userID, "ib_prefix": john.prefix,
	} {
		if got := c.field(slug); got != value {
			t.Errorf("contact field %s is %q, want %q", slug, got, value)
		}
	}
}

// synced checks that a lead says it is synced with exactly those tags, and that
// Systeme.io's contact carries them. A workflow may have added one of its own.
func (b *ib) synced(tb testing.TB, leadID string, want []string) error {
	tb.Helper()
	var l lead
	b.get(tb, "/leads/"+leadID).want(tb, 200).decode(tb, &l)
	slices.Sort(l.SystemeTagsApplied)
	slices.Sort(want)
	if l.SyncState != "synced" || l.SystemeSyncedAt == nil || !slices.Equal(l.SystemeTagsApplied, want) {
		return fmt.Errorf("lead is %s with tags %v, want %v", l.SyncState, l.SystemeTagsApplied, want)
	}
	found := b.site.contacts(tb, l.Email)
	if len(found) != 1 {
		return fmt.Errorf("%d contacts", len(found))
	}
	for _, name := range want {
		if !slices.Contains(found[0].tags(), name) {
			return fmt.Errorf("contact lacks %s: %v", name, found[0].tags())
		}
	}
	for _, name := range found[0].tags() {
		workflow := strings.HasSuffix(name, "-engaged") || strings.HasSuffix(name, "-vip-prospect")
		if strings.HasPrefix(name, b.prefix) && !workflow && !slices.Contains(want, name) {
			return fmt.Errorf("contact carries %s too", name)
		}
	}
	return nil
}

func (c contact) tags() []string {
	var names []string
	for _, tag := range c.Tags {
		names = append(names, tag.Name)
	}
	return names
}

func (b *ib) mustContact(tb testing.TB, address string) contact {
	tb.Helper()
	found := b.site.contacts(tb, address)
	if len(found) != 1 {
		tb.Fatalf("%d contacts with that address", len(found))
	}
	return found[0]
}

func TestSameEmailTwiceIsOneLead(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	visitor := newAddress("visitor")
	first := john.capture(t, object{"email": visitor, "name": "Canary One", "ib_type": "forex-ib"}).want(t, 201)
	second := john.capture(t, object{"email": " " + strings.ToUpper(visitor), "name": "Canary Two"}).want(t, 201)
	if first.body != second.body {
		t.Errorf("the second answer tells: %q, %q", first.body, second.body)
	}
	eventually(t, time.Second, func() error {
		all := john.leads(t, "")
		if len(all) != 1 || all[0].Submissions != 2 || all[0].Name != "Canary One" || all[0].IBType != "forex-ib" {
			return fmt.Errorf("leads %+v", all)
		}
		return nil
	})
	eventually(t, 2*time.Second, func() error {
		if got := john.stats(t).TotalLeads; got != 1 {
			return fmt.Errorf("%d leads counted", got)
		}
		return nil
	})
}

func TestOneVisitorOfTwoIBs(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	visitor := newAddress("visitor")
	john.capture(t, object{"email": visitor, "name": "Jane Canary", "ib_type": "forex-ib"}).want(t, 201)
	sarah.capture(t, object{"email": visitor, "name": "J. Canary", "ib_type": "crypto"}).want(t, 201)
	for b, ibType := range map[*ib]string{john: "forex-ib", sarah: "crypto"} {
		var id string
		eventually(t, time.Second, func() error {
			all := b.leads(t, "")
			if len(all) != 1 || all[0].Submissions != 1 {
				return fmt.Errorf("leads %+v", all)
			}
			id = all[0].LeadID
			return nil
		})
		eventually(t, aWhile, func() error {
			return b.synced(t, id, []string{b.prefix + "demo-request", b.prefix + ibType})
		})
	}
}

func TestTwoHundredCapturesAtOnceAreCountedExactly(t *testing.T) {
	t.Parallel()
	const visitors = 200
	john := mustSite(t).mustSignUp(t, "John")
	var wait sync.WaitGroup
	for i := range visitors {
		wait.Go(func() {
			got, err := try("POST", john.site.api+"/forms/"+john.formKey+"/leads",
				fmt.Sprintf(`{"email":%q,"name":"Canary","ib_type":"type-%d"}`, newAddress("burst"), i%4),
				"Content-Type", "application/json")
			if err != nil || got.status != 201 {
				t.Errorf("capture %d: %d, %v %s", i, got.status, err, got.body)
			}
		})
	}
	wait.Wait()
	eventually(t, aWhile, func() error {
		got := john.stats(t)
		if got.TotalLeads != visitors || got.ByStatus["new"] != visitors || got.ByDay[29].Leads != visitors {
			return fmt.Errorf("stats %+v", got)
		}
		for i := range 4 {
			if n := got.ByType[fmt.Sprintf("type-%d", i)]; n != visitors/4 {
				return fmt.Errorf("%d leads of type %d", n, i)
			}
		}
		return nil
	})
	if n := len(john.leads(t, "")); n != visitors {
		t.Errorf("%d leads listed", n)
	}
}

func TestStatsFollowALeadsStatus(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	var made struct{ LeadID string }
	john.send(t, "POST", "/leads", object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201).decode(t, &made)
	john.send(t, "POST", "/leads", object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
	for _, status := range []string{"engaged", "converted", "churned", "converted"} {
		john.send(t, "PATCH", "/leads/"+made.LeadID, object{"status": status}).want(t, 200)
	}
	eventually(t, 2*time.Second, func() error {
		got := john.stats(t)
		if got.TotalLeads != 2 || got.Converted != 1 || got.ByStatus["new"] != 1 || got.ByStatus["converted"] != 1 ||
			got.ByStatus["engaged"] != 0 || got.ByStatus["churned"] != 0 {
			return fmt.Errorf("stats %+v", got)
		}
		return nil
	})
}

func TestAnIBAddsALeadByHand(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	document := object{"email": newAddress("visitor"), "name": "Canary", "userId": "11111111-2222-4333-8444-555555555555"}
	var first, second struct {
		Success bool
		LeadID  string
	}
	john.send(t, "POST", "/leads", document).want(t, 201).decode(t, &first)
	john.send(t, "POST", "/leads", document).want(t, 200).decode(t, &second)
	if !first.Success || first.LeadID == "" || second.LeadID != first.LeadID {
		t.Errorf("answers %+v, %+v", first, second)
	}
	var l lead
	john.get(t, "/leads/"+first.LeadID).want(t, 200).decode(t, &l)
	if l.Source != "dashboard" {
		t.Errorf("source %q", l.Source)
	}
	john.send(t, "POST", "/leads/"+first.LeadID+"/resync", nil).want(t, 202)
}

func TestARouteThatIsNotInTheTemplateDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	if got := send(t, "GET", s.api+"/no/such/route", ""); got.status != 404 || got.body != `{"message":"Not Found"}` {
		t.Errorf("%d %s", got.status, got.body)
	}
	send(t, "DELETE", s.api+"/health", "").want(t, 404)
	if got := send(t, "GET", s.api+"/health", "").want(t, 200); got.body != `{"status":"ok"}` || got.header.Get("x-request-id") == "" {
		t.Errorf("%v %s", got.header, got.body)
	}
}
