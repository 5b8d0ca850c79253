//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/chromedp/chromedp"
)

// mustAdmin signs an admin up, and in by the page.
func mustAdmin(t *testing.T) *person {
	t.Helper()
	ada := mustIB(t, "Ada Admin")
	pool := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: "us-east-1", BaseEndpoint: &site.AWS, HTTPClient: http.DefaultClient,
		Credentials: owner(),
	})
	_, err := pool.AdminAddUserToGroup(context.Background(), &cognitoidentityprovider.AdminAddUserToGroupInput{
		UserPoolId: aws.String(site.Template.Outputs["UserPoolId"]), Username: &ada.email, GroupName: aws.String("admins"),
	})
	if err != nil {
		t.Fatal(err)
	}
	p := mustPerson(t)
	p.signIn(ada.email)
	return p
}

// An admin has the most pages, and the way to each is in sight on screens of any width.
func TestTheWayToEachPageIsInSight(t *testing.T) {
	t.Parallel()
	p := mustAdmin(t)
	p.until(`document.querySelector(".bar nav [href='/admin']")?.offsetParent != null`)
	for _, width := range []int64{480, 600, 768, 820, 848, 849, 960, 1024, 1056, 1057, 1280} {
		p.wear(look{"", width, 900, "light"})
		if hidden := eval[int](p, `(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.querySelector(".bar nav"))`); hidden > 0 {
			t.Errorf("on a screen of %d, %d pixels of it are out of sight", width, hidden)
		}
	}
}

func TestTheAdminSetsUpAnIBsWorkflows(t *testing.T) {
	t.Parallel()
	surname := fmt.Sprintf("Quartz%d", people.Add(1)) // which nobody else has
	quinn := mustIB(t, "Quinn "+surname)
	quinn.capture(t, object{"email": newAddress("lead"), "name": "Lead One"})
	p := mustAdmin(t)
	p.press("Admin")
	p.at("/admin")
	p.sees("Tag prefix")
	p.inspect("admin-brokers")
	p.still("/admin", "Tag prefix")
	p.quick("/admin", `document.querySelector("tbody tr")`)

	p.fill("[name=q]", strings.ToLower(surname))
	p.press("Search")
	p.until(`document.querySelectorAll("tbody tr").length === 1`)
	if got := p.address(); got != "/admin?q="+strings.ToLower(surname) {
		t.Errorf("the search is at %s", got)
	}
	p.press("Quinn " + surname)
	p.sees("Workflows to make in Systeme.io")
	for _, want := range []string{quinn.prefix + "demo-request", quinn.prefix + "high-volume", quinn.prefix + "inactive", quinn.prefix + "engaged"} {
		p.sees(want)
	}
	p.inspect("admin-guide")

	p.click(`[aria-label^="Copy starts when this tag is added"]`)
	p.sees("Copied")
	if got := eval[string](p, "navigator.clipboard.readText()"); got != quinn.prefix+"demo-request" {
		t.Errorf("copied %q", got)
	}
	p.click(".step > input")
	p.sees("1 of ")
	p.press("Mark as set up")
	p.sees("Set up: undo")
	p.do(chromedp.Reload())
	p.sees("1 of ")
	p.sees("Set up: undo")
	var shown struct{ SystemeWorkflowsConfigured bool }
	mustCall(t, quinn.token, "GET", "/me", nil, &shown)
	if !shown.SystemeWorkflowsConfigured {
		t.Error("the IB is not marked as set up")
	}

	p.back()
	p.until(`document.querySelectorAll("tbody tr").length === 1`)
	p.sees("Set up")
}

// longestName returns a nasty name with marks that turn the writing direction beside
// them, as long as an IB's may be.
func longestName() string {
	const name = "\u200f" + `<img src=x onerror=alert(1)> "مرحبا"` + " 👩‍👩‍👧‍👦🏳️‍🌈\u200f\u200e "
	return name + strings.Repeat("W", 100-utf8.RuneCountInString(name))
}

func TestAnIBsNameBreaksNothingForTheAdmin(t *testing.T) {
	t.Parallel()
	odd := mustIB(t, "Odd Name")
	name := longestName()
	mustCall(t, odd.token, "PATCH", "/me", object{"name": name}, nil)
	p := mustAdmin(t)
	p.open("/admin?q=" + odd.prefix)
	p.sees(name)
	p.inspect("admin-nasty")
	p.open("/admin?ib=" + odd.userID)
	p.sees(name + "'s Welcome Sequence")
	p.sees("Shut " + name + " out")
	p.inspect("admin-nasty-guide")
	p.click(".danger.named")
	p.sees("Shut " + name + " out?")
	p.fits("admin-nasty-shut-out", desk)
}

func TestTheAdminShutsAnIBOut(t *testing.T) {
	t.Parallel()
	rosa := mustIB(t, "Rosa Rhyolite")
	p := mustAdmin(t)
	p.open("/admin?ib=" + rosa.userID)
	p.press("Shut Rosa Rhyolite out")
	p.sees("With the next request")
	p.inspect("admin-shut-out")
	p.press("Shut out")
	p.sees("is shut out.")
	if got := status(t, rosa.token, "/me"); got != 401 && got != 403 {
		t.Errorf("the IB gets %d", got)
	}
	p.press("Let Rosa Rhyolite in again")
	p.sees("is let in again.")
	if got := status(t, rosa.token, "/me"); got != 200 {
		t.Errorf("the IB gets %d", got)
	}
}

func TestAnIBIsNoAdmin(t *testing.T) {
	t.Parallel()
	sam := mustIB(t, "Sam Slate")
	p := mustPerson(t)
	p.signIn(sam.email)
	p.open("/admin")
	p.sees("This page is for administrators")
	if eval[bool](p, `document.body.innerText.includes("Tag prefix")`) {
		t.Error("an IB sees the list of IBs")
	}
}

func TestTheAdminIsToldWhatIsNotThere(t *testing.T) {
	t.Parallel()
	p := mustAdmin(t)
	p.open("/admin?q=nobodyatall")
	p.sees("Nobody was found")
	p.inspect("admin-nobody")
	p.open("/admin?ib=nobody")
	p.sees("There is no such broker")
}
