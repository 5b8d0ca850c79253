//go:build browser

package browser_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"clientflow/internal/lead"
)

// choose takes an option of a select as someone does.
func (p *person) choose(selector, value string) {
	p.Helper()
	eval[any](p, fmt.Sprintf(`(([select, value]) => {
		select.value = value;
		select.dispatchEvent(new Event("input", {bubbles: true}));
	})([document.querySelector(%q), %q])`, selector, value))
}

func (p *person) key(name string) {
	p.Helper()
	eval[any](p, fmt.Sprintf("void document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: %q, bubbles: true, cancelable: true}))", name))
}

func TestALeadIsLookedAtAndChanged(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Detail")
	address := newAddress("jane")
	jane := object{"email": address, "name": "Jane Doe", "phone": "020 7946 0958", "ib_type": "forex-ib",
		"monthly_leads": "200-499", "broker_network": "Acme Partners"}
	john.capture(t, jane)
	john.capture(t, jane)
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.said("1 lead")
	p.click("#rows .who")
	p.until(`document.querySelector("[aria-label='Copy the email address']")`)
	eval[chromedp.Void](p, `void document.querySelector("[aria-label='Copy the email address']").focus()`)
	p.do(chromedp.KeyEvent("\r")) // a press of a key is a click at no place
	p.sees("Copied the email address.")
	for _, text := range []string{"Acme Partners", "020 7946 0958", "It needs its country code", "2 times", "200-499", "Forex IB", john.prefix + "demo-request", "The visitor sent the form once more"} {
		p.sees(text)
	}
	p.inspect("lead")
	opened := p.address()

	p.choose("#lead-status", "converted")
	p.fill("#lead-notes", "Calls back on Friday.")
	p.sees("Not saved yet")
	p.key("Escape")
	p.sees("Leave without saving?")
	p.press("Cancel")
	p.back()
	p.sees("Leave without saving?")
	p.inspect("lead-unsaved")
	p.press("Cancel")
	if got := p.address(); got != opened {
		t.Errorf("stayed at %s", got)
	}
	p.press("Save")
	p.sees("Saved.")
	p.sees("You changed the notes and the status from")
	p.key("Escape")
	p.until("!document.querySelector('dialog.panel').open && location.search === ''")
	p.until("document.activeElement.matches('.who') && document.querySelector('#rows .badge').textContent === 'Converted'")

	p.open(opened) // as one that was kept
	p.until("document.querySelector('#lead-notes')?.value === 'Calls back on Friday.'")
	p.still(opened, "Acme Partners")
	p.press("Close")
	p.until("!document.querySelector('dialog.panel').open && location.search === ''")
	p.open("/app/leads?lead=" + strings.Repeat("0", 26))
	p.sees("There is no such lead")
	p.inspect("lead-gone")
	p.open("/app/leads?lead=" + url.QueryEscape(`"] nobody's`))
	p.sees("There is no such lead")
	p.press("Close")
	p.until("!document.querySelector('dialog.panel').open && location.search === ''")
	p.late("/leads/*", 60_000)
	p.open(opened)
	p.until("document.querySelector('dialog.panel .bone')")
	p.inspect("lead-loading")
	p.late("", 0)
	p.cutOff("/leads/*")
	p.open(opened)
	p.sees("could not be reached")
	p.cutOff("")
	p.press("Try again")
	p.sees("Acme Partners")
}

func TestALeadIsErased(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Erases")
	john.capture(t, object{"email": newAddress("gone"), "name": "Gone Tomorrow"})
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.sees("Synced") // after which nothing in the panel moves
	p.click("#rows .who")
	p.press("Erase this lead")
	p.sees("cannot be brought back")
	p.inspect("lead-erase")
	p.press("Cancel")
	p.press("Erase this lead")
	p.press("Erase")
	p.sees("Being erased")
	p.sees("No leads yet")
	p.sees("In progress")
	if got := p.address(); got != "/app/leads" {
		t.Errorf("at %s", got)
	}
	p.inspect("leads-erasing")
}

