//go:build browser

package browser_test

import (
	"fmt"
	"testing"
)

// pretends answers calls of the page whose method and path are those with what an
// expression of JavaScript makes of the call's address, in place of the API, which does
// so on days that a test cannot wait for.
func (p *person) pretends(method, path, answer string) {
	p.Helper()
	eval[any](p, fmt.Sprintf(`void ((real) => {
		window.fetch = (address, options) => options.method === %q && address.split("?")[0] === %q ? Promise.resolve((%s)(address)) : real(address, options);
	})(window.fetch.bind(window))`, method, path, answer))
}

// TestAnExportInParts gets a file that comes in three answers, and one that stops
// coming.
func TestAnExportInParts(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Exports")
	p := mustPerson(t)
	p.signIn(john.email)
	p.open("/app/leads")
	p.sees("No leads yet")
	eval[any](p, `void (URL.createObjectURL = (file) => { file.text().then((text) => { window.saved = text; }); return "#"; })`)
	p.pretends("GET", "/leads/export", `(address) => {
		const part = Number(new URL(address, location).searchParams.get("cursor") ?? 0);
		return new Response("part " + part + "\r\n", {headers: part < 2 ? {link: '</leads/export?cursor=' + (part + 1) + '>; rel="next"'} : {}});
	}`)
	p.press("Export CSV")
	p.until("window.saved !== undefined")
	if got := p.now("window.saved"); got != "part 0\r\npart 1\r\npart 2\r\n" {
		t.Errorf("saved %q", got)
	}
	p.sees("All leads are saved")

	eval[any](p, "void (window.saved = undefined)")
	p.pretends("GET", "/leads/export", `() => new Response(new ReadableStream({start: (stream) => stream.enqueue(new Uint8Array(1_500_000))}))`)
	p.press("Export CSV")
	p.sees("1.5 MB so far")
	p.inspect("leads-exporting")
	p.press("Cancel the export")
	p.until("document.querySelector('#exporting').hidden && document.activeElement.id === 'export'")
	p.pretends("GET", "/leads/export", `() => new Response(new ReadableStream({start: (stream) => stream.error(new TypeError("gone"))}))`)
	p.press("Export CSV")
	p.sees("The connection broke, and nothing was saved.")
	if eval[bool](p, "window.saved !== undefined") {
		t.Error("half a file was saved")
	}
}
