//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what is waited for, on a machine that is
// busy with all the others.
const patience = time.Minute

// person is someone with a browser of their own: cookies, storage and cache are shared
// with nobody else's.
type person struct {
	*testing.T
	// tab is what the person looks at.
	tab context.Context
	*record
}

// record is what the browser of a person saw.
type record struct {
	mu sync.Mutex
	// complaints are what it found wrong with pages: errors of scripts, breaches of the
	// policy, files that were not found.
	complaints []string
	// answers are the bodies of all answers that it got.
	answers []string
}

// mustPerson opens a profile and a tab with nothing in it. At the test's end, anything
// that the browser complained of fails the test.
func mustPerson(t *testing.T) *person {
	t.Helper()
	p := &person{T: t, record: &record{}}
	t.Cleanup(func() {
		for _, complaint := range p.complaints {
			t.Errorf("the browser complained: %s", complaint)
		}
	})
	p.tab = p.mustTab(site.chromium, chromedp.WithNewBrowserContext())
	p.mayReadClipboard()
	return p
}

// mayReadClipboard answers yes to what Chromium would ask before a page reads what was
// copied; only tests do.
func (p *person) mayReadClipboard() {
	p.Helper()
	_, err := chromedp.CallBrowser(p.tab, browser.SetPermission, browser.SetPermissionParams{
		Permission:       &browser.PermissionDescriptor{Name: "clipboard-read"},
		Setting:          browser.PermissionSettingGranted,
		BrowserContextID: chromedp.FromContext(p.tab).BrowserContextID,
	})
	if err != nil {
		p.Fatal(err)
	}
}

// another returns the same person at a new tab.
func (p *person) another() *person {
	p.Helper()
	return &person{T: p.T, tab: p.mustTab(p.tab), record: p.record}
}

func (p *person) mustTab(parent context.Context, options ...chromedp.ContextOption) context.Context {
	p.Helper()
	tab, end := chromedp.NewContext(parent, options...)
	p.Cleanup(end)
	if err := chromedp.Listen(tab, func(event any) { p.observe(tab, event) }); err != nil {
		p.Fatal(err)
	}
	err := chromedp.Do(tab, tell(network.Enable, network.EnableParams{}), tell(log.Enable, cdp.Empty{}))
	if err != nil {
		p.Fatal(err)
	}
	(&person{T: p.T, tab: tab, record: p.record}).wear(desk)
	return tab
}

// tell is a command of the browser as an action.
func tell[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, parameters)
		return err
	})
}

// observe must not wait for the browser, which waits for it.
func (p *person) observe(tab context.Context, event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.complain(e.ExceptionDetails.Text + " " + describe(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" {
			p.complain("console: " + describe(e.Args...))
		}
	case *log.EventEntryAdded:
		// What the API refuses stands in the log too, and is for the page to show.
		if e.Entry.Level == "error" && e.Entry.Source != "network" {
			p.complain(e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status == 404 && e.Type != "Fetch" && e.Type != "Preflight" && e.Type != "Document" {
			p.complain("not found: " + e.Response.URL)
		}
	case *network.EventLoadingFinished:
		go p.keepBody(tab, e.RequestID)
	}
}

func describe(objects ...*runtime.RemoteObject) string {
	var texts []string
	for _, object := range objects {
		if object != nil {
			texts = append(texts, string(object.Value)+object.Description)
		}
	}
	return strings.Join(texts, " ")
}

// keepBody remembers what an answer held. The browser drops the bodies of pages that
// were left, so some are missing.
func (p *person) keepBody(tab context.Context, id network.RequestID) {
	answer, err := chromedp.Call(tab, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = append(p.answers, string(answer.Body))
}

func (p *person) complain(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, text)
}

// expectComplaint takes a complaint that the test provokes off the list; none fails the
// test.
func (p *person) expectComplaint(part string) {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var rest []string
	for _, complaint := range p.complaints {
		if !strings.Contains(complaint, part) {
			rest = append(rest, complaint)
		}
	}
	if len(rest) == len(p.complaints) {
		p.Errorf("the browser did not complain of %q, only of %q", part, p.complaints)
	}
	p.complaints = rest
}

// do runs actions, and fails the test at once when one fails or lasts too long.
func (p *person) do(actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ask(p, chromedp.Steps(actions...))
}

// ask is do for an action with an answer.
func ask[T any](p *person, action chromedp.Action[T]) T {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		p.picture("failed-" + strings.ReplaceAll(p.Name(), "/", "-"))
		p.Fatalf("%v, at %s, which shows:\n%s", err, p.address(), p.text("body"))
	}
	return answer
}

// open goes to a path of the site, or to a whole address.
func (p *person) open(address string) {
	p.Helper()
	if strings.HasPrefix(address, "/") {
		address = site.API + address
	}
	p.do(chromedp.Navigate(address))
}

// address is the path, query and fragment of the page that is shown.
func (p *person) address() string {
	return p.now("location.pathname + location.search + location.hash")
}

// text is what the first element of a selector shows; "" when there is none.
func (p *person) text(selector string) string {
	return p.now(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// now is a text of the page as it is, or why there is none.
func (p *person) now(expression string) string {
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		return err.Error()
	}
	return text
}

// eval returns what an expression of JavaScript is on the page. It waits for promises.
func eval[T any](p *person, expression string) T {
	p.Helper()
	return ask(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// until waits until an expression of JavaScript is true, through changes of the page.
func (p *person) until(expression string) {
	p.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(30 * time.Millisecond)
	defer again.Stop()
	for {
		if isTrue, err := chromedp.Run(p.tab, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && isTrue {
			return
		}
		select {
		case <-deadline:
			p.picture("failed-" + strings.ReplaceAll(p.Name(), "/", "-"))
			p.Fatalf("not within %v: %s, at %s, which shows:\n%s", patience, expression, p.address(), p.text("body"))
		case <-again.C:
		}
	}
}

// sees waits until the page shows a text.
func (p *person) sees(text string) {
	p.Helper()
	p.until(fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// at waits until the page of a path is shown and loaded.
func (p *person) at(path string) {
	p.Helper()
	p.until(fmt.Sprintf("location.pathname === %q && document.readyState === 'complete'", path))
}

// fill types into a field, in place of what is there.
func (p *person) fill(selector, text string) {
	p.Helper()
	p.selectAll(selector)
	p.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// selectAll selects what is in a field, once it is shown.
func (p *person) selectAll(selector string) {
	p.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)))
	eval[chromedp.Void](p, fmt.Sprintf("void document.querySelector(%q).select()", selector))
}

// paste puts a text into a field at once, in place of what is there.
func (p *person) paste(selector, text string) {
	p.Helper()
	p.selectAll(selector)
	p.do(tell(input.InsertText, input.InsertTextParams{Text: text}))
}

// click clicks the first element of a selector, once it is shown.
func (p *person) click(selector string) {
	p.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// press clicks the button or link with a text.
func (p *person) press(text string) {
	p.Helper()
	p.do(chromedp.Click(chromedp.Search(fmt.Sprintf(`//*[self::button or self::a][normalize-space()=%q]`, text)), chromedp.NodeVisible))
}

// back goes back as the browser's button does.
func (p *person) back() {
	p.Helper()
	eval[chromedp.Void](p, "void history.back()")
}

// picture keeps what the page shows, whole, as .build/browser/pictures/<name>.png.
func (p *person) picture(name string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.Errorf("no picture: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(site.pictures, name+".png"), png, 0o644); err != nil {
		p.Error(err)
	}
}
