package e2e_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestBadInputIsRefusedByField(t *testing.T) {
	t.Parallel()
	john := mustSite(t).mustSignUp(t, "John")
	address := john.site.api + "/forms/" + john.formKey + "/leads"
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	good := `"email":"canary.bad@visitors.test","name":"Canary"`

	tests := []struct {
		name, mediaType, body string
		status                int
		fields                []string
	}{
		{"malformed JSON", jsonType, `{"email":`, 422, []string{"body"}},
		{"a list", jsonType, `[]`, 422, []string{"body"}},
		{"nothing", jsonType, ``, 422, []string{"body"}},
		{"no fields", jsonType, `{}`, 422, []string{"email", "name"}},
		{"all bad at once", jsonType, `{"email":"a@b","name":"","ib_type":"converted","monthly_leads":"many","phone":"call me"}`,
			422, []string{"email", "ib_type", "monthly_leads", "name", "phone"}},
		{"a number for text", jsonType, `{"email":5,"name":["x"],"phone":7}`, 422, []string{"email", "name", "phone"}},
		{"a member twice", jsonType, `{` + good + `,"name":"Canary"}`, 422, []string{"name"}},
		{"not UTF-8", jsonType, "{\"email\":\"canary.bad@visitors.test\",\"name\":\"\xff\"}", 422, []string{"name"}},
		{"quoted address", jsonType, `{"email":"\"x\"@y.zz","name":"Canary"}`, 422, []string{"email"}},
		{"display name", jsonType, `{"email":"Jane <canary.bad@visitors.test>","name":"Canary"}`, 422, []string{"email"}},
		{"line break in address", jsonType, `{"email":"canary.bad@visitors.test\r\nBcc: x@y.zz","name":"Canary"}`, 422, []string{"email"}},
		{"control character", jsonType, `{"email":"canary.bad@visitors.test","name":"Can\u0000ary"}`, 422, []string{"name"}},
		{"long name", jsonType, `{"email":"canary.bad@visitors.test","name":"` + strings.Repeat("x", 10_000) + `"}`, 422, []string{"name"}},
		{"type of a workflow", jsonType, `{` + good + `,"ib_type":"Converted"}`, 422, []string{"ib_type"}},
		{"type outside the prefix", jsonType, `{` + good + `,"ib_type":"../ib-other-demo"}`, 422, []string{"ib_type"}},
		{"type of emoji", jsonType, `{` + good + `,"ib_type":"🚀"}`, 422, []string{"ib_type"}},
		{"over 64 KB", jsonType, `{` + good + `,"x":"` + strings.Repeat("x", 64<<10) + `"}`, 413, nil},
		{"another media type", "text/plain", `{` + good + `}`, 415, nil},
		{"multipart", "multipart/form-data; boundary=x", "--x--", 415, nil},
		{"no media type", "", `{` + good + `}`, 415, nil},
		{"a form field twice", formType, "email=canary.bad%40visitors.test&name=A&name=B", 422, []string{"name"}},
		{"a form's bad escape", formType, "email=%zz&name=A", 422, []string{"body"}},
		{"a form not in UTF-8", formType, "email=canary.bad%40visitors.test&name=%ff", 422, []string{"name"}},
		{"an empty form", formType, "", 422, []string{"email", "name"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, "POST", address, tt.body, "Content-Type", tt.mediaType).want(t, tt.status)
			named := got.fields(t)
			slices.Sort(named)
			if !slices.Equal(named, tt.fields) {
				t.Errorf("named %v, want %v", named, tt.fields)
			}
		})
	}
	t.Cleanup(func() {
		if all := john.leads(t, ""); len(all) != 0 {
			t.Errorf("bad input was stored: %+v", all)
		}
	})
}

func TestAFormThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	for _, key := range []string{"00000000000000000000", "x", "FORM%23x", "..%2F..%2Fme", url.PathEscape("💥")} {
		send(t, "GET", s.api+"/forms/"+key, "").want(t, 404)
		s.public(t, "POST", "/forms/"+key+"/leads", object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 404)
	}
}

func TestBadSignUpsAreRefusedByField(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	for name, tt := range map[string]struct {
		document object
		fields   []string
	}{
		"nothing":             {object{}, []string{"email", "name", "password"}},
		"numbers":             {object{"email": 1, "name": 2, "password": 3}, []string{"email", "name", "password"}},
		"weak, address new":   {object{"email": newAddress("ib"), "name": "Canary", "password": "weak"}, []string{"password"}},
		"weak, address known": {object{"email": john.email, "name": "Canary", "password": "weak"}, []string{"password"}},
		"bad address":         {object{"email": "a@b", "name": "Canary", "password": password}, []string{"email"}},
	} {
		got := s.public(t, "POST", "/signup", tt.document).want(t, 422).fields(t)
		slices.Sort(got)
		if !slices.Equal(got, tt.fields) {
			t.Errorf("%s: named %v, want %v", name, got, tt.fields)
		}
	}
}
