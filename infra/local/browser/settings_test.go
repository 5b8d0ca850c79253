//go:build browser

package browser_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// atSettings opens the settings of an IB who signs in.
func (p *person) atSettings(b ib) {
	p.Helper()
	p.signIn(b.email)
	p.open("/app/settings")
	p.until(`!document.querySelector("#profile fieldset").disabled`)
}

func TestTheProfileIsChanged(t *testing.T) {
	t.Parallel()
	const odd = "<img src=x onerror=alert(1)> שלום 🦊"
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.atSettings(john)
	p.sees(john.prefix)
	p.sees("Not set up yet")
	p.inspect("settings")
	p.still("/app/settings", john.prefix)
	p.quick("/app/settings", `!document.querySelector("#profile fieldset").disabled`)
	p.paste("#name", strings.Repeat("x", 500))
	p.click("#profile button")
	p.complains("#name", "Name ")
	p.fill("#name", odd)
	eval[bool](p, `(() => { const zone = document.getElementById("time-zone"); zone.value = "Asia/Tokyo"; return zone.dispatchEvent(new Event("change")); })()`)
	p.until(`document.getElementById("there").innerText.includes(new Date().toLocaleTimeString(undefined, {timeStyle: "short", timeZone: "Asia/Tokyo"}))`)
	p.click("#profile button")
	p.sees("Saved.")
	if shown := p.text(".who > span"); shown != odd {
		t.Errorf("the bar shows %q", shown)
	}
	p.do(chromedp.Reload())
	p.until(`document.getElementById("time-zone").value === "Asia/Tokyo"`)
	var me struct{ Name, TimeZone string }
	mustCall(t, john.token, "GET", "/me", nil, &me)
	if me.Name != odd || me.TimeZone != "Asia/Tokyo" {
		t.Errorf("the record holds %q, %s", me.Name, me.TimeZone)
	}
}

func TestThePasswordIsChanged(t *testing.T) {
	t.Parallel()
	const other = "An0ther-Horse!"
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.atSettings(john)
	change := func(from, to string) {
		p.fill("#current-password", from)
		p.fill("#new-password", to)
		p.click("#password button.primary")
	}
	change(password, "short")
	p.complains("#new-password", "New password must have 8 to 256 characters")
	change("Wrong-Passw0rd!", other)
	p.complains("#current-password", "Current password is wrong.")
	p.inspect("settings-errors")
	change(password, other)
	p.sees("Your password is changed.")
	if left := p.now(`document.getElementById("new-password").value`); left != "" {
		t.Error("the new password stands in its field")
	}
	mustCall(t, "", "POST", "/login", object{"email": john.email, "password": other}, nil)
	for range 3 {
		change("Wrong-Passw0rd!", password)
		p.complains("#current-password", "Current password is wrong.")
	}
	change("Wrong-Passw0rd!", password)
	p.sees("The password was tried too often.")
}

func TestSigningOutEverywhere(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p, elsewhere := mustPerson(t), mustPerson(t)
	elsewhere.atSettings(john)
	p.atSettings(john)
	p.click("#revoke")
	p.until(`document.querySelector("dialog[open]")`)
	p.inspect("settings-revoke")
	p.do(chromedp.KeyEvent("\u001b")) // Escape
	p.until(`!document.querySelector("dialog")`)
	p.click("#revoke")
	p.click("dialog button.danger")
	p.in("sign-in")
	p.sees("You were signed out.")
	elsewhere.click("#profile button")
	elsewhere.in("sign-in")
	p.signIn(john.email)
}

func TestEverythingIsExported(t *testing.T) {
	t.Parallel()
	john, sarah := mustIB(t, "John Carter"), mustIB(t, "Sarah Lind")
	sarah.capture(t, object{"email": newAddress("hers"), "name": "Sarahs lead"})
	for i := range 101 {
		mustCall(t, john.token, "POST", "/leads", object{"email": newAddress("visitor"), "name": "Visitor " + strconv.Itoa(i)}, nil)
	}
	p := mustPerson(t)
	p.atSettings(john)
	folder := t.TempDir()
	_, err := chromedp.CallBrowser(p.tab, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: "allow", DownloadPath: folder, BrowserContextID: chromedp.FromContext(p.tab).BrowserContextID,
	})
	if err != nil {
		t.Fatal(err)
	}

	p.line(500, false)
	p.press("Export my data")
	p.until(`document.activeElement.id === "cancel"`)
	p.inspect("settings-export")
	p.click("#cancel")
	p.sees("Cancelled. Nothing was saved.")
	p.line(0, false)
	p.press("Export my data")
	p.sees("Saved: 101 leads.")

	var all struct {
		Me         struct{ UserID string }
		Stats      object
		Leads      []struct{ Name string }
		Audit      []object
		Erasures   []object
		Contacts   []object
		ExportedAt string
	}
	text := mustDownload(t, folder)
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if all.Me.UserID != john.userID || len(all.Leads) != 101 || all.Stats == nil || all.Audit == nil || all.Erasures == nil || all.Contacts == nil {
		t.Errorf("exported %d leads, of %s", len(all.Leads), all.Me.UserID)
	}
	if strings.Contains(string(text), "Sarahs lead") {
		t.Error("it holds another IB's lead")
	}
}

// mustDownload waits for the one file that a browser saves to a folder.
func mustDownload(t *testing.T, folder string) []byte {
	t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(30 * time.Millisecond)
	defer again.Stop()
	for {
		files, err := filepath.Glob(filepath.Join(folder, "clientflow-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 1 {
			if text, err := os.ReadFile(files[0]); err == nil && json.Valid(text) {
				return text
			}
		}
		select {
		case <-deadline:
			t.Fatalf("nothing was saved within %v", patience)
		case <-again.C:
		}
	}
}