func TestALeadIsAddedByHand(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Adds")
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.sees("No leads yet")
	p.press("Add a lead")
	p.press("Add")
	p.sees("Email is missing.")
	p.inspect("lead-add")
	p.fill("#add-name", "Mary Hand")
	p.fill("#add-email", newAddress("mary"))
	email := p.now("document.querySelector('#add-email').value")
	p.press("Add")
	p.sees("The lead is added.")
	p.sees("You added it")
	p.press("Close")
	p.said("1 lead")
	p.press("Add a lead")
	p.fill("#add-name", "Mary Again")
	p.fill("#add-email", email)
	p.press("Add")
	p.sees("That address was a lead of yours already.")
	p.until("document.querySelector('#lead-name').textContent === 'Mary Hand'")
	p.press("Close")

	const taken = "This lead is already registered with another IB"
	p.pretends("POST", "/leads", fmt.Sprintf(`() => new Response(JSON.stringify({status: 409, detail: %q}), {status: 409})`, taken))
	p.press("Add a lead")
	p.fill("#add-name", "Mary Elsewhere")
	p.fill("#add-email", newAddress("mary"))
	p.press("Add")
	p.sees(taken)
	p.inspect("lead-add-taken")
}

// TestALeadThatFailedIsSyncedAgain has one that Systeme.io refuses for good, and one
// that it takes at the second try.
func TestALeadThatFailedIsSyncedAgain(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Retries")
	john.capture(t, object{"email": strings.ReplaceAll(newAddress("refused"), "visitors.test", "nomx.test"), "name": "Refused For Good"})
	unlucky := john.quietly(t, newAddress("unlucky"), "Taken At Last", time.Now().Add(-time.Hour))
	john.fill(t, unlucky)
	john.counted(t, 2) // what is stored from now on is no new lead
	john.fail(t, unlucky)
	john.inState(t, lead.Failed, 2)
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.sees("does not accept this email address")
	p.inspect("leads-failed-sync")
	p.click("#rows tr:nth-child(1) .again")
	p.sees("On its way")
	p.sees("Systeme.io did not take the lead.")
	p.click("#rows tr:nth-child(2) .again")
	p.sees("The lead is in Systeme.io.")
	p.until("document.querySelector('#rows tr:nth-child(2)').innerText.includes('Synced')")
}

// TestNamesBreakNothing has names that want to be markup or formulas, to turn the text
// around, or to be wider than any screen. The one that no form would take is stored.
func TestNamesBreakNothing(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Nasty")
	word := strings.Repeat("w", 200)
	names := []string{nasty, word, "=HYPERLINK(\"http://x\")", "👩‍👩‍👧‍👦🏳️‍🌈 مرحبا", "\u200fright to left\u200f"}
	for i, name := range names {
		john.capture(t, object{"email": newAddress("nasty"), "name": name, "broker_network": names[(i+1)%len(names)]})
	}
	names = append(names, "\u202egnp.exe")
	john.fill(t, john.quietly(t, newAddress("nasty"), names[5], time.Now()))
	var list struct {
		Leads []struct{ LeadID, Name string }
	}
	mustCall(t, john.token, "GET", "/leads", nil, &list)
	mustCall(t, john.token, "PATCH", "/leads/"+list.Leads[0].LeadID, object{"notes": strings.Repeat("n", 500) + "\n<script>alert(1)</script>"}, nil)
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.said("6 leads")
	p.inspect("leads-nasty")
	for i, l := range list.Leads {
		p.open("/app/leads?lead=" + l.LeadID)
		p.until(fmt.Sprintf("document.querySelector('#lead-name').textContent === %q", l.Name))
		if i == 0 || l.Name == word {
			p.inspect(fmt.Sprint("lead-nasty-", i))
		}
	}
	if eval[int](p, "document.querySelectorAll('main img, dialog img, main script').length") != 0 {
		t.Error("a name became markup")
	}
	p.open("/app/leads")
	p.said("6 leads")
	eval[any](p, `void (URL.createObjectURL = (file) => { file.text().then((text) => { window.saved = text; }); return "#"; })`)
	p.press("Export CSV")
	p.until("window.saved !== undefined")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.now("window.saved"), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	p.sees("All leads are saved")
	names[2] = "'" + names[2] // which no spreadsheet takes for a formula
	var saved []string
	for _, row := range rows[1:] {
		saved = append(saved, row[slices.Index(rows[0], "name")])
	}
	if slices.Sort(names); !slices.Equal(slices.Sorted(slices.Values(saved)), names) {
		t.Errorf("saved %q, want %q", saved, names)
	}
}
