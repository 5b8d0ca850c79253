//go:build browser

package browser_test

import (
	"fmt"
	"testing"
	"time"

	"clientflow/internal/lead"
)

func TestAnIBWithoutLeadsIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	sarah := mustIB(t, "Sarah First")
	p := mustPerson(t)
	p.signIn(sarah.email)
	p.sees("Your first lead")
	p.sees("/forms/" + sarah.formKey)
	p.inspect("overview-first")
	p.still("/app", "Your first lead")
	p.press("Open your form")
	p.at("/app/form")
}

func TestTheOverviewOfOneLead(t *testing.T) {
	t.Parallel()
	sarah := mustIB(t, "Sarah One")
	sarah.capture(t, object{"email": newAddress("only"), "name": nasty, "ib_type": "forex-ib"})
	sarah.counted(t, 1)
	p := mustPerson(t)
	p.signIn(sarah.email)
	p.sees("1 lead, most on")
	if got := p.text("#this-month") + " " + p.text("#change"); got != "1 1 more than by now last month (0)" {
		t.Errorf("this month: %s", got)
	}
	if got := p.text("#newest .name"); got == "" || got[:4] != "<img" {
		t.Errorf("the newest is called %q", got)
	}
	p.inspect("overview-one")
	p.click("#newest a")
	p.at("/app/leads")
}

func TestTheOverviewIsWaitedForAndFails(t *testing.T) {
	t.Parallel()
	sarah := mustIB(t, "Sarah Waits")
	p := mustPerson(t)
	p.signIn(sarah.email)
	p.late("/stats", 60_000)
	p.open("/app")
	p.sees("Sarah Waits")
	p.inspect("overview-loading")
	p.late("", 0)
	p.cutOff("/stats")
	p.open("/app")
	p.sees("could not be reached")
	p.inspect("overview-failed")
	p.cutOff("")
	p.press("Try again")
	p.sees("Your first lead")
}

// many are leads of the last 60 days, the first of them the newest.
func (b ib) many(tb testing.TB, n int) []lead.Lead {
	tb.Helper()
	all := make([]lead.Lead, n)
	now, apart := time.Now(), 60*24*time.Hour/time.Duration(n)
	for i := range all {
		back := time.Duration(i) * apart
		l := b.quietly(tb, fmt.Sprintf("visitor%05d@acme.test", i), fmt.Sprintf("Visitor %05d", i), now.Add(-back))
		l.Status = lead.Statuses()[i*i%53%7]
		l.IBType = fmt.Sprintf("type-%c", 'a'+i%97%12)
		l.TagsApplied = append(l.TagsApplied, b.prefix+l.IBType)
		all[i] = l
	}
	return all
}

// overviewOfMany looks at the numbers of 10,000 leads, of every status and of more
// types than have room, over two months.
func (p *person) overviewOfMany() {
	p.Helper()
	p.open("/app")
	p.sees("most on")
	if got := p.text("#total"); got != "10,000" {
		p.Errorf("all leads: %s", got)
	}
	p.quick("/app", "document.querySelector('#days svg')")
	p.still("/app", "most on")
	p.readsTheChart()
	p.inspect("overview-many")
	p.press("Show all 12 types")
	p.until("document.querySelectorAll('#types li').length === 12 && document.activeElement.closest('#types')")
}

// readsTheChart picks days with the keyboard and with the pointer.
func (p *person) readsTheChart() {
	p.Helper()
	const value = "document.querySelector('#days').getAttribute('aria-valuetext')"
	eval[any](p, "document.querySelector('#days').focus({focusVisible: true})")
	today := p.now(value)
	for _, key := range []string{"ArrowLeft", "Home"} {
		eval[any](p, fmt.Sprintf("document.querySelector('#days').dispatchEvent(new KeyboardEvent('keydown', {key: %q, cancelable: true}))", key))
	}
	if first := p.now(value); first == today || first != p.text("#days-readout") {
		p.Errorf("read %q, then %q, shown %q", today, first, p.text("#days-readout"))
	}
	p.click("#days-table summary")
	if rows := eval[int](p, "document.querySelectorAll('#days-table tbody tr').length"); rows != 30 {
		p.Errorf("the table has %d days", rows)
	}
	p.click("#days-table summary")
}
