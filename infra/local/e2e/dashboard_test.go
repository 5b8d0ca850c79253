package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// The origin of a dashboard that may call the shared stack, and one that may not.
const (
	dashboard = "https://dashboard.test"
	foreign   = "https://dashboard.test.evil.example"
)

// forDashboards returns the routes that take a token, and those by which one signs up
// and in.
func forDashboards() []string {
	routes := slices.Concat(routesFor(tenantScoped), routesFor(admins))
	for _, route := range routesFor(public) {
		if strings.HasPrefix(route, "POST /") && !strings.HasPrefix(route, "POST /forms/") {
			routes = append(routes, route)
		}
	}
	return routes
}

// preflight asks as a browser does before it lets a page of an origin call.
func (s site) preflight(tb testing.TB, method, path, origin string) answer {
	tb.Helper()
	return send(tb, "OPTIONS", s.api+path, "", "Origin", origin,
		"Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization,content-type")
}

// from sends a request with the IB's access token as a page of an origin does.
func (b *ib) from(tb testing.TB, origin, method, path string, document any) answer {
	tb.Helper()
	return send(tb, method, b.site.api+path, encode(tb, document),
		"Content-Type", "application/json", "Authorization", "Bearer "+b.token, "Origin", origin)
}

// letsIn tells whether a browser shows an answer to pages of another origin, and whose.
func letsIn(header http.Header) string { return header.Get("access-control-allow-origin") }

func TestADashboardOnAnotherOrigin(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	for _, route := range forDashboards() {
		method, path := address(route, "unknown")
		asked := s.preflight(t, method, path, dashboard).want(t, 204)
		methods := strings.Split(asked.header.Get("access-control-allow-methods"), ", ")
		if letsIn(asked.header) != dashboard || !slices.Contains(methods, method) {
			t.Errorf("%s: its page may not call: %v", route, asked.header)
		}
		if got := s.preflight(t, method, path, foreign).want(t, 404); letsIn(got.header) != "" {
			t.Errorf("%s: a foreign page may call: %v", route, got.header)
		}
		if method != "GET" {
			continue // the others are of the same functions, but for those below
		}
		got := john.from(t, dashboard, method, path, nil)
		if letsIn(got.header) != dashboard || !strings.Contains(got.header.Get("vary"), "Origin") {
			t.Errorf("%s: its page cannot read %d %v", route, got.status, got.header)
		}
		if got := john.from(t, foreign, method, path, nil); letsIn(got.header) != "" {
			t.Errorf("%s: a foreign page can read %d %v", route, got.status, got.header)
		}
	}
}

// What a form lets in is for its IB to say, and what the gateway refuses is for no page.
func TestADashboardIsLetInNowhereElse(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	const own = "https://john.example"
	john.send(t, "PATCH", "/me", object{"allowedOrigins": []string{own}}).want(t, 200)
	form := "/forms/" + john.formKey + "/leads"
	for origin, want := range map[string]string{own: own, dashboard: ""} {
		asked := s.preflight(t, "POST", form, origin).want(t, 204)
		sent := john.from(t, origin, "POST", form, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
		if letsIn(asked.header) != want || letsIn(sent.header) != want {
			t.Errorf("%s: %v, %v", origin, asked.header, sent.header)
		}
	}
	expired := &ib{site: s, token: john.token + "x"}
	if got := expired.from(t, dashboard, "GET", "/me", nil).want(t, 401); letsIn(got.header) != "" {
		t.Errorf("the gateway lets %s read", letsIn(got.header))
	}
	for origin, want := range map[string]string{dashboard: dashboard, foreign: ""} {
		got := expired.from(t, origin, "POST", "/login/refresh", object{"refreshToken": "gone"}).want(t, 401)
		if letsIn(got.header) != want {
			t.Errorf("%s, signed out: %v", origin, got.header)
		}
	}
}
