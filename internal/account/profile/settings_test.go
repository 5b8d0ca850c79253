package profile

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // as in the function, so that the machine's zones do not matter

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

// patch is the event of PATCH /me with a body.
func patch(body string) *httpapi.Request {
	r := &httpapi.Request{
		RouteKey:    "PATCH /me",
		Headers:     map[string]string{"content-type": "application/json"},
		EncodedBody: body,
	}
	r.Context.DomainName = "api.example.com"
	return r
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	const unchanged = "-"
	tests := map[string]struct{ body, name, address, origins, zone string }{
		"nothing":          {`{}`, unchanged, unchanged, unchanged, unchanged},
		"everything":       {`{"name":" Johnny ","thankYouUrl":"https://a.com/t","allowedOrigins":["https://A.com","https://b.com:443"],"timeZone":"Europe/Berlin"}`, "Johnny", "https://a.com/t", "[https://a.com https://b.com]", "Europe/Berlin"},
		"cleared by null":  {`{"thankYouUrl":null,"allowedOrigins":null,"timeZone":null}`, unchanged, "", "[]", "UTC"},
		"cleared by empty": {`{"thankYouUrl":"","allowedOrigins":[],"timeZone":""}`, unchanged, "", "[]", "UTC"},
		"an origin twice":  {`{"allowedOrigins":["https://a.com","HTTPS://A.COM:443","https://b.com","https://a.com"]}`, unchanged, unchanged, "[https://a.com https://b.com]", unchanged},
		"not theirs":       {`{"userId":"x","role":"ADMIN","systemeTagPrefix":"ib-00000000-","formKey":"k","email":"a@b.cc","Name":"x","TIMEZONE":"y"}`, unchanged, unchanged, unchanged, unchanged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readSettings(patch(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			or := func(value *string) string {
				if value == nil {
					return unchanged
				}
				return *value
			}
			origins := unchanged
			if got.AllowedOrigins != nil {
				origins = fmt.Sprint(*got.AllowedOrigins)
			}
			if or(got.Name) != tt.name || or(got.ThankYouURL) != tt.address || origins != tt.origins || or(got.TimeZone) != tt.zone {
				t.Errorf("got %q %q %q %q", or(got.Name), or(got.ThankYouURL), origins, or(got.TimeZone))
			}
		})
	}
}

func TestReadSettingsNamesEveryBadField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want []string
	}{
		"all at once":         {`{"name":"","thankYouUrl":"http://a.com","allowedOrigins":["*"],"timeZone":"Local"}`, []string{"name", "thankYouUrl", "allowedOrigins[0]", "timeZone"}},
		"each bad origin":     {`{"allowedOrigins":["https://a.com","b.com","https://c.com","http://d.com"]}`, []string{"allowedOrigins[1]", "allowedOrigins[3]"}},
		"wrong types":         {`{"name":1,"thankYouUrl":{},"allowedOrigins":"https://a.com","timeZone":[]}`, []string{"name", "thankYouUrl", "allowedOrigins", "timeZone"}},
		"no name":             {`{"name":null}`, []string{"name"}},
		"origins not texts":   {`{"allowedOrigins":["https://a.com",1]}`, []string{"allowedOrigins"}},
		"an origin missing":   {`{"allowedOrigins":["https://a.com",null]}`, []string{"allowedOrigins[1]"}},
		"a member twice":      {`{"name":"a","name":"b"}`, []string{"name"}},
		"not an object":       {`[]`, []string{"body"}},
		"not JSON":            {`{"name":`, []string{"body"}},
		"no body":             {``, []string{"body"}},
		"text behind":         {`{} {}`, []string{"body"}},
		"a zone there is not": {`{"timeZone":"Mars/Olympus"}`, []string{"timeZone"}},
		"a zone by path":      {`{"timeZone":"../../etc/passwd"}`, []string{"timeZone"}},
		"a control character": {`{"name":"a\u0000b"}`, []string{"name"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readSettings(patch(tt.body))
			p, ok := errors.AsType[*problem.Problem](err)
			if !ok || p.Kind != problem.Invalid {
				t.Fatalf("got %v", err)
			}
			var got []string
			for _, field := range p.Fields {
				got = append(got, field.Field)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("names %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReadSettingsTakesJSONOnly(t *testing.T) {
	t.Parallel()
	r := patch(`name=x`)
	r.Headers["content-type"] = "application/x-www-form-urlencoded"
	if _, err := readSettings(r); problem.Of(err).Kind != problem.UnsupportedMedia {
		t.Errorf("got %v", err)
	}
}

func TestParseOriginsBoundsTheirNumber(t *testing.T) {
	t.Parallel()
	var origins []string
	for i := range maxOrigins {
		origins = append(origins, fmt.Sprintf("https://%d.example.com", i))
	}
	var fields problem.Fields
	if got := parseOrigins(append(origins, origins...), &fields); fields.Err() != nil || !slices.Equal(got, origins) {
		t.Errorf("got %v, %v", got, fields.Err())
	}
	if parseOrigins(append(origins, "https://example.com"), &fields); !fields.Has("allowedOrigins") {
		t.Error("one more was taken")
	}
	fields = problem.Fields{}
	parseOrigins(make([]string, 10_000), &fields)
	if p := problem.Of(fields.Err()); len(p.Fields) != maxOrigins {
		t.Errorf("%d bad ones are named", len(p.Fields))
	}
}

func TestParseTimeZone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "UTC", "UTC": "UTC", "Europe/Berlin": "Europe/Berlin", "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
	} {
		if got, err := parseTimeZone(name); got != want || err != nil {
			t.Errorf("parseTimeZone(%q) = %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"Local", "localtime", "posixrules", "Factory", "right/Europe/Berlin", "posix/UTC", "Berlin", "+01:00", "Europe", "Europe/", "/etc/localtime", "Europe/../UTC", "Europe\\Berlin", "UTC\x00", " UTC"} {
		if got, err := parseTimeZone(name); err == nil {
			t.Errorf("parseTimeZone(%q) = %q", name, got)
		}
	}
}

func FuzzReadSettings(f *testing.F) {
	f.Add(`{"name":"Johnny","thankYouUrl":"https://a.com/t","allowedOrigins":["https://A.com"],"timeZone":"Europe/Berlin"}`)
	f.Add(`{"name":null,"thankYouUrl":null,"allowedOrigins":null,"timeZone":null}`)
	f.Add(`{"allowedOrigins":[null,1,"*"]}`)
	f.Fuzz(func(t *testing.T, body string) {
		settings, err := readSettings(patch(body))
		if err != nil {
			if problem.Of(err).Kind == problem.Internal {
				t.Errorf("%q is an internal error: %v", body, err)
			}
			return
		}
		if settings.TimeZone != nil {
			if _, err := time.LoadLocation(*settings.TimeZone); err != nil {
				t.Errorf("took the time zone %q", *settings.TimeZone)
			}
		}
		if settings.Name != nil && *settings.Name == "" {
			t.Error("took an empty name")
		}
	})
}
