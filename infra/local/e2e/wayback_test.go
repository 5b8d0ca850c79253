package e2e_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
)

// tag puts a tag on a contact in Systeme.io as the admin or a workflow would.
func (s site) tag(tb testing.TB, contactID int, name string) {
	tb.Helper()
	var found struct {
		Items []struct {
			ID   int
			Name string
		}
	}
	send(tb, "GET", s.systeme+"/api/tags?query="+url.QueryEscape(name), "", "X-API-Key", "local").want(tb, 200).decode(tb, &found)
	var made struct{ ID int }
	for _, known := range found.Items {
		if known.Name == name {
			made.ID = known.ID
		}
	}
	if made.ID == 0 {
		send(tb, "POST", s.systeme+"/api/tags", encode(tb, object{"name": name}),
			"X-API-Key", "local", "Content-Type", "application/json").want(tb, 201).decode(tb, &made)
	}
	send(tb, "POST", fmt.Sprintf("%s/api/contacts/%d/tags", s.systeme, contactID), encode(tb, object{"tagId": made.ID}),
		"X-API-Key", "local", "Content-Type", "application/json").want(tb, 204)
}

func TestAWorkflowsTagComesBackToItsIBAlone(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	visitor := newAddress("visitor")
	leadOf := map[*ib]string{}
	for _, b := range []*ib{john, sarah} {
		b.capture(t, object{"email": visitor, "name": "Canary", "ib_type": "forex-ib"}).want(t, 201)
		eventually(t, aWhile, func() error {
			all := b.leads(t, "")
			if len(all) != 1 {
				return fmt.Errorf("%d leads", len(all))
			}
			leadOf[b] = all[0].LeadID
			return b.synced(t, leadOf[b], []string{b.prefix + "demo-request", b.prefix + "forex-ib"})
		})
	}

	shared := john.mustContact(t, visitor)
	for _, name := range []string{"converted", "made-up", "demo-request-2"} {
		s.tag(t, shared.ID, john.prefix+name)
	}
	s.tag(t, shared.ID, "ib-00000000-churned")

	var l lead
	eventually(t, aWhile, func() error {
		john.get(t, "/leads/"+leadOf[john]).want(t, 200).decode(t, &l)
		if got := john.stats(t); l.Status != "converted" || got.Converted != 1 || got.ByStatus["new"] != 0 {
			return fmt.Errorf("lead is %s, stats %+v", l.Status, got)
		}
		return nil
	})
	if want := []string{john.prefix + "converted", john.prefix + "demo-request", john.prefix + "forex-ib"}; !slices.Equal(slices.Sorted(slices.Values(l.SystemeTagsApplied)), want) {
		t.Errorf("John's tags are %v", l.SystemeTagsApplied)
	}
	sarah.get(t, "/leads/"+leadOf[sarah]).want(t, 200).decode(t, &l)
	if l.Status != "new" || sarah.stats(t).Converted != 0 {
		t.Errorf("Sarah's lead is %s", l.Status)
	}
}

func TestAWebhookThatIsNotSignedIsRefused(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	for _, signature := range []string{"", "00", "not hexadecimal"} {
		send(t, "POST", s.api+"/webhooks/systeme", `{}`, "Content-Type", "application/json",
			"x-webhook-event", "CONTACT_TAG_ADDED", "x-webhook-signature", signature).want(t, 401)
	}
}
