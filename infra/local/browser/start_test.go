//go:build browser

package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// complains waits until a field is marked, has the focus if it is the first that is,
// and is described by a message.
func (p *person) complains(field, message string) {
	p.Helper()
	p.until(fmt.Sprintf(`(() => {
		const field = document.querySelector(%q), ids = (field.getAttribute("aria-describedby") ?? "").split(" ");
		return field.getAttribute("aria-invalid") === "true" && field.form.querySelector("[aria-invalid]") === document.activeElement &&
			ids.some((id) => document.getElementById(id)?.innerText.includes(%q));
	})()`, field, message))
}

// in waits until a view of the start page is shown, and the focus is in it.
func (p *person) in(view string) {
	p.Helper()
	p.until(fmt.Sprintf(`location.hash === "#%[1]s" && document.getElementById(%[1]q).contains(document.activeElement)`, view))
}

func TestTheStartPage(t *testing.T) {
	t.Parallel()
	p := mustPerson(t)
	p.open("/")
	p.sees("The way a lead takes")
	p.inspect("start")
	p.still("/", "The way a lead takes")
	p.quick("/", "document.activeElement && document.querySelector('.doors [href=\"/app\"]').hidden")
	p.click(".doors [href='#sign-up']")
	p.in("sign-up")
	p.click("#sign-up [href='#sign-in']")
	p.in("sign-in")
	p.inspect("sign-in")
	if title := p.now("document.title"); title != "Sign in: ClientFlow" {
		t.Errorf("the title is %q", title)
	}
	p.do(chromedp.NavigateBack())
	p.in("sign-up")
	p.do(chromedp.NavigateBack())
	p.sees("The way a lead takes")
}

func TestSigningUp(t *testing.T) {
	t.Parallel()
	p, address := mustPerson(t), newAddress("new")
	p.open("/#sign-up")
	p.inspect("sign-up")
	p.fill("#sign-up-email", "nora@")
	p.fill("#sign-up-password", "Short1")
	p.click("#sign-up button.primary")
	p.complains("#sign-up-name", "Name is required.")
	p.complains("#sign-up-email", "Email is not a plain email address such as name@example.com.")
	p.complains("#sign-up-password", "Password must have 8 to 256 characters")
	p.inspect("sign-up-errors")

	p.fill("#sign-up-name", "Nora Novak")
	p.fill("#sign-up-email", address)
	p.fill("#sign-up-password", password)
	if kept := eval[int](p, `document.querySelectorAll("#sign-up .kept").length`); kept != 5 {
		t.Errorf("a good password keeps %d rules", kept)
	}
	p.click("#sign-up .secret button")
	if kind := p.now(`document.getElementById("sign-up-password").type`); kind != "text" {
		t.Errorf("a password that is shown is of the type %s", kind)
	}
	if name := p.now(`document.querySelector("#sign-up .secret button").ariaLabel`); name != "Hide password" {
		t.Errorf("the button that hides it is named %q", name)
	}
	p.click("#sign-up button.primary")
	p.in("confirm")
	p.click("#confirm summary")
	p.inspect("confirm")
	first := mailedCode(t, address)
	p.click("#resend")
	p.sees("another one is on its way")
	p.fill("#confirm-code", first+"0")
	p.click("#confirm button.primary")
	p.complains("#confirm-code", "Code is wrong or too old")
	p.fill("#confirm-code", " "+mailedCode(t, address)+" ")
	p.click("#confirm button.primary")
	p.at("/app")
	p.sees("Nora Novak")
}

func TestSigningUpGoesOnAfterAReload(t *testing.T) {
	t.Parallel()
	p, address := mustPerson(t), newAddress("reloaded")
	mustCall(t, "", "POST", "/signup", object{"email": address, "name": "Nora Novak", "password": password}, nil)
	p.open("/?next=%2Fapp%2Fleads#sign-in")
	p.fill("#sign-in-email", address)
	p.fill("#sign-in-password", password)
	p.click("#sign-in button.primary")
	p.in("confirm")
	p.sees("Please confirm your email address first")
	p.do(chromedp.Reload())
	p.in("confirm")
	if email := p.now(`document.getElementById("confirm-email").value`); email != address {
		t.Errorf("after a reload, %q is to be confirmed", email)
	}
	p.fill("#confirm-code", mailedCode(t, address))
	p.click("#confirm button.primary")
	p.in("sign-in")
	p.sees("Your address is confirmed. Please sign in.")
	p.fill("#sign-in-password", "Wrong-Passw0rd!")
	p.click("#sign-in button.primary")
	p.sees("The email or the password is wrong.")
	p.fill("#sign-in-password", password)
	p.click("#sign-in button.primary")
	p.at("/app/leads")
}

func TestAForgottenPassword(t *testing.T) {
	t.Parallel()
	const other = "An0ther-Horse!"
	john, p := mustIB(t, "John Carter"), mustPerson(t)
	p.open("/#sign-in")
	p.click("#sign-in [href='#forgot']")
	p.in("forgot")
	p.inspect("forgot")
	p.click("#forgot button.primary")
	p.complains("#forgot-email", "Email is required.")
	p.fill("#forgot-email", john.email)
	p.click("#forgot button.primary")
	p.in("reset")
	p.inspect("reset")
	p.fill("#reset-code", "000000x")
	p.fill("#reset-password", "short")
	p.click("#reset button.primary")
	p.complains("#reset-password", "New password must have 8 to 256 characters")
	p.fill("#reset-password", other)
	p.click("#reset button.primary")
	p.complains("#reset-code", "Code is wrong or too old")
	p.fill("#reset-code", mailedCode(t, john.email))
	p.fill("#reset-password", other)
	p.click("#reset button.primary")
	p.at("/app")
	p.sees("John Carter")
	mustCall(t, "", "POST", "/login", object{"email": john.email, "password": other}, nil)
}

// The page has too much on it to look at all of it in every look, and is alike from
// route to route.
func TestTheDescriptionOfTheAPI(t *testing.T) {
	t.Parallel()
	p := mustPerson(t)
	p.open("/docs")
	p.sees("Any route may also answer")
	for _, l := range looks() {
		p.wear(l)
		p.fits("docs", l)
	}
	p.wear(desk)
	p.obeys("docs", desk)
	p.click("[href='#captureLead']")
	p.until(`location.hash === "#captureLead" && document.querySelector("#captureLead").getBoundingClientRect().top < innerHeight`)
	eval[any](p, `document.querySelectorAll("article:not(:target, #schema-Lead)").forEach((route) => route.remove())`)
	p.inspect("docs")
}

func TestAnAddressWhereNothingIs(t *testing.T) {
	t.Parallel()
	p := mustPerson(t)
	p.open("/app/nothing")
	p.sees("There is nothing here")
	p.inspect("lost")
	p.press("To the start page")
	p.at("/")
}
