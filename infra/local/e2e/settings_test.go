package e2e_test

import (
	"fmt"
	"net/url"
	"testing"
)

func TestMeChangesWhatMayBeChanged(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	before := john.get(t, "/me").want(t, 200)
	var me object
	before.decode(t, &me)
	for name, want := range map[string]any{
		"email": john.email, "role": "USER", "systemeWorkflowsConfigured": false, "timeZone": "UTC",
		"formUrl": john.site.api + "/forms/" + john.formKey,
	} {
		if me[name] != want {
			t.Errorf("%s is %v, want %v", name, me[name], want)
		}
	}
	after := john.send(t, "PATCH", "/me", object{
		"name": "Canary Johnny", "timeZone": "Asia/Kolkata", "thankYouUrl": "https://john.example/thanks",
		"allowedOrigins": []string{"https://john.example"},
		"userId":         "x", "email": "x@y.zz", "role": "ADMIN", "systemeTagPrefix": "ib-00000000-", "formKey": "x",
	}).want(t, 200)
	var changed object
	after.decode(t, &changed)
	for name, want := range map[string]any{
		"name": "Canary Johnny", "timeZone": "Asia/Kolkata", "thankYouUrl": "https://john.example/thanks",
		"userId": me["userId"], "email": me["email"], "role": me["role"],
		"systemeTagPrefix": me["systemeTagPrefix"], "formKey": me["formKey"],
	} {
		if changed[name] != want {
			t.Errorf("%s is %v, want %v", name, changed[name], want)
		}
	}
	if got := john.submit(t, url.Values{"email": {newAddress("visitor")}, "name": {"Canary"}}).want(t, 303); got.header.Get("location") != "https://john.example/thanks" {
		t.Errorf("sent to %q", got.header.Get("location"))
	}
	bad := john.send(t, "PATCH", "/me", object{"name": "", "timeZone": "Mars/Base", "thankYouUrl": "javascript:alert(1)",
		"allowedOrigins": []string{"*"}}).want(t, 422)
	if got := bad.fields(t); len(got) != 4 {
		t.Errorf("named %v", got)
	}
}

func TestCORSIsForTheIBsOwnSites(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	john.send(t, "PATCH", "/me", object{"allowedOrigins": []string{"https://john.example"}}).want(t, 200)
	address := john.site.api + "/forms/" + john.formKey + "/leads"
	for origin, allowed := range map[string]string{
		"https://john.example": "https://john.example", "https://evil.example": "", "null": "",
		"https://john.example.evil.example": "", "http://john.example": "",
	} {
		preflight := send(t, "OPTIONS", address, "", "Origin", origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
		if got := preflight.header.Get("access-control-allow-origin"); preflight.status != 204 || got != allowed {
			t.Errorf("preflight from %s: %d, %q", origin, preflight.status, got)
		}
		toRead := send(t, "OPTIONS", john.site.api+"/forms/"+john.formKey, "", "Origin", origin, "Access-Control-Request-Method", "GET")
		if got := toRead.header.Get("access-control-allow-origin"); toRead.status != 204 || got != allowed {
			t.Errorf("preflight of the form from %s: %d, %q", origin, toRead.status, got)
		}
		sent := send(t, "POST", address, fmt.Sprintf(`{"email":%q,"name":"Canary"}`, newAddress("cors")),
			"Content-Type", "application/json", "Origin", origin)
		if got := sent.header.Get("access-control-allow-origin"); sent.status != 201 || got != allowed {
			t.Errorf("capture from %s: %d, %q", origin, sent.status, got)
		}
	}
}
