//go:build browser

package browser_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

// heard is what a page's script gets of an answer; nothing but zeros when the browser
// keeps the answer from it.
type heard struct {
	Status       int
	RequestID    string
	Disposition  string
	AccessToken  string
	RefreshToken string
	Name         string
	Leads        []struct{ Name string }
}

// call lets the script of the page that is shown call the API.
func (p *person) call(token, method, path string, document any) heard {
	p.Helper()
	request := object{"method": method, "headers": object{}}
	if token != "" {
		request["headers"] = object{"authorization": "Bearer " + token}
	}
	if document != nil {
		body, err := json.Marshal(document)
		if err != nil {
			p.Fatal(err)
		}
		request["body"] = string(body)
		request["headers"].(object)["content-type"] = "application/json"
	}
	init, err := json.Marshal(request)
	if err != nil {
		p.Fatal(err)
	}
	return eval[heard](p, fmt.Sprintf(`fetch(%q, %s).then(async (r) => ({
		...(r.headers.get("content-type").includes("json") && await r.json()),
		Status: r.status, RequestID: r.headers.get("x-request-id"), Disposition: r.headers.get("content-disposition"),
	}), () => ({}))`, site.API+path, init))
}

func TestADashboardOnAnotherOrigin(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	john.capture(t, object{"email": newAddress("visitor"), "name": "Jane Doe"})
	p := mustPerson(t)
	p.open(site.dashboard)
	tokens := p.call("", "POST", "/login", object{"email": john.email, "password": password})
	if tokens.Status != 200 || tokens.AccessToken == "" {
		t.Fatalf("signed in with %+v", tokens)
	}
	if got := p.call(tokens.AccessToken, "GET", "/leads", nil); len(got.Leads) != 1 || got.Leads[0].Name != "Jane Doe" || got.RequestID == "" {
		t.Errorf("the list: %+v", got)
	}
	if got := p.call(tokens.AccessToken, "GET", "/leads/export", nil); got.Disposition != `attachment; filename="leads.csv"` {
		t.Errorf("the export: %+v", got)
	}
	if got := p.call(tokens.AccessToken, "PATCH", "/me", object{"name": "John B. Carter"}); got.Name != "John B. Carter" {
		t.Errorf("its own record: %+v", got)
	}
	if got := p.call(tokens.AccessToken, "PATCH", "/me", object{"name": ""}); got.Status != 422 {
		t.Errorf("a refusal: %+v", got)
	}

	// The gateway's refusals are kept from it, and it can tell by those of the sign-in.
	if got := p.call(tokens.AccessToken+"x", "GET", "/leads", nil); got.Status != 0 {
		t.Errorf("with a token that does not hold: %+v", got)
	}
	if got := p.call("", "POST", "/login/refresh", object{"refreshToken": tokens.RefreshToken}); got.Status != 200 || got.AccessToken == "" {
		t.Errorf("renewed with %+v", got)
	}
	if got := p.call("", "POST", "/login/refresh", object{"refreshToken": "gone"}); got.Status != 401 {
		t.Errorf("signed out with %+v", got)
	}
	p.expectComplaint("blocked by CORS policy")
}

func TestAPageOfAnyOtherOriginGetsNothing(t *testing.T) {
	t.Parallel()
	john := mustIB(t, "John Carter")
	p := mustPerson(t)
	p.open(mustHost(t, map[string]string{"/": "<h1>Elsewhere</h1>"}))
	for path, document := range map[string]object{"/login": {"email": john.email, "password": password}, "/leads": {"email": newAddress("visitor"), "name": "Jane Doe"}} {
		if got := p.call(john.token, "POST", path, document); got.Status != 0 {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := p.call(john.token, "GET", "/leads", nil); got.Status != 0 {
		t.Errorf("the list: %+v", got)
	}
	p.sees("Elsewhere")
	p.expectComplaint("blocked by CORS policy")
	if leads := john.leads(t, ""); len(leads) != 0 {
		t.Errorf("it left %v", leads)
	}
}
