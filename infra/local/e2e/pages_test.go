package e2e_test

import (
	"regexp"
	"strings"
	"testing"
)

// Every page, and everything that it loads, is there, and is not sent twice.
func TestPagesAndWhatTheyLoadAreServed(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	asset := regexp.MustCompile(`"(/assets/[^"]+)"`)
	for _, path := range []string{"/", "/app", "/app/leads", "/app/form", "/app/settings", "/admin", "/docs"} {
		page := send(t, "GET", s.api+path, "").want(t, 200)
		send(t, "GET", s.api+path, "", "If-None-Match", page.header.Get("etag")).want(t, 304)
		loads := asset.FindAllStringSubmatch(page.body, -1)
		if len(loads) == 0 {
			t.Errorf("%s loads nothing", path)
		}
		for _, found := range loads {
			got := send(t, "GET", s.api+found[1], "").want(t, 200)
			if !strings.Contains(got.header.Get("cache-control"), "immutable") {
				t.Errorf("%s of %s is kept for %q", found[1], path, got.header.Get("cache-control"))
			}
			send(t, "GET", s.api+found[1], "", "If-None-Match", got.header.Get("etag")).want(t, 304)
		}
	}
	document := send(t, "GET", s.api+"/openapi.yaml", "").want(t, 200)
	send(t, "GET", s.api+"/openapi.yaml", "", "If-None-Match", document.header.Get("etag")).want(t, 304)
	if !strings.HasPrefix(document.body, "openapi: 3.") {
		t.Error("the document is no OpenAPI")
	}
	if embed := send(t, "GET", s.api+"/assets/embed.js", "").want(t, 200); strings.Contains(embed.header.Get("cache-control"), "immutable") {
		t.Error("other sites would keep the script for good")
	}
	send(t, "GET", s.api+"/qr/q7w2e9r4t6y1u8i3o5p0", "").want(t, 200)
	send(t, "GET", s.api+"/qr/q7w2e9r4t6y1u8i3o5p0?as=png", "").want(t, 200)
	send(t, "GET", s.api+"/qr/nothing", "").want(t, 404)
	for _, path := range []string{"/app/nothing", "/assets/nothing", "/assets/a/b/c"} {
		send(t, "GET", s.api+path, "").want(t, 404)
	}
	send(t, "GET", s.api+"/assets/", "").want(t, 404)
}
