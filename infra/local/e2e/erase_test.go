package e2e_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// erasures returns the IB's erasures by lead.
func (b *ib) erasures(tb testing.TB) map[string]string {
	tb.Helper()
	var page struct {
		Erasures []struct{ LeadID, State string }
	}
	b.get(tb, "/erasures").want(tb, 200).decode(tb, &page)
	states := map[string]string{}
	for _, e := range page.Erasures {
		states[e.LeadID] = e.State
	}
	return states
}

// TestErasingALead erases a visitor who is a lead of two IBs, from the one and then
// from the other.
func TestErasingALead(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	visitor := newAddress("visitor")
	ids := map[*ib]string{}
	for _, b := range []*ib{john, sarah} {
		b.capture(t, object{"email": visitor, "name": "Jane Canary", "ib_type": "forex-ib"}).want(t, 201)
		eventually(t, aWhile, func() error {
			all := b.leads(t, "")
			if len(all) != 1 {
				return fmt.Errorf("%d leads", len(all))
			}
			ids[b] = all[0].LeadID
			return b.synced(t, ids[b], []string{b.prefix + "demo-request", b.prefix + "forex-ib"})
		})
	}

	john.send(t, "DELETE", "/leads/"+ids[john], nil).want(t, 204)
	john.get(t, "/leads/"+ids[john]).want(t, 404)
	john.send(t, "DELETE", "/leads/"+ids[john], nil).want(t, 404)
	if got := john.erasures(t); got[ids[john]] != "pending" {
		t.Errorf("erasures %v", got)
	}
	eventually(t, aWhile, func() error {
		if got := john.stats(t); got.TotalLeads != 0 || len(john.leads(t, "")) != 0 {
			return fmt.Errorf("stats %+v", got)
		}
		for _, tag := range john.mustContact(t, visitor).tags() {
			if strings.HasPrefix(tag, john.prefix) {
				return fmt.Errorf("the contact carries %s", tag)
			}
		}
		return nil
	})
	if err := sarah.synced(t, ids[sarah], []string{sarah.prefix + "demo-request", sarah.prefix + "forex-ib"}); err != nil {
		t.Errorf("Sarah's: %v", err)
	}
	if got := sarah.erasures(t); len(got) != 0 {
		t.Errorf("Sarah is shown %v", got)
	}

	sarah.send(t, "DELETE", "/leads/"+ids[sarah], nil).want(t, 204)
	eventually(t, aWhile, func() error {
		if left := s.contacts(t, visitor); len(left) != 0 {
			return fmt.Errorf("the contact is left, with %v", left[0].tags())
		}
		return nil
	})
}

func TestExportingLeads(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	first, second := newAddress("visitor"), newAddress("visitor")
	john.send(t, "POST", "/leads", object{"email": first, "name": "=1+1 Canary", "phone": "+44 20 7946 0958"}).want(t, 201)
	john.send(t, "POST", "/leads", object{"email": second, "name": "Jané, Canary"}).want(t, 201)
	var got answer
	eventually(t, time.Second, func() error { // an index may lag behind
		got = john.get(t, "/leads/export").want(t, 200)
		if n := strings.Count(got.body, "\r\n"); n != 3 {
			return fmt.Errorf("%d lines", n)
		}
		return nil
	})
	if media, as := got.header.Get("content-type"), got.header.Get("content-disposition"); media != "text/csv; charset=utf-8" || as != `attachment; filename="leads.csv"` {
		t.Errorf("%s, %s", media, as)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	name, phone := slices.Index(rows[0], "name"), slices.Index(rows[0], "phone")
	if rows[1][name] != "Jané, Canary" || rows[2][name] != "'=1+1 Canary" || rows[2][phone] != "'+44 20 7946 0958" {
		t.Errorf("rows %q", rows)
	}
}
