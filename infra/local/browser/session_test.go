//go:build browser

package browser_test

import "testing"

func TestAnIBSignsInAndOut(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	p.sees("John Carter")
	p.press("Sign out")
	p.at("/")
	p.open("/app/leads")
	p.at("/")
	if got := p.address(); got != "/?next=%2Fapp%2Fleads#sign-in" {
		t.Errorf("sent to %s", got)
	}
}
