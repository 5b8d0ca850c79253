package lead_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/problem"
)

func fromJSON(body string) (lead.Submission, error) {
	object, err := httpapi.ParseObject([]byte(body))
	if err != nil {
		return lead.Submission{}, err
	}
	return lead.FromJSON(object)
}

func fromForm(body string) (lead.Submission, error) {
	form, err := lead.ParseForm([]byte(body))
	if err != nil {
		return lead.Submission{}, err
	}
	return form.Submission()
}

// badFields returns the names of the fields that an error refuses.
func badFields(err error) []string {
	var names []string
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		for _, f := range p.Fields {
			names = append(names, f.Field)
		}
	}
	slices.Sort(names)
	return names
}

func TestAWholeSubmission(t *testing.T) {
	t.Parallel()
	want := lead.Submission{
		Email: "jane@acme.com", Name: "Jané محمد Doe", Phone: "+44 (20) 7946-0958", IBType: "forex-ib", MonthlyLeads: "500+",
		BrokerNetwork: "Acme & Sons", UTMSource: "google", UTMMedium: "cpc", UTMCampaign: "spring", UTMTerm: "ib", UTMContent: "a/b",
		PageURL: "https://john.example/landing?x=1", Referrer: "https://www.search.example/", Consent: true,
	}
	fields := map[string]string{
		"email": " Jane@ACME.com ", "name": " Jané محمد Doe\u00a0", "phone": "+44 (20) 7946-0958 ", "ib_type": "Forex IB",
		"monthly_leads": "500+", "broker_network": "Acme & Sons", "utm_source": "google", "utm_medium": "cpc",
		"utm_campaign": "spring", "utm_term": "ib", "utm_content": "a/b", "page_url": "https://john.example/landing?x=1",
		"referrer": "https://www.search.example/",
	}
	form, document := url.Values{"consent": {"on"}, "unknown": {"a", "b"}}, map[string]any{"consent": true, "userId": sarah, "unknown": 5}
	for name, value := range fields {
		form.Set(name, value)
		document[name] = value
	}
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := fromJSON(string(body)); err != nil || got != want {
		t.Errorf("JSON: %+v, %v", got, err)
	}
	if got, err := fromForm(form.Encode()); err != nil || got != want {
		t.Errorf("form: %+v, %v", got, err)
	}
}

