//go:build browser

package browser_test

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

func TestAnIBSignsInAndOut(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	p.sees("John Carter")
	p.open("/")
	p.sees("Open dashboard")
	p.click(".doors [href='/app']")
	p.at("/app")
	const isRevoked = `(async () => {
		const body = JSON.stringify({ refreshToken: sessionStorage.ended });
		for (;;) {
			const { status } = await fetch("/login/refresh", { method: "POST", headers: { "content-type": "application/json" }, body });
			if (status === 401) return true;
		}
	})()`
	eval[chromedp.Void](p, `void (sessionStorage.ended = JSON.parse(localStorage["clientflow.session"]).refreshToken)`)
	p.press("Sign out")
	p.at("/")
	eval[bool](p, isRevoked)
	p.open("/app/leads")
	p.at("/")
	if got := p.address(); got != "/?next=%2Fapp%2Fleads#sign-in" {
		t.Errorf("sent to %s", got)
	}
	if text := p.text("#sign-in"); text == "" || p.text(".told") != "" {
		t.Errorf("who was not signed in is told %q", p.text(".told"))
	}
}

// spoil changes the session that a browser keeps, by an expression on it.
func (p *person) spoil(change string) {
	p.Helper()
	eval[bool](p, `(() => {
		const s = JSON.parse(localStorage["clientflow.session"]);
		`+change+`;
		localStorage["clientflow.session"] = JSON.stringify(s);
		return true;
	})()`)
}

func TestASessionIsRenewedSilently(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	for name, change := range map[string]string{
		"by its time":                  "s.expiresAt = Date.now() + 1000",
		"because its token is refused": "s.accessToken = s.accessToken.slice(0, -8) + 'AAAAAAAA'",
	} {
		p.spoil(change)
		spoiled := p.now(`localStorage["clientflow.session"]`)
		p.open("/app/settings")
		p.until(`document.getElementById("name").value === "John Carter"`)
		if p.now(`localStorage["clientflow.session"]`) == spoiled {
			t.Errorf("%s: it was not renewed", name)
		}
	}
}

func TestARenewalIsForAllTabs(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	q := p.another()
	for _, tab := range []*person{p, q} {
		tab.open("/app/settings")
		tab.until(`!document.querySelector("#profile fieldset").disabled`)
	}
	p.spoil("s.expiresAt = 0")
	p.click("#profile button")
	p.sees("Saved.")
	q.until(`JSON.parse(localStorage["clientflow.session"]).expiresAt > Date.now()`)
	q.click("#profile button")
	q.sees("Saved.")
	const renewals = `performance.getEntriesByType("resource").filter(({name}) => name.endsWith("/login/refresh")).length`
	if first, second := eval[int](p, renewals), eval[int](q, renewals); first != 1 || second != 0 {
		t.Errorf("one tab renewed %d times, the other %d", first, second)
	}
}

func TestASessionThatCannotBeRenewedEnds(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	p.spoil("s.expiresAt = 0; s.refreshToken = 'gone'")
	p.open("/app/settings?from=here")
	p.in("sign-in")
	p.sees("You were signed out. Please sign in again.")
	p.inspect("signed-out")
	p.fill("#sign-in-email", john.email)
	p.fill("#sign-in-password", password)
	p.click("#sign-in button.primary")
	p.at("/app/settings")
	if got := p.address(); got != "/app/settings?from=here" {
		t.Errorf("came back to %s", got)
	}
}

func TestTabsKnowOfEachOther(t *testing.T) {
	t.Parallel()
	john, sarah := mustIB(t, "John Carter"), mustIB(t, "Sarah Lind")
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/settings?of=johns")
	p.until(`document.getElementById("name").value === "John Carter"`)
	q := p.another()
	q.open("/app")
	q.sees("John Carter")

	q.press("Sign out")
	p.in("sign-in")
	q.signIn(sarah.email)
	p.at("/app/settings") // from where it was sent to the sign-in
	p.until(`document.getElementById("name").value === "Sarah Lind"`)
	if got := p.address(); got != "/app/settings" {
		t.Errorf("what John looked for is still in the address: %s", got)
	}

	// Someone else signs in over a session that goes on.
	p.open("/app/settings?of=sarahs")
	p.until(`document.getElementById("name").value === "Sarah Lind"`)
	q.signIn(john.email)
	p.until(`document.getElementById("name")?.value === "John Carter"`)
	if got := p.address(); got != "/app/settings" {
		t.Errorf("what Sarah looked for is still in the address: %s", got)
	}
}

// Whoever signs out may walk away at once, and someone else sit down.
func TestNothingIsShownOnceOneIsSignedOut(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	q := p.another()
	for _, tab := range []*person{p, q} {
		tab.open("/app/settings")
		tab.until(`!document.querySelector("#profile fieldset").disabled`)
		eval[chromedp.Void](tab, `void addEventListener("pagehide", () => {
			sessionStorage.shown = document.querySelector("#profile").checkVisibility();
		})`)
	}
	q.press("Sign out")
	q.at("/")
	p.in("sign-in")
	for _, tab := range []*person{p, q} {
		if shown := tab.now("sessionStorage.shown"); shown != "false" {
			t.Errorf("the page was still shown while the next one was awaited: %s", shown)
		}
	}
}

// line gives a tab a network that is slow, in milliseconds for each answer, or none.
func (p *person) line(latency float64, offline bool) {
	p.Helper()
	p.do(
		tell(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: latency, Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}},
		}),
		tell(network.OverrideNetworkState, network.OverrideNetworkStateParams{Latency: latency, Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}),
	)
}

func TestWithoutALine(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.open("/#sign-in")
	p.fill("#sign-in-email", john.email)
	p.fill("#sign-in-password", password)
	p.line(0, true)
	p.click("#sign-in button.primary")
	p.sees("You are offline. Please try again when you are connected.")
	p.line(0, false)
	p.click("#sign-in button.primary")
	p.at("/app")
	p.open("/app/settings")
	p.until(`!document.querySelector("#profile fieldset").disabled`)
	p.line(0, true)
	p.click("#profile button")
	p.sees("You are offline.")
	p.line(0, false)
	p.click("#profile button")
	p.sees("Saved.")
}

// An address of the API that cannot be reached is no page's end: it says so, and goes
// on by itself once there is a line.
func TestAPageThatCouldNotBeShownIsTriedAgain(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.signIn(john.email)
	p.do(tell(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{URLPattern: site.API + "/me", Offline: true, DownloadThroughput: -1, UploadThroughput: -1}},
	}))
	p.open("/app/settings")
	p.sees("ClientFlow could not be reached. Please try again.")
	p.inspect("unreachable")
	p.do(tell(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}))
	p.press("Try again")
	p.until(`document.getElementById("name")?.value === "John Carter"`)
}

func TestASlowAnswerIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.open("/#sign-in")
	p.fill("#sign-in-email", john.email)
	p.fill("#sign-in-password", password+"x")
	p.line(800, false)
	p.click("#sign-in button.primary")
	p.until(`document.querySelector("#sign-in button.primary").getAttribute("aria-busy") === "true"`)
	p.picture("busy")
	p.click("#sign-in button.primary")
	p.sees("The email or the password is wrong.")
	asked := eval[int](p, `performance.getEntriesByType("resource").filter(({name}) => name.endsWith("/login")).length`)
	if busy := p.now(`document.querySelector("#sign-in button.primary").getAttribute("aria-busy") ?? "no"`); asked != 1 || busy != "no" {
		t.Errorf("asked %d times, busy: %s", asked, busy)
	}
}
