//go:build browser

package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// mustSnippets are both ways to put an IB's form onto a website, as its page shows them.
func mustSnippets(t *testing.T, john ib) (plain, script string) {
	t.Helper()
	p := mustFormPage(t, john)
	return eval[string](p, "document.querySelector('#plain').textContent"), eval[string](p, "document.querySelector('#script').textContent")
}

// allow lets an origin send the IB's form by a script.
func (b ib) allow(tb testing.TB, origin string) {
	tb.Helper()
	mustCall(tb, b.token, "PATCH", "/me", object{"allowedOrigins": []string{origin}}, nil)
}

// request fills in the form that is shown, and sends it.
func (p *person) request(name, address string) {
	p.Helper()
	p.fill("[name=name]", name)
	p.fill("[name=email]", address)
	p.press("Request a demo")
}

// strict is the policy of a site that lets in nothing but this form and its script.
func strict() string {
	return `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ` + site.API +
		`; connect-src ` + site.API + `; form-action ` + site.API + `; require-trusted-types-for 'script'; trusted-types 'none'">`
}

func TestTheFormOnAnotherSiteKeepsItsVisitors(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	_, script := mustSnippets(t, john)
	host := mustHost(t, map[string]string{
		"/":     `<a href="/demo?utm_source=news&utm_medium=%00&utm_campaign=spring#form">To the demo</a>`,
		"/demo": strict() + `<main><h1>Demo</h1>` + script + `</main>`,
	})
	john.allow(t, host)
	p := mustPerson(t)
	p.open(host)
	p.press("To the demo")
	p.at("/demo")
	p.until("window.clientflowForms")

	address := newAddress("visitor")
	p.fill("[name=phone]", "call me")
	p.request(nasty, address)
	p.sees("must be a telephone number")
	p.until(`document.activeElement.name === 'phone' && document.activeElement.getAttribute("aria-invalid") === "true" &&
		document.getElementById(document.activeElement.getAttribute("aria-describedby")).className === "clientflow-error"`)
	p.until(`document.forms[0].matches("[data-clientflow-state=invalid]")`)
	p.inspectHost("embed-error")
	sent := eval[object](p, "Object.fromEntries(new FormData(document.forms[0]))")
	for field, want := range map[string]any{
		"utm_source": "news", "utm_campaign": "spring", "utm_medium": nil, "referrer": host + "/",
		"page_url": host + "/demo?utm_source=news&utm_medium=%00&utm_campaign=spring", "name": nasty,
	} {
		if sent[field] != want {
			t.Errorf("%s is %v", field, sent[field])
		}
	}

	p.fill("[name=phone]", "+44 20 7946 0958")
	p.click("[name=consent]")
	p.press("Request a demo")
	p.sees("Thank you. Your request has been sent.")
	p.until("document.activeElement.className === 'clientflow-status' && document.forms[0].hidden")
	p.inspectHost("embed-thanks")
	if got := p.address(); !strings.HasPrefix(got, "/demo?") {
		t.Errorf("the visitor is at %s", got)
	}
	if leads := john.leads(t, "q="+address); len(leads) != 1 || leads[0]["name"] != nasty || leads[0]["submissions"] != 1.0 {
		t.Errorf("arrived: %v", leads)
	}
}

// inspectHost looks for barriers that our part brings to a site.
func (p *person) inspectHost(name string) {
	p.Helper()
	for _, violation := range p.violations() {
		p.Errorf("%s: %s", name, violation)
	}
	p.picture(name)
}

func TestASiteGivesThanksInItsOwnWay(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	_, script := mustSnippets(t, john)
	host := mustHost(t, map[string]string{
		"/words": strings.Replace(script, "data-clientflow", `data-clientflow="Danke!"`, 1),
		"/event": script + `<p id="said"></p><script>document.addEventListener("clientflow:sent", (e) => { e.preventDefault(); said.textContent = "Merci!" })</script>`,
		"/own":   script + `<p id="said"></p><script>document.forms[0].addEventListener("submit", (e) => { e.preventDefault(); said.textContent = "Not yet!" })</script>`,
	})
	john.allow(t, host)
	p := mustPerson(t)
	for path, thanks := range map[string]string{"/words": "Danke!", "/event": "Merci!", "/own": "Not yet!"} {
		p.open(host + path)
		p.until("window.clientflowForms")
		p.request("Jane", newAddress("visitor"))
		p.sees(thanks)
	}
	if leads := john.leads(t, ""); len(leads) != 2 {
		t.Errorf("arrived: %v", leads)
	}
}

func TestTheFormOnASiteThatIsNotAllowedIsSentByTheBrowser(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	plain, script := mustSnippets(t, john)
	host := mustHost(t, map[string]string{"/plain": strict() + plain, "/script": strict() + script, "/thanks": `<h1>John thanks you</h1>`})
	john.allow(t, "https://elsewhere.test")
	p := mustPerson(t)
	for _, path := range []string{"/plain", "/script"} {
		p.open(host + path)
		p.until("document.readyState === 'complete'")
		address := newAddress("visitor")
		p.request("Jane", address)
		p.sees("Your request has reached John Carter")
		if leads := john.leads(t, "q="+address); len(leads) != 1 || leads[0]["submissions"] != 1.0 {
			t.Errorf("%s: arrived %v", path, leads)
		}
	}
	p.expectComplaint("blocked by CORS policy")
}

func TestAProgramThatFillsInEverythingLeavesNothing(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	plain, script := mustSnippets(t, john)
	host := mustHost(t, map[string]string{"/plain": plain, "/script": script})
	john.allow(t, host)
	p := mustPerson(t)
	for path, thanks := range map[string]string{"/plain": "Your request has reached John Carter", "/script": "Thank you"} {
		p.open(host + path)
		p.until("document.readyState === 'complete'")
		eval[chromedp.Void](p, "void (document.querySelector('[name=contact_me_by_fax]').value = 'yes')")
		p.request("Bot", newAddress("bot"))
		p.sees(thanks)
	}
	if leads := john.leads(t, ""); len(leads) != 0 {
		t.Errorf("arrived: %v", leads)
	}
}
