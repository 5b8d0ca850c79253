//go:build browser

package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focused is what the keyboard is at: its name as a screen reader says it, and whether
// one sees that it is there.
type focused struct {
	Name string
	Seen bool
}

const whereFocused = `(() => {
	const at = document.activeElement;
	if (at === document.body) return {name: "", seen: false}; // behind the last, before the first
	const name = at.ariaLabel || at.labels?.[0]?.innerText || at.innerText || "";
	return {name: name.trim(), seen: parseFloat(getComputedStyle(at).outlineWidth) > 0};
})()`

// tabTo presses Tab until the keyboard is at what has a name, or begins with it. All
// that it comes by must be seen to have it.
func (p *person) tabTo(name string) {
	p.Helper()
	var passed []string
	for range 60 {
		p.do(chromedp.KeyEvent(kb.Tab))
		at := eval[focused](p, whereFocused)
		if at.Name != "" && !at.Seen {
			p.Errorf("nobody sees that the keyboard is at %q", at.Name)
		}
		if strings.HasPrefix(at.Name, name) {
			return
		}
		passed = append(passed, at.Name)
	}
	p.Fatalf("the keyboard does not come to %q on %s, only to %q", name, p.address(), passed)
}

func (p *person) types(keys string) {
	p.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// TestADayWithoutAMouse signs in, finds a lead, changes it, and signs out with the
// keyboard alone.
func TestADayWithoutAMouse(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Keys")
	john.capture(t, object{"email": newAddress("jane"), "name": "Jane Doe"})
	p := mustPerson(t)
	p.open("/#sign-in")
	p.tabTo("Email")
	p.types(john.email)
	p.tabTo("Password")
	p.types(password + kb.Enter)
	p.at("/app")
	p.sees("John Keys")
	p.tabTo("Leads")
	p.types(kb.Enter)
	p.at("/app/leads")
	p.said("1 lead")

	p.tabTo("Jane Doe")
	p.types(kb.Enter)
	p.until(`document.querySelector("dialog[open] #lead-notes")`)
	p.tabTo("Notes")
	p.types("Calls back.")
	p.tabTo("Save")
	p.types(kb.Enter)
	p.sees("Saved.")
	p.types(kb.Escape)
	p.until(`!document.querySelector("dialog[open]")`)
	if at := eval[focused](p, whereFocused); !strings.HasPrefix(at.Name, "Jane Doe") {
		t.Errorf("behind a lead the keyboard is at %q", at.Name)
	}
	var found struct{ Leads []struct{ Notes string } }
	mustCall(t, john.token, "GET", "/leads", nil, &found)
	if got := fmt.Sprint(found.Leads); got != "[{Calls back.}]" {
		t.Errorf("stored %s", got)
	}

	p.open("/app")
	p.sees("John Keys")
	p.tabTo("Sign out")
	p.types(kb.Enter)
	p.at("/")
}
