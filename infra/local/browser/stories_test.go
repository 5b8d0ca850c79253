//go:build browser

package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestFromSignUpToTheFirstLead goes the whole way by the pages alone.
func TestFromSignUpToTheFirstLead(t *testing.T) {
	t.Parallel()
	nora, address := mustPerson(t), newAddress("nora")
	nora.open("/")
	nora.click("[href='#sign-up']")
	nora.fill("#sign-up-name", "Nora Novak")
	nora.fill("#sign-up-email", address)
	nora.fill("#sign-up-password", password)
	nora.click("#sign-up button.primary")
	nora.until("location.hash === '#confirm'")
	nora.fill("#confirm-code", mailedCode(t, address))
	nora.click("#confirm button.primary")
	nora.at("/app")
	nora.press("Form")
	nora.at("/app/form")
	nora.press("Send a test lead")
	nora.sees("It works: your test lead came all the way")
	form := eval[string](nora, "document.querySelector('#link').href")

	visitor, theirs := mustPerson(t), newAddress("visitor")
	visitor.open(form)
	visitor.request("Vera Visitor", theirs)
	visitor.sees("Your request has reached Nora Novak")

	nora.press("See the lead")
	nora.at("/app/leads")
	nora.sees(address)
	nora.press("Leads")
	nora.at("/app/leads")
	nora.sees("Vera Visitor")
	nora.fill("#q", theirs)
	nora.until("document.querySelectorAll('#rows tr').length === 1")
	nora.click("#rows a")
	nora.sees("-demo-request")
}

// canary is an IB all of whose data carries a word of its own.
type canary struct {
	ib
	word string
	lead string
}

// mustCanary signs an IB up whose name, settings and leads carry a word, with a
// visitor whom it may share with other IBs.
func mustCanary(t *testing.T, word, shared string) canary {
	t.Helper()
	c := canary{ib: mustIB(t, word+" Brokers"), word: word}
	mustCall(t, c.token, "PATCH", "/me", object{"thankYouUrl": "https://" + word + ".test/thanks", "allowedOrigins": []string{"https://" + word + ".test"}}, nil)
	c.capture(t, object{"email": newAddress(word), "name": "Lead " + word, "ib_type": "type " + word, "broker_network": word})
	c.capture(t, object{"email": shared, "name": "Shared " + word})
	c.lead = c.leads(t, "q="+shared)[0]["leadId"].(string)
	mustCall(t, c.token, "PATCH", "/leads/"+c.lead, object{"notes": "Note of " + word}, nil)
	return c
}

// secrets are texts that nobody but the IB may meet.
func (c canary) secrets() []string { return []string{c.word, c.userID, c.formKey, c.prefix, c.lead} }

// walk goes through all pages behind the sign-in, and tries what another IB has.
func (c canary) walk(p *person, other canary) {
	p.Helper()
	p.signIn(c.email)
	for _, visit := range []struct{ path, text string }{
		{"/app", c.word},
		{"/app/leads", "Lead " + c.word},
		{"/app/leads?q=" + c.word, "Lead " + c.word},
		{"/app/leads?lead=" + c.lead, "Shared " + c.word},
		{"/app/leads?lead=" + other.lead, "There is no such lead"},
		{"/app/form", c.formKey},
		{"/app/settings", c.word},
		{"/admin", "This page is for administrators"},
	} {
		p.open(visit.path)
		p.sees(visit.text)
		p.settled()
		p.free(other, visit.path)
	}
}

// settled waits until the page has asked for nothing for a moment.
func (p *person) settled() {
	p.Helper()
	p.until(`performance.now() - Math.max(0, ...performance.getEntriesByType("resource").map((e) => e.responseEnd)) > 250`)
}

// free fails the test if the page holds anything of another IB. What the person asked
// for by its address does not count.
func (p *person) free(other canary, path string) {
	p.Helper()
	page := eval[string](p, "document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
	for _, secret := range other.secrets() {
		if strings.Contains(page, secret) && !strings.Contains(path, secret) {
			p.Errorf("%s shows %s", path, secret)
		}
	}
}

// heard waits until an answer that the browser got holds a text, and returns all.
func (p *person) heard(text string) string {
	p.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		p.mu.Lock()
		all := strings.Join(p.answers, "\n")
		p.mu.Unlock()
		if strings.Contains(all, text) {
			return all
		}
		p.settled()
	}
	p.Fatalf("no answer held %s", text)
	return ""
}

func TestTwoIBsSideBySideMeetNothingOfEachOther(t *testing.T) {
	t.Parallel()
	shared := newAddress("shared")
	john, sarah := mustCanary(t, "johnquartz", shared), mustCanary(t, "sarahfeldspar", shared)
	here, there := mustPerson(t), mustPerson(t)
	john.walk(here, sarah)
	sarah.walk(there, john)
	for _, side := range []struct {
		*person
		own, other canary
	}{{here, john, sarah}, {there, sarah, john}} {
		all := side.heard("Note of " + side.own.word)
		for _, secret := range side.other.secrets() {
			if strings.Contains(all, secret) {
				t.Errorf("the browser of %s got %s", side.own.word, secret)
			}
		}
	}
}

func TestTheAdminMeetsNoLeads(t *testing.T) {
	t.Parallel()
	shared := newAddress("shared")
	olivia := mustCanary(t, "oliviagranite", shared)
	p := mustAdmin(t)
	for _, path := range []string{"/admin", "/admin?q=oliviagranite", "/admin?ib=" + olivia.userID, "/admin?view=sync"} {
		p.open(path)
		p.sees("Admin")
		p.settled()
	}
	all := p.heard("oliviagranite Brokers")
	for _, secret := range []string{"Lead oliviagranite", "Shared oliviagranite", "Note of oliviagranite", "type-oliviagranite", shared, olivia.lead} {
		if strings.Contains(all, secret) {
			t.Errorf("the admin's browser got %s", secret)
		}
	}
}

func TestPagesAreGoneBackToAndReloaded(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	for _, page := range []struct{ link, path string }{{"Leads", "/app/leads"}, {"Form", "/app/form"}, {"Settings", "/app/settings"}} {
		p.press(page.link)
		p.at(page.path)
		p.sees("John Carter")
	}
	for _, path := range []string{"/app/form", "/app/leads", "/app"} {
		p.back()
		p.at(path)
		p.sees("John Carter")
		p.do(chromedp.Reload())
		p.at(path)
		p.sees("John Carter")
	}
	eval[chromedp.Void](p, "void setTimeout(() => history.forward())")
	p.at("/app/leads")

	p.sees("John Carter")
	eval[chromedp.Void](p, "void document.querySelector('.bar button').click()")
	p.at("/")
	p.back()
	p.until("location.pathname === '/' && location.hash === '#sign-in'")
	if shown := p.text("body"); strings.Contains(shown, "John Carter") {
		t.Errorf("after signing out, the way back shows %s", shown)
	}
}
