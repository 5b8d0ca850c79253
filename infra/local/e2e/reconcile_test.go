package e2e_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

// reconcile makes one run, as the clock would.
func reconcile(tb testing.TB) {
	tb.Helper()
	reconcileIn(tb, shared)
}

type hook struct {
	ID, URL       string
	Active        bool
	Subscriptions []struct{ Event string }
}

func (s site) hooks(tb testing.TB) []hook {
	tb.Helper()
	var page struct{ Items []hook }
	send(tb, "GET", s.systeme+"/api/webhooks", "", "X-API-Key", "local").want(tb, 200).decode(tb, &page)
	return page.Items
}

// What workflows did while the webhook was gone is found, and the webhook is there
// again. Nothing else may happen in the stack meanwhile, so this test is not one of
// the parallel ones.
func TestWhatWasMissedIsMadeUpFor(t *testing.T) {
	s := mustSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	visitor := newAddress("visitor")
	leadOf := map[*ib]string{}
	for _, b := range []*ib{john, sarah} {
		b.capture(t, object{"email": visitor, "name": "Canary"}).want(t, 201)
		eventually(t, aWhile, func() error {
			all := b.leads(t, "")
			if len(all) != 1 {
				return fmt.Errorf("%d leads", len(all))
			}
			leadOf[b] = all[0].LeadID
			return b.synced(t, leadOf[b], []string{b.prefix + "demo-request"})
		})
	}
	contactID := john.mustContact(t, visitor).ID
	s.tag(t, contactID, john.prefix+"engaged")
	eventually(t, aWhile, func() error {
		if l := john.leads(t, "")[0]; l.Status != "engaged" {
			return fmt.Errorf("John's lead is %s", l.Status)
		}
		return nil
	})
	for _, h := range s.hooks(t) {
		send(t, "DELETE", s.systeme+"/api/webhooks/"+h.ID, "", "X-API-Key", "local").want(t, 204)
	}
	s.tag(t, contactID, john.prefix+"converted")
	shared.Simulator.Untag(int64(contactID), john.prefix+"engaged")
	reconcile(t)

	var l lead
	john.get(t, "/leads/"+leadOf[john]).want(t, 200).decode(t, &l)
	if want := []string{john.prefix + "converted", john.prefix + "demo-request"}; l.Status != "converted" || !slices.Equal(l.SystemeTagsApplied, want) {
		t.Errorf("John's lead is %s with %v", l.Status, l.SystemeTagsApplied)
	}
	eventually(t, aWhile, func() error {
		if got := john.stats(t); got.Converted != 1 {
			return fmt.Errorf("stats %+v", got)
		}
		return nil
	})
	sarah.get(t, "/leads/"+leadOf[sarah]).want(t, 200).decode(t, &l)
	if l.Status != "new" {
		t.Errorf("Sarah's lead is %s", l.Status)
	}
	hooks := s.hooks(t)
	if len(hooks) != 1 || hooks[0].URL != s.api+"/webhooks/systeme" || !hooks[0].Active || len(hooks[0].Subscriptions) != 2 {
		text, err := json.Marshal(hooks)
		t.Errorf("webhooks %s, %v", text, err)
	}
}
