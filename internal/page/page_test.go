package page_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"clientflow/internal/httpapi"
	"clientflow/internal/page"
)

// pages are the addresses of all pages.
var pages = []string{"/", "/app", "/app/leads", "/app/form", "/app/settings", "/admin", "/docs"}

// browser asks a site as a browser does.
type browser struct {
	serve func(context.Context, *httpapi.Request) (httpapi.Response, error)
}

func mustBrowser(tb testing.TB) browser {
	tb.Helper()
	site, err := page.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return browser{site.Routes().Serve(slog.New(slog.DiscardHandler))}
}

// get asks for a path with headers, given as names and values in turn.
func (b browser) get(tb testing.TB, path string, header ...string) httpapi.Response {
	tb.Helper()
	r := &httpapi.Request{RouteKey: "GET " + path, Headers: map[string]string{}}
	r.Context.DomainName = "api.example.com"
	if name, ok := strings.CutPrefix(path, "/app/"); ok {
		r.RouteKey, r.PathParameters = "GET /app/{page}", map[string]string{"page": name}
	}
	if name, ok := strings.CutPrefix(path, "/assets/"); ok {
		r.RouteKey, r.PathParameters = "GET /assets/{file+}", map[string]string{"file": name}
	}
	if key, ok := strings.CutPrefix(path, "/qr/"); ok {
		key, r.RawQuery, _ = strings.Cut(key, "?")
		r.RouteKey, r.PathParameters = "GET /qr/{formKey}", map[string]string{"formKey": key}
	}
	for i := 0; i < len(header); i += 2 {
		r.Headers[header[i]] = header[i+1]
	}
	response, err := b.serve(tb.Context(), r)
	if err != nil {
		tb.Fatal(err)
	}
	return response
}

func TestEachPageIsServedUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	for _, path := range pages {
		got := b.get(t, path)
		if got.Status != 200 || got.Headers["content-type"] != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %v", path, got.Status, got.Headers)
		}
		if strings.Contains(got.Body, "{{") {
			t.Errorf("%s has a placeholder that nothing filled", path)
		}
		policy := got.Headers["content-security-policy"]
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: its policy lacks %s: %s", path, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "data:") || got.Headers["set-cookie"] != "" {
			t.Errorf("%s: policy %s, cookie %q", path, policy, got.Headers["set-cookie"])
		}
		if got.Headers["strict-transport-security"] == "" {
			t.Errorf("%s: a browser may be led here without encryption the next time", path)
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	for _, path := range []string{"/app/nothing", "/app/../index", "/app/", "/assets/", "/assets/x", "/assets/x/none.js", "/assets/x/../index.html"} {
		got := b.get(t, path)
		if got.Status != 404 || !strings.Contains(got.Body, "There is nothing here") {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
}

var (
	linked   = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)
	imported = regexp.MustCompile(`(?m)^import .*?"\./([^"]+)";$`)
	address  = regexp.MustCompile(`(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}`)
	markup   = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function`)
)

// loads returns all that a page loads, by address, itself included.
func (b browser) loads(t *testing.T, path string) map[string]httpapi.Response {
	t.Helper()
	found := map[string]httpapi.Response{path: b.get(t, path)}
	var follow func(address string)
	follow = func(address string) {
		if _, known := found[address]; known {
			return
		}
		found[address] = b.get(t, address)
		folder := address[:strings.LastIndex(address, "/")+1]
		for _, module := range imported.FindAllStringSubmatch(found[address].Body, -1) {
			follow(folder + module[1])
		}
	}
	for _, link := range linked.FindAllStringSubmatch(found[path].Body, -1) {
		follow(link[1])
	}
	return found
}

func TestAPageNamesAllModulesAtOnce(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	for _, path := range pages {
		loaded := b.loads(t, path)
		for address := range loaded {
			if strings.HasSuffix(address, ".js") && !strings.Contains(loaded[path].Body, `"`+address+`"`) {
				t.Errorf("%s: a browser finds %s late", path, address)
			}
		}
	}
}

// limit is the most that a page may make a browser load, in bytes, unpacked.
const limit = 100_000

func TestAPageLoadsLittleAndAllOfItFromHere(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	for _, path := range pages {
		loaded, total := b.loads(t, path), 0
		if len(loaded) < 4 {
			t.Errorf("%s: only %d files were found", path, len(loaded))
		}
		for address, response := range loaded {
			total += len(response.Body)
			if response.Status != 200 {
				t.Errorf("%s loads %s: %d", path, address, response.Status)
			}
			if path != address && !strings.Contains(response.Headers["cache-control"], "immutable") {
				t.Errorf("%s loads %s, which is not kept: %v", path, address, response.Headers)
			}
			if found := markup.FindString(response.Body); found != "" {
				t.Errorf("%s: %s can turn text into markup", address, found)
			}
		}
		if total > limit {
			t.Errorf("%s loads %d bytes", path, total)
		}
	}
}

func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	for _, path := range pages {
		for name, response := range b.loads(t, path) {
			for _, found := range address.FindAllString(response.Body, -1) {
				// The name of SVG, and what people are shown as an example.
				if found != "http://www.w3.org" && found != "https://example.com" {
					t.Errorf("%s names %s", name, found)
				}
			}
		}
	}
}

func TestAnOldPageFindsItsAssets(t *testing.T) {
	t.Parallel()
	got := mustBrowser(t).get(t, "/assets/0123456789ab/base.css")
	if got.Status != 200 || got.Headers["cache-control"] != "no-cache" || got.Body == "" {
		t.Errorf("%d %v", got.Status, got.Headers)
	}
}

func TestOtherSitesMayLoadTheScriptForThem(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	got := b.get(t, "/assets/embed.js")
	if got.Status != 200 || got.Headers["content-type"] != "text/javascript; charset=utf-8" || len(got.Body) > 4<<10 {
		t.Errorf("%d %v, %d bytes", got.Status, got.Headers, len(got.Body))
	}
	for name, want := range map[string]string{
		"cache-control": "public, max-age=3600", "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin",
	} {
		if got.Headers[name] != want {
			t.Errorf("%s is %q", name, got.Headers[name])
		}
	}
	if again := b.get(t, "/assets/embed.js", "if-none-match", got.Headers["etag"]); again.Status != 304 || again.Headers["cache-control"] != "public, max-age=3600" {
		t.Errorf("again: %d %v", again.Status, again.Headers)
	}
	if found := markup.FindString(got.Body); found != "" || strings.Contains(got.Body, ".style") {
		t.Errorf("it uses %q, or styles its host", found)
	}
}

func TestABrowserIsNotSentWhatItHas(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	first := b.get(t, "/")
	again := b.get(t, "/", "if-none-match", first.Headers["etag"])
	if first.Headers["etag"] == "" || again.Status != 304 || again.Body != "" || again.Headers["etag"] != first.Headers["etag"] {
		t.Errorf("%v, then %d %v", first.Headers, again.Status, again.Headers)
	}
	if other := b.get(t, "/", "if-none-match", `"other"`); other.Status != 200 {
		t.Errorf("with another tag: %d", other.Status)
	}
}

func TestPagesArePackedForWhoTakesThat(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	plain := b.get(t, "/", "accept-encoding", "br, identity")
	packed := b.get(t, "/", "accept-encoding", "deflate, gzip, br")
	if plain.Headers["content-encoding"] != "" || packed.Headers["content-encoding"] != "gzip" || !packed.IsBase64Encoded {
		t.Fatalf("plain %v, packed %v", plain.Headers, packed.Headers)
	}
	content, err := base64.StdEncoding.DecodeString(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(reader); err != nil || string(unpacked) != plain.Body {
		t.Errorf("unpacked to %d bytes, %v", len(unpacked), err)
	}
}