func TestOptionalFieldsMayBeEmpty(t *testing.T) {
	t.Parallel()
	want := lead.Submission{Email: "jane@acme.com", Name: "Jane"}
	for _, body := range []string{
		`{"email":"jane@acme.com","name":"Jane"}`,
		`{"email":"jane@acme.com","name":"Jane","phone":"","ib_type":" ","monthly_leads":"","page_url":"","utm_source":null,"consent":null}`,
	} {
		if got, err := fromJSON(body); err != nil || got != want {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	if got, err := fromForm("email=jane%40acme.com&name=Jane&phone=&ib_type=&monthly_leads=+&page_url=&consent="); err != nil || got != want {
		t.Errorf("form: %+v, %v", got, err)
	}
}

// TestFieldRules tries one value of one field, beside good others, in JSON and
// in a form.
func TestFieldRules(t *testing.T) {
	t.Parallel()
	long := strings.Repeat
	good := map[string][]string{
		"name":           {"J", long("ж", 200), "O'Brien-Müller", "محمد بن سلمان", "Mary\u200dAnn", "<b>Jane</b>"},
		"email":          {"a@b.co", "x+y@sub.example.com"},
		"phone":          {"12345", "+1 (202) 555-0143", "020.7946.0958", "+44/20/79460958 x12", long("1", 40)},
		"ib_type":        {"a", "Forex IB", "crypto_affiliate", long("a", 52)},
		"monthly_leads":  {"1-49", "50-199", "200-499", "500+"},
		"broker_network": {long("x", 200), "😀"},
		"utm_source":     {long("x", 200)},
		"page_url":       {"http://localhost:3000/x", "https://x.example/" + long("a", 1982), "HTTPS://X.example"},
		"referrer":       {"https://x.example/" + long("a", 1982)},
	}
	bad := map[string][]string{
		"name":           {"", " ", long("ж", 201), "Ja\nne", "Jane\n", "Ja\x00ne", "\x7f", "a\u0085b", "a\u2028b", "a\u202eb", "a\u2066b", "\uFFFD", "\u200b", "\u200d \ufeff"},
		"email":          {"", "a@b", `"x"@y.zz`, "Jane <jane@acme.com>", "jane@acme.com\r\nBcc: x@y.zz", "jané@acme.com", "jane@acme.com, x@y.zz", long("a", 65) + "@acme.com"},
		"phone":          {"1234", "call me", "+44 20 7946 0958 ext 5", long("1", 41), "١٢٣٤٥٦", "12345\n"},
		"ib_type":        {"converted", "New", "VIP", "demo-request", "high_volume", "../ib-other-demo", "🚀", "a--b", "-a", long("a", 53), "ib:x"},
		"monthly_leads":  {"many", "500", "1–49"},
		"broker_network": {long("x", 201), "a\tb"},
		"utm_source":     {long("x", 201), "a\nb"},
		"page_url":       {"javascript:alert(1)", "//x.example", "/path", "https://", "https:x", "ftp://x.example", "https://x.example/" + long("a", 1983), "http://[::1"},
		"referrer":       {"android-app://com.example", "https://x.example/" + long("a", 1983)},
	}
	for field, values := range good {
		for _, value := range values {
			tryField(t, field, value, nil)
		}
	}
	for field, values := range bad {
		for _, value := range values {
			tryField(t, field, value, []string{field})
		}
	}
}

func tryField(t *testing.T, field, value string, want []string) {
	t.Helper()
	fields := map[string]string{"email": "jane@acme.com", "name": "Jane"}
	fields[field] = value
	document, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	for name, v := range fields {
		form.Set(name, v)
	}
	_, jsonErr := fromJSON(string(document))
	_, formErr := fromForm(form.Encode())
	if !slices.Equal(badFields(jsonErr), want) || !slices.Equal(badFields(formErr), want) {
		t.Errorf("%s = %.40q: JSON %v, form %v, want %v", field, value, jsonErr, formErr, want)
	}
	for _, err := range []error{jsonErr, formErr} {
		if p, ok := errors.AsType[*problem.Problem](err); ok && len(value) > 8 && strings.Contains(string(p.Document()), value) {
			t.Errorf("%s: the answer repeats the value: %s", field, p.Document())
		}
	}
}

func TestEveryBadFieldIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		`{}`: {"email", "name"},
		`{"email":5,"name":["x"],"phone":7,"ib_type":true,"monthly_leads":{},"broker_network":1,"page_url":2,"utm_source":3,"consent":"yes"}`: {
			"broker_network", "consent", "email", "ib_type", "monthly_leads", "name", "page_url", "phone", "utm_source"},
		`{"email":"a@b","name":"","ib_type":"converted","monthly_leads":"many","phone":"call me"}`: {
			"email", "ib_type", "monthly_leads", "name", "phone"},
		`{"email":"jane@acme.com","name":"\ud800"}`: {"name"},
		`[]`: {"body"},
	}
	for body, want := range tests {
		if _, err := fromJSON(body); !slices.Equal(badFields(err), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       []string
	}{
		{"empty", "", []string{"email", "name"}},
		{"field twice", "email=jane%40acme.com&name=A&name=B", []string{"name"}},
		{"box twice", "email=jane%40acme.com&name=A&consent=0&consent=1", []string{"consent"}},
		{"bad escape", "email=%zz", []string{"body"}},
		{"semicolon", "email=jane@acme.com;name=A", []string{"body"}},
		{"not UTF-8", "email=jane%40acme.com&name=%ff&phone=%c3%28", []string{"name", "phone"}},
		{"odd box", "email=jane%40acme.com&name=A&consent=maybe", []string{"consent"}},
	}
	for _, tt := range tests {
		if _, err := fromForm(tt.body); !slices.Equal(badFields(err), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestConsentOfForms(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"on": true, "true": true, "1": true, "yes": true, "": false, "off": false, "false": false, "0": false, "no": false} {
		got, err := fromForm("email=jane%40acme.com&name=Jane&consent=" + value)
		if err != nil || got.Consent != want {
			t.Errorf("consent=%s: %v, %v", value, got.Consent, err)
		}
	}
}

// checkAccepted fails for a submission that must not have been taken.
func checkAccepted(t *testing.T, s lead.Submission) {
	t.Helper()
	for _, value := range []string{s.Email, s.Name, s.Phone, s.IBType, s.MonthlyLeads, s.BrokerNetwork,
		s.UTMSource, s.UTMMedium, s.UTMCampaign, s.UTMTerm, s.UTMContent, s.PageURL} {
		if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) ||
			strings.TrimSpace(value) != value || utf8.RuneCountInString(value) > 2000 {
			t.Errorf("took %q", value)
		}
	}
	if s.Name == "" || strings.Count(s.Email, "@") != 1 || utf8.RuneCountInString(s.Name) > 200 {
		t.Errorf("took name %q, email %q", s.Name, s.Email)
	}
}

func FuzzFromJSON(f *testing.F) {
	f.Add(`{"email":"jane@acme.com","name":"Jane","phone":"12345","ib_type":"Forex IB","monthly_leads":"500+","consent":true}`)
	f.Add(`{"email":"\"x\"@y.z","name":"\u0000","page_url":"https://x"}`)
	f.Add(`[`)
	f.Fuzz(func(t *testing.T, body string) {
		s, err := fromJSON(body)
		if err != nil {
			if len(badFields(err)) == 0 {
				t.Errorf("refused without a field: %v", err)
			}
			return
		}
		checkAccepted(t, s)
	})
}

func FuzzForm(f *testing.F) {
	f.Add("email=jane%40acme.com&name=Jane&consent=on&page_url=https%3A%2F%2Fx.example")
	f.Add("email=%ff&name=&name=&%zz")
	f.Fuzz(func(t *testing.T, body string) {
		s, err := fromForm(body)
		if err != nil {
			if len(badFields(err)) == 0 {
				t.Errorf("refused without a field: %v", err)
			}
			return
		}
		checkAccepted(t, s)
	})
}
