package e2e_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

type entry struct {
	At, Actor, Action, RequestID string
	LeadID                       *string
	Changed                      []string
	StatusBefore, StatusAfter    *string
}

// trail returns an IB's whole audit trail, the newest first.
func (b *ib) trail(tb testing.TB) (all []entry) {
	tb.Helper()
	for cursor := ""; ; {
		var page struct {
			Entries    []entry
			NextCursor *string
		}
		got := b.get(tb, "/audit?limit=2"+cursor).want(tb, 200)
		if strings.Contains(strings.ToLower(got.body), "canary") {
			tb.Errorf("the trail tells more than what was done: %s", got.body)
		}
		got.decode(tb, &page)
		all = append(all, page.Entries...)
		if page.NextCursor == nil {
			return all
		}
		cursor = "&cursor=" + *page.NextCursor
	}
}

// done tells whether one entry says that somebody did something, by a request unless
// that is "".
func done(trail []entry, actor, action, requestID string) error {
	times := 0
	for _, e := range trail {
		if e.Actor == actor && e.Action == action && (requestID == "" || e.RequestID == requestID) && e.RequestID != "" {
			times++
		}
	}
	if times != 1 {
		return fmt.Errorf("%s %s by request %q: %d entries in %+v", actor, action, requestID, times, trail)
	}
	return nil
}

func TestTheAuditTrailTellsWhoDidWhat(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	visitor := newAddress("visitor")
	requestOf := func(a answer, status int) string { return a.want(t, status).header.Get("x-request-id") }
	captured := requestOf(john.capture(t, object{"email": visitor, "name": "Canary"}), 201)
	var l lead
	eventually(t, aWhile, func() error {
		all := john.leads(t, "")
		if len(all) != 1 {
			return fmt.Errorf("%d leads", len(all))
		}
		l = all[0]
		return john.synced(t, l.LeadID, []string{john.prefix + "demo-request"})
	})
	path := "/leads/" + l.LeadID
	patched := requestOf(john.send(t, "PATCH", path, object{"notes": "Canary notes"}), 200)
	resynced := requestOf(john.send(t, "POST", path+"/resync", nil), 202)
	s.tag(t, john.mustContact(t, visitor).ID, john.prefix+"converted")
	eventually(t, aWhile, func() error {
		trail := john.trail(t)
		var converted error = errors.New("no workflow converted it")
		for _, e := range trail {
			if e.LeadID == nil || *e.LeadID != l.LeadID || e.At == "" {
				return fmt.Errorf("about another lead: %+v", e)
			}
			if e.Actor == "workflow" && e.StatusAfter != nil && *e.StatusAfter == "converted" {
				converted = nil
			}
		}
		return errors.Join(converted, done(trail, "visitor", "captured", captured),
			done(trail, "ib", "changed", patched), done(trail, "ib", "resync-requested", resynced))
	})

	erased := requestOf(john.send(t, "DELETE", path, nil), 204)
	eventually(t, aWhile, func() error {
		trail := john.trail(t)
		for _, e := range trail {
			if e.LeadID != nil {
				return fmt.Errorf("the erased lead is named in %+v", e)
			}
		}
		return errors.Join(done(trail, "ib", "erased", erased), done(trail, "visitor", "captured", captured))
	})
	if hers := sarah.trail(t); len(hers) != 0 {
		t.Errorf("another IB sees %+v", hers)
	}
}

func TestADisabledIBIsOutAtOnce(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	// John is an admin himself, who could let himself in again.
	admin, john, sarah := s.mustAdmin(t), s.mustAdmin(t), s.mustSignUp(t, "Sarah")
	form := "/forms/" + john.formKey
	unknown := send(t, "GET", s.api+"/forms/00000000000000000000", "").want(t, 404)
	disable := func(disabled bool) {
		admin.send(t, "PUT", "/admin/ibs/"+john.userID+"/disabled", object{"disabled": disabled}).want(t, 204)
	}
	disable(true)
	for _, route := range routesFor(tenantScoped, admins) {
		method, path := address(route, "00000000000000000000000000")
		john.send(t, method, path, registry[route].body).want(t, 403)
	}
	john.send(t, "PUT", "/admin/ibs/"+john.userID+"/disabled", object{"disabled": false}).want(t, 403)
	s.public(t, "POST", "/login", object{"email": john.email, "password": password}).want(t, 403)
	s.public(t, "POST", "/login", object{"email": john.email, "password": "wrong" + password}).want(t, 401)
	s.public(t, "POST", "/login/refresh", object{"refreshToken": john.refreshToken}).want(t, 403)
	if got := send(t, "GET", s.api+form, "").want(t, 404); got.comparable() != unknown.comparable() {
		t.Errorf("a disabled IB's form is told from no form: %s, %s", got.comparable(), unknown.comparable())
	}
	john.capture(t, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 404)
	sarah.get(t, "/me").want(t, 200)

	disable(false)
	john.get(t, "/me").want(t, 200)
	send(t, "GET", s.api+form, "").want(t, 200)
	if all := john.leads(t, ""); len(all) != 0 {
		t.Errorf("captured in the meantime: %+v", all)
	}
	s.public(t, "POST", "/login/refresh", object{"refreshToken": john.refreshToken}).want(t, 200)
}
