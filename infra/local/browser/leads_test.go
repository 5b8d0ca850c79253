//go:build browser

package browser_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientflow/internal/lead"
)

// shown are the names of the leads in the list.
func (p *person) shown() []string {
	p.Helper()
	return eval[[]string](p, "[...document.querySelectorAll('#rows .name')].map((name) => name.textContent)")
}

// said waits until the list says a text of what it shows.
func (p *person) said(text string) {
	p.Helper()
	p.until(fmt.Sprintf("document.querySelector('#said').textContent === %q", text))
}

func TestTheListWithoutLeads(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Empty")
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.sees("No leads yet")
	p.inspect("leads-empty")
	p.still("/app/leads", "No leads yet")
	p.late("/leads*", 60_000)
	p.open("/app/leads")
	p.sees("Loading…")
	p.inspect("leads-loading")
	p.late("", 0)
	p.cutOff("/leads*")
	p.open("/app/leads")
	p.sees("could not be reached")
	p.inspect("leads-failed")
	p.cutOff("")
	p.press("Try again")
	p.sees("No leads yet")
}

// TestTenThousandLeads turns the pages of an IB's 10,000 leads, searches them, goes
// back, and looks at their numbers. It runs alone, since it measures.
func TestTenThousandLeads(t *testing.T) {
	john := mustIB(t, "John Many")
	leads := john.many(t, 10_000)
	leads[9_990].Name = "Zebulon Last"
	john.fill(t, leads...)
	p := mustPerson(t)
	p.signIn(john.email)
	p.listOfMany()
	p.pagesAsQuickly(john, leads)
	p.searchesMany()
	john.counted(t, len(leads)) // meanwhile
	p.overviewOfMany()
	began := time.Now()
	p.open("/app/leads?lead=" + leads[len(leads)-1].ID) // behind the trail of all others
	p.sees("sent the form")
	t.Logf("the history of the oldest lead took %v", time.Since(began))
}

func (p *person) listOfMany() {
	p.Helper()
	p.open("/app/leads")
	p.said("Leads 1 to 25")
	p.still("/app/leads", "Leads 1 to 25")
	p.quick("/app/leads", "document.querySelectorAll('#rows .name').length === 25")
	p.inspect("leads-many")

	p.press("Older")
	p.said("Leads 26 to 50")
	p.press("Older")
	p.said("Leads 51 to 75")
	third := p.address()
	if got := p.shown(); got[0] != "Visitor 00050" {
		p.Errorf("the third page begins with %s", got[0])
	}
	q := p.another() // who was sent the address
	q.open(third)
	q.said("25 leads")
	q.press("Newest")
	q.said("Leads 1 to 25")
	q.back()
	q.said("25 leads")
	eval[any](p, "void location.reload()")
	p.said("Leads 51 to 75")
	p.press("Newer")
	p.said("Leads 26 to 50")
	p.press("Newer")
	p.said("Leads 1 to 25")
}

func (p *person) searchesMany() {
	p.Helper()
	p.open("/app/leads")
	p.said("Leads 1 to 25")
	p.fill("#q", "zebu")
	p.said("1 lead")
	if got := p.shown(); len(got) != 1 || got[0] != "Zebulon Last" || !strings.Contains(p.address(), "q=zebu") {
		p.Errorf("found %v, at %s", got, p.address())
	}
	p.back()
	p.said("Leads 1 to 25")
	p.fill("#q", "visitor00007@acme.test")
	p.said("1 lead")
	p.press("Clear")
	p.said("Leads 1 to 25")
	p.fill("#q", "nobody is called so")
	p.until("!document.querySelector('#stop').hidden")
	p.sees("Looking further back")
	p.press("Stop")
	p.said("None found, before you stopped the search")
	p.press("Go on looking")
	p.said("No more leads")
}

// pagesAsQuickly turns pages at the beginning of the list, and then to its end.
func (p *person) pagesAsQuickly(john ib, leads []lead.Lead) {
	p.Helper()
	turn := func() float64 {
		return eval[float64](p, `(async () => {
			const [older, said] = [document.querySelector("#older"), document.querySelector("#said")];
			const took = [];
			for (let i = 0; i < 15 && !older.hidden; i++) {
				const began = performance.now();
				older.click();
				while (said.textContent === "Loading…") await new Promise(requestAnimationFrame);
				took.push(performance.now() - began);
			}
			return Math.min(...took);
		})()`)
	}
	p.open("/app/leads")
	p.said("Leads 1 to 25")
	first := turn()
	near := leads[len(leads)-1-14*25] // 14 pages from the end
	p.open("/app/leads?cursor=" + base64.RawURLEncoding.EncodeToString([]byte(string(near.CreatedAt)+near.ID)))
	p.said("25 leads")
	last := turn()
	p.until("document.querySelector('#older').hidden")
	if got := p.shown(); got[len(got)-1] != leads[len(leads)-1].Name {
		p.Errorf("the end of the list is %s", got[len(got)-1])
	}
	if first > soon || last > 2*first+soon/10 {
		p.Errorf("a page takes %.0f ms at the beginning of the list and %.0f ms at its end", first, last)
	}
}

func TestTheListByStatusAndDay(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Days")
	mustCall(t, john.token, "PATCH", "/me", object{"timeZone": "Pacific/Kiritimati"}, nil) // at +14
	at := func(text string) time.Time {
		moment, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	var leads []lead.Lead
	for i, captured := range []string{"2026-05-03 09:59", "2026-05-03 10:00", "2026-05-04 09:59", "2026-05-04 10:00"} {
		leads = append(leads, john.quietly(t, newAddress("day"), fmt.Sprint("Day ", i), at(captured)))
	}
	leads[1].Status = lead.Converted
	john.fill(t, leads...)
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads?from=2026-05-04&to=2026-05-04")
	p.said("2 leads")
	if got := strings.Join(p.shown(), ", "); got != "Day 2, Day 1" {
		t.Errorf("on that day: %s", got)
	}
	eval[any](p, `document.querySelector("#status").value = "converted", document.querySelector("#status").dispatchEvent(new Event("input", {bubbles: true}))`)
	p.said("1 lead")
	if got := p.address(); got != "/app/leads?status=converted&from=2026-05-04&to=2026-05-04" {
		t.Errorf("at %s", got)
	}
	p.back()
	p.said("2 leads")
	p.open("/app/leads?from=2026-05-05&to=2026-05-04")
	p.sees("To must be after from.")
	p.open("/app/leads?status=vip-prospect")
	p.sees("No lead is like that")
	p.inspect("leads-none-found")
	p.press("Show all leads")
	p.said("4 leads")
	p.open("/app/leads?cursor=nonsense")
	p.sees("This page of the list is gone")
}

// TestNewLeadsAreTold has leads come while the list is looked at.
func TestNewLeadsAreTold(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Live")
	john.fill(t, john.quietly(t, newAddress("old"), "Old Lead", time.Now().Add(-time.Hour)))
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.said("1 lead")
	john.capture(t, object{"email": newAddress("fresh"), "name": "Fresh Lead"})
	eval[any](p, "void document.dispatchEvent(new Event('visibilitychange'))")
	p.sees("1 new lead")
	if got := p.shown(); len(got) != 1 {
		t.Errorf("shown by itself: %v", got)
	}
	p.press("1 new lead")
	p.said("2 leads")
}
