package identity

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

// badFields returns the fields that an answer names.
func badFields(t *testing.T, answer httpapi.Response) []string {
	t.Helper()
	var document struct{ Errors []problem.Field }
	if err := json.Unmarshal([]byte(answer.Body), &document); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	var names []string
	for _, field := range document.Errors {
		names = append(names, field.Field)
	}
	return names
}

func TestBadInputIsNamedAndGoesNoFurther(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, body string
		want             []string
	}{
		{"nothing", "/signup", `{}`, []string{"email", "name", "password"}},
		{"nulls", "/signup", `{"email":null,"name":null,"password":null}`, []string{"email", "name", "password"}},
		{"wrong types", "/signup", `{"email":1,"name":[],"password":{}}`, []string{"email", "name", "password"}},
		{"all bad", "/signup", `{"email":"a@b","name":"a\u0000","password":"short"}`, []string{"email", "name", "password"}},
		{"header in the email", "/signup", `{"email":"a@b.com\r\nBcc: c@d.com","name":"a","password":"` + password + `"}`, []string{"email"}},
		{"long address", "/signup", `{"email":"a@` + strings.Repeat("b.", 62) + `com","name":"a","password":"` + password + `"}`, []string{"email"}},
		{"display name", "/signup", `{"email":"A <a@b.com>","name":"a","password":"` + password + `"}`, []string{"email"}},
		{"long name", "/signup", `{"email":"a@b.com","name":"` + strings.Repeat("x", 10_000) + `","password":"` + password + `"}`, []string{"name"}},
		{"a member twice", "/signup", `{"email":"a@b.com","email":"c@d.com","name":"a","password":"` + password + `"}`, []string{"email"}},
		{"not JSON", "/signup", `{"email":`, []string{"body"}},
		{"a list", "/signup", `["a@b.com"]`, []string{"body"}},
		{"nothing", "/signup/confirm", `{}`, []string{"email", "code"}},
		{"code as a number", "/signup/confirm", `{"email":"a@b.com","code":271828}`, []string{"code"}},
		{"code of two words", "/signup/confirm", `{"email":"a@b.com","code":"27 18"}`, []string{"code"}},
		{"long code", "/signup/confirm", `{"email":"a@b.com","code":"` + strings.Repeat("1", 65) + `"}`, []string{"code"}},
		{"nothing", "/signup/resend", `{}`, []string{"email"}},
		{"nothing", "/login", `{}`, []string{"email", "password"}},
		{"no address", "/login", `{"email":"john","password":"x"}`, []string{"email"}},
		{"nothing", "/login/refresh", `{}`, []string{"refreshToken"}},
		{"a number", "/login/refresh", `{"refreshToken":1}`, []string{"refreshToken"}},
		{"nothing", "/logout", `{}`, []string{"refreshToken"}},
		{"empty", "/logout", `{"refreshToken":""}`, []string{"refreshToken"}},
		{"nothing", "/password/forgot", `{}`, []string{"email"}},
		{"nothing", "/password/reset", `{}`, []string{"email", "code", "password"}},
		{"weak", "/password/reset", `{"email":"a@b.com","code":"1","password":"password"}`, []string{"password"}},
		{"nothing", "/me/password", `{}`, []string{"currentPassword", "newPassword"}},
		{"weak", "/me/password", `{"currentPassword":"x","newPassword":"password"}`, []string{"newPassword"}},
		{"wrong types", "/me/password", `{"currentPassword":1,"newPassword":[]}`, []string{"currentPassword", "newPassword"}},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(nil)
			answer := d.post(t, tt.path, tt.body)
			if got := badFields(t, answer); answer.Status != 422 || !slices.Equal(got, tt.want) {
				t.Errorf("got %d %v, want %v: %s", answer.Status, got, tt.want, answer.Body)
			}
			if len(d.pool.called) > 0 || len(d.registrar.asked) > 0 {
				t.Errorf("asked %v %v", d.pool.called, d.registrar.asked)
			}
		})
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	t.Parallel()
	for path := range maps.Keys(bodies) {
		d := newDesk(nil)
		r := &httpapi.Request{Headers: map[string]string{"content-type": "text/plain"}, EncodedBody: bodies[path]}
		r.Context.Authorizer.JWT.Claims = johnsClaims()
		_, err := d.allRoutes()["POST "+path](t.Context(), r)
		if problem.Of(err).Kind != problem.UnsupportedMedia {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A code that cannot be one is refused in the words of one that is wrong.
func TestACodeOfNoShapeIsAWrongCode(t *testing.T) {
	t.Parallel()
	answer := newDesk(nil).post(t, "/signup/confirm", `{"email":"john@acme.com","code":"two words"}`)
	if answer.Body != wrongCodeBody {
		t.Errorf("got %s", answer.Body)
	}
}

// Tokens of a shape that Cognito's never have are answered without asking it.
func TestATokenOfNoShape(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"gärbage", "two words", "a\\nb", "<script>"} {
		d := newDesk(nil)
		body := `{"refreshToken":"` + token + `"}`
		if answer := d.post(t, "/login/refresh", body); answer.Status != 401 || answer.Body != signInAgainBody {
			t.Errorf("refresh %q: %d %s", token, answer.Status, answer.Body)
		}
		if answer := d.post(t, "/logout", body); answer.Status != 204 {
			t.Errorf("logout %q: %d %s", token, answer.Status, answer.Body)
		}
		if len(d.pool.called) > 0 {
			t.Errorf("%q: asked %v", token, d.pool.called)
		}
	}
}

func TestStrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Demo-1234!":                      true,
		"Aa1!aaaa":                        true,
		"Aa1! aaaa":                       true,
		"Äa1!aaaaA":                       true,
		"Aa1!aaa":                         false, // seven
		"AA1!AAAA":                        false,
		"aa1!aaaa":                        false,
		"Aaa!aaaa":                        false,
		"Aa1aaaaa":                        false,
		"Aa1 aaaa":                        false,
		"Äa1!aaaa":                        false, // Ä is no letter of the policy
		"aA١!aaaa":                        false, // nor is an Arabic 1 a digit of it
		" Aa1!aaaa":                       false,
		"Aa1!aaaa ":                       false,
		"Aa1!aa\naaa":                     false,
		"Aa1!" + strings.Repeat("x", 252): true,
		"Aa1!" + strings.Repeat("x", 253): false,
		"":                                false,
	} {
		if got := strong(text); got != want {
			t.Errorf("strong(%q) = %v", text, got)
		}
	}
}

// Whatever a stranger sends is answered as input that is good or bad, never as a
// failure of ours.
func FuzzBodies(f *testing.F) {
	for path, body := range bodies {
		f.Add(path, body)
	}
	f.Add("/signup", `{"email":"a@b","name":"\ud800","password":"\u0000"}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		d := newDesk(nil)
		handle, ok := d.Routes()["POST "+path]
		if !ok {
			return
		}
		_, err := handle(t.Context(), &httpapi.Request{Headers: map[string]string{"content-type": "application/json"}, EncodedBody: body})
		if err != nil && problem.Of(err).Kind == problem.Internal {
			t.Errorf("%s: %v", path, err)
		}
		if in := d.pool.signUp; in != nil && (!strong(*in.Password) || strings.ToLower(*in.Username) != *in.Username) {
			t.Errorf("signed up %q", body)
		}
	})
}
