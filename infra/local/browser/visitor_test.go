//go:build browser

package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// nasty is a name that breaks pages which take it for more than a name: it would run,
// turns the writing direction and does not fit a line.
const nasty = `<img src=x onerror=alert(1)> "مرحبا" 😀 Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww`

// mustHost serves pages, by path, on an origin of their own, and returns the origin.
func mustHost(tb testing.TB, pages map[string]string) string {
	tb.Helper()
	server := newHost(pages)
	tb.Cleanup(server.Close)
	return server.URL
}

func newHost(pages map[string]string) *httptest.Server {
	mux := http.NewServeMux()
	for path, page := range pages {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<!doctype html><html lang=en><title>John's site</title><link rel=icon href=data:,>%s", page)
		})
	}
	return httptest.NewServer(mux)
}

// javaScript turns JavaScript on pages on or off. What the test itself evaluates runs
// all the same.
func (p *person) javaScript(on bool) {
	p.Helper()
	p.do(tell(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}))
}

// value is what a field of the page holds.
func (p *person) value(field string) string {
	p.Helper()
	return eval[string](p, fmt.Sprintf("document.querySelector('[name=%s]').value", field))
}

// leads returns the leads of an IB that a search finds.
func (b ib) leads(tb testing.TB, query string) []object {
	tb.Helper()
	var found struct{ Leads []object }
	mustCall(tb, b.token, "GET", "/leads?"+query, nil, &found)
	return found.Leads
}

func TestAVisitorFillsInTheFormWithoutJavaScript(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John & Söhne")
	host := mustHost(t, map[string]string{
		"/":       `<a href="` + site.API + `/forms/` + john.formKey + `?utm_source=site">Ask us</a>`,
		"/thanks": `<h1>John thanks you</h1>`,
	})
	p := mustPerson(t)
	p.javaScript(false)
	p.open(host)
	p.press("Ask us")
	p.sees("John & Söhne may contact me")
	if source, page := p.value("utm_source"), p.value("page_url"); source != "site" || page != host+"/" {
		t.Errorf("carries on %q and %q", source, page)
	}

	p.press("Request a demo")
	p.until("document.activeElement.name === 'name' && document.activeElement.validity.valueMissing")

	address := newAddress("visitor")
	p.fill("[name=name]", nasty)
	p.fill("[name=email]", address)
	p.fill("[name=phone]", "call me")
	p.fill("[name=broker_network]", "Acme & <b>Sons</b>")
	eval[string](p, "document.querySelector('[name=monthly_leads]').value = '500+'")
	p.click("[name=consent]")
	p.press("Request a demo")
	p.sees("Nothing was sent yet")
	p.until("document.activeElement.name === 'phone'")
	for field, want := range map[string]string{
		"name": nasty, "email": address, "phone": "call me", "broker_network": "Acme & <b>Sons</b>", "monthly_leads": "500+",
		"utm_source": "site", "page_url": host + "/",
	} {
		if got := p.value(field); got != want {
			t.Errorf("%s holds %q", field, got)
		}
	}
	p.until("document.querySelector('[name=consent]').checked")
	p.javaScript(true)
	p.inspect("hosted-form-errors")
	p.javaScript(false)

	p.fill("[name=phone]", "+44 20 7946 0958")
	p.press("Request a demo")
	p.sees("Your request has reached John & Söhne")
	if leads := john.leads(t, "q="+address); len(leads) != 1 || leads[0]["name"] != nasty || leads[0]["monthlyLeads"] != "500+" {
		t.Errorf("arrived: %v", leads)
	}

	mustCall(t, john.token, "PATCH", "/me", object{"thankYouUrl": host + "/thanks"}, nil)
	p.open("/forms/" + john.formKey)
	p.fill("[name=name]", "Jane")
	p.fill("[name=email]", newAddress("visitor"))
	p.press("Request a demo")
	p.sees("John thanks you")
}

func TestTheHostedFormIsForEveryone(t *testing.T) {
	t.Parallel()
	p := mustPerson(t)
	john := mustIB(t, "John Carter")
	p.open("/forms/" + john.formKey)
	p.inspect("hosted-form")
	p.still("/forms/"+john.formKey, "Request a demo")
	p.quick("/forms/"+john.formKey, "document.readyState === 'complete'")
	p.open("/forms/" + john.formKey + "?thanks=1")
	p.inspect("hosted-thanks")

	mustCall(t, john.token, "PATCH", "/me", object{"name": nasty}, nil)
	p.open("/forms/" + john.formKey + "?preview=1")
	p.inspect("hosted-preview-nasty")
	p.fill("[name=name]", "Jane")
	p.fill("[name=email]", newAddress("visitor")+"\r")
	p.sees("This is a preview")
	if leads := john.leads(t, ""); len(leads) != 0 {
		t.Errorf("the preview made leads: %v", leads)
	}
}
