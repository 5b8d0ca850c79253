//go:build browser

package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// mustFormPage signs an IB in and opens the page of its form.
func mustFormPage(t *testing.T, john ib) *person {
	t.Helper()
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/form")
	p.until("document.querySelector('#link').href && !document.querySelector('#add-origin').disabled")
	return p
}

// copied presses a button and returns what it copies. The clipboard itself is one for
// all who use this machine, so something else stands in its place.
func (p *person) copied(button string) string {
	p.Helper()
	eval[chromedp.Void](p, "void (navigator.clipboard.writeText = async (text) => { window.copied = text; })")
	p.click(fmt.Sprintf("[aria-label=%q]", button))
	p.sees(strings.Replace(button, "Copy", "Copied", 1))
	return eval[string](p, "window.copied")
}

func TestAnIBSharesItsForm(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustFormPage(t, john)
	p.until("document.querySelector('#code').naturalWidth === 512")
	p.until("document.querySelector('#preview').contentDocument.body.innerText.includes('This is a preview')")
	p.inspect("form")
	if got, want := p.copied("Copy the link"), site.API+"/forms/"+john.formKey; got != want {
		t.Errorf("the link copied is %s", got)
	}
	if got := p.copied("Copy the plain HTML"); got != p.text("#plain") || !strings.Contains(got, john.formKey) {
		t.Errorf("copied %s", got)
	}
	p.still("/app/form", "data-clientflow")
	p.quick("/app/form", `!document.querySelector("#send-test").disabled`)
	for id, size := range map[string]int{"svg": 512, "png": (33 + 8) * 16} {
		width := eval[int](p, fmt.Sprintf(`(async () => {
			const image = new Image();
			image.src = document.querySelector("#%s").href;
			await image.decode();
			return image.naturalWidth;
		})()`, id))
		if width != size {
			t.Errorf("the %s is %d wide", id, width)
		}
	}
}

func TestAnIBTriesItsForm(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustFormPage(t, john)
	began := time.Now()
	p.press("Send a test lead")
	p.sees("It works: your test lead came all the way")
	t.Logf("the way took %v", time.Since(began))
	states := eval[[]string](p, "[...document.querySelectorAll('#steps li')].map((step) => step.dataset.state)")
	if slices.ContainsFunc(states, func(state string) bool { return state != "done" }) || len(states) != 5 {
		t.Errorf("steps are %v", states)
	}
	if tags := p.text("#tags"); !strings.Contains(tags, john.prefix+"demo-request") || !strings.Contains(tags, john.prefix+"forex-ib") {
		t.Errorf("tags %s", tags)
	}
	p.inspect("form-tested")

	p.press("Send a test lead")
	p.sees("Your address was a lead already")
	if leads := john.leads(t, ""); len(leads) != 1 || leads[0]["submissions"] != 1.0 {
		t.Errorf("leads %v", leads)
	}
	p.press("Erase the test lead")
	p.sees("Erase the test lead?")
	p.press("Cancel")
	p.until("!document.querySelector('dialog') && document.querySelector('#send-test:not([aria-busy])')")
	p.press("Erase the test lead")
	p.click("dialog button.danger")
	p.sees("The test lead is erased.")
	p.until("document.activeElement.id === 'send-test'")
	if leads := john.leads(t, ""); len(leads) != 0 {
		t.Errorf("leads %v", leads)
	}
}

func TestATestThatCannotBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustFormPage(t, john)
	eval[chromedp.Void](p, `void (window.fetch = async () => { throw new TypeError("no line"); })`)
	p.press("Send a test lead")
	p.sees("ClientFlow could not be reached")
	p.until("document.querySelector('[data-step=sent]').dataset.state === 'failed'")
}

func TestAnIBDecidesWhereItsFormMayBe(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustFormPage(t, john)
	p.fill("#thankYouUrl", "http://elsewhere.test/")
	p.click("#thanks .primary")
	p.sees("must be a full https address")
	p.fill("#thankYouUrl", "https://www.john.test/thanks")
	p.click("#thanks .primary")
	p.sees("The thank-you page is saved.")

	p.fill("#origin-0", "www.john.test/landing?a=1")
	p.press("Add a website")
	p.until("document.activeElement.id === 'origin-1'")
	p.press("Add a website")
	p.fill("#origin-2", "http://shop.john.test")
	p.press("Add a website")
	p.fill("#origin-3", nasty)
	p.click("#origins .primary")
	p.until("document.querySelectorAll('#origin-rows .error').length === 2")
	p.until("document.activeElement.id === 'origin-1' && document.activeElement.value === 'http://shop.john.test'") // the empty row is gone
	p.inspect("form-bad-origins")
	p.click("[aria-label='Remove website 3']")
	p.until("document.activeElement.id === 'origin-1'")
	p.fill("#origin-1", "https://shop.john.test:443")
	p.do(chromedp.SendKeys(chromedp.CSS("#origin-1"), "\r"))
	p.sees("The allowed websites are saved.")

	p.open("/app/form")
	p.until("document.querySelector('#origin-1')")
	for id, want := range map[string]string{"origin-0": "https://www.john.test", "origin-1": "https://shop.john.test", "thankYouUrl": "https://www.john.test/thanks"} {
		if got := eval[string](p, "document.getElementById('"+id+"').value"); got != want {
			t.Errorf("%s is %q", id, got)
		}
	}
	p.click("[aria-label='Remove website 2']")
	p.click("[aria-label='Remove website 1']")
	p.click("#origins .primary")
	p.fill("#thankYouUrl", " ")
	p.click("#thanks .primary")
	p.sees("The thank-you page is saved.")
	var me struct {
		ThankYouURL    *string
		AllowedOrigins []string
	}
	mustCall(t, john.token, "GET", "/me", nil, &me)
	if me.ThankYouURL != nil || len(me.AllowedOrigins) != 0 {
		t.Errorf("kept %+v", me)
	}
}
