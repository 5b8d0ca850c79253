package capture_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clientflow/internal/account"
	"clientflow/internal/capture"
	"clientflow/internal/httpapi"
)

// element is one tag of a page.
type element struct {
	name string
	attr map[string]string
}

// elements reads a page as a browser would see it, and fails where its tags do
// not fit together.
func elements(tb testing.TB, page string) (all []element, text string) {
	tb.Helper()
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict = false
	decoder.AutoClose = []string{"meta", "input"}
	decoder.Entity = xml.HTMLEntity
	var words strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all, words.String()
		}
		if err != nil {
			tb.Fatalf("%v in %s", err, page)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{token.Name.Local, map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			words.Write(token)
		}
	}
}

// field returns the input or select of a name.
func field(tb testing.TB, all []element, name string) element {
	tb.Helper()
	for _, e := range all {
		if (e.name == "input" || e.name == "select") && e.attr["name"] == name {
			return e
		}
	}
	tb.Fatalf("no field %s", name)
	return element{}
}

func TestTheForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John & Söhne")
	got := s.do(t, "GET /forms/{formKey}", ib.FormKey, "", "")
	if got.Status != 200 || got.Headers["content-type"] != "text/html; charset=utf-8" || len(got.Body) > 20<<10 {
		t.Fatalf("%d %s, %d bytes", got.Status, got.Headers["content-type"], len(got.Body))
	}
	if strings.Contains(got.Body, "{{") || strings.Contains(strings.ToLower(got.Body), "<script") {
		t.Errorf("placeholders or scripts are left: %s", got.Body)
	}
	all, text := elements(t, got.Body)
	if !strings.Contains(text, "John & Söhne") || strings.Contains(text, "Nothing was sent") {
		t.Errorf("text %s", text)
	}
	form := all[slices.IndexFunc(all, func(e element) bool { return e.name == "form" })]
	if form.attr["method"] != "post" || form.attr["action"] != "/forms/"+ib.FormKey+"/leads" {
		t.Errorf("form %v", form.attr)
	}
	for name, want := range map[string]map[string]string{
		"name":              {"autocomplete": "name", "maxlength": "200", "value": ""},
		"email":             {"autocomplete": "email", "type": "email", "inputmode": "email"},
		"phone":             {"autocomplete": "tel", "inputmode": "tel"},
		"consent":           {"type": "checkbox"},
		"contact_me_by_fax": {"tabindex": "-1", "autocomplete": "off"},
	} {
		e := field(t, all, name)
		for attr, value := range want {
			if e.attr[attr] != value {
				t.Errorf("%s: %s is %q", name, attr, e.attr[attr])
			}
		}
	}
	checkLabels(t, all)
	if all[0].attr["lang"] != "en" {
		t.Errorf("first element %v", all[0])
	}
}

// checkLabels wants a label for each field that is seen, and no id twice.
func checkLabels(t *testing.T, all []element) {
	t.Helper()
	labels, ids := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		if e.name == "label" {
			labels[e.attr["for"]] = true
		}
		if id := e.attr["id"]; id != "" && ids[id] {
			t.Errorf("id %s twice", id)
		} else {
			ids[id] = true
		}
	}
	for _, e := range all {
		if (e.name == "input" || e.name == "select") && e.attr["type"] != "hidden" && !labels[e.attr["id"]] {
			t.Errorf("no label for %v", e.attr)
		}
		if by := e.attr["aria-describedby"]; by != "" && !ids[by] {
			t.Errorf("%v is described by nothing", e.attr)
		}
	}
}

var styleElement = regexp.MustCompile(`(?s)<style>(.*)</style>`)

func TestThePolicy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	get := func() httpapi.Response { return s.do(t, "GET /forms/{formKey}", ib.FormKey, "", "") }
	plain := get()
	sum := sha256.Sum256([]byte(styleElement.FindStringSubmatch(plain.Body)[1]))
	style := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; "
	if got := plain.Headers["content-security-policy"]; got != style+"form-action 'self'; base-uri 'none'; frame-ancestors 'self'" {
		t.Errorf("policy %s", got)
	}
	if plain.Headers["referrer-policy"] != "strict-origin" || plain.Headers["x-content-type-options"] != "nosniff" || plain.Headers["strict-transport-security"] == "" {
		t.Errorf("headers %v", plain.Headers)
	}
	for address, origins := range map[string]string{
		"https://john.example/thanks":  "https://john.example https://www.john.example",
		"https://www.john.example:444": "https://www.john.example:444 https://john.example:444",
	} {
		s.change(t, ib, account.Settings{ThankYouURL: &address, AllowedOrigins: &[]string{"https://john.example", "https://shop.example"}})
		want := style + "form-action 'self' " + origins + "; base-uri 'none'; frame-ancestors 'self' https://john.example https://shop.example"
		if got := get().Headers["content-security-policy"]; got != want {
			t.Errorf("policy %s, want %s", got, want)
		}
	}
}

func TestThanks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "<b>John</b>")
	got := s.do(t, "GET /forms/{formKey}", ib.FormKey, "thanks=1", "")
	all, text := elements(t, got.Body)
	if got.Status != 200 || !strings.Contains(text, "Thank you") || !strings.Contains(text, "<b>John</b>") || got.Headers["content-security-policy"] == "" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if slices.ContainsFunc(all, func(e element) bool { return e.name == "form" || e.name == "b" }) {
		t.Errorf("a form, or the name's own tags: %s", got.Body)
	}
}

// TestABrowserIsToldInWords follows dead links and sends what is not taken, as a browser
// does without a script.
func TestABrowserIsToldInWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	nobody, large := strings.Repeat("0", 20), "name="+strings.Repeat("x", 64<<10)
	for words, answer := range map[string]struct {
		status                    int
		route, formKey, typ, body string
	}{
		"This form is not here":      {404, "GET /forms/{formKey}", nobody, "", ""},
		"ask whoever gave you":       {404, post, nobody, formType, "name=x"},
		"That is too much text":      {413, post, ib.FormKey, formType, large},
		"This form cannot be sent":   {415, post, ib.FormKey, "multipart/form-data; boundary=x", "--x--"},
		"it must not set an enctype": {415, post, ib.FormKey, "text/plain", "name=x"},
	} {
		got := s.do(t, answer.route, answer.formKey, "", answer.body, "content-type", answer.typ, "accept", browser)
		all, text := elements(t, got.Body)
		if got.Status != answer.status || !strings.Contains(text, words) || strings.Contains(got.Body, "{{") || got.Headers["vary"] != "Origin" {
			t.Errorf("%s: %d %v %s", words, got.Status, got.Headers, got.Body)
		}
		if policy := got.Headers["content-security-policy"]; !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || all[0].attr["lang"] != "en" {
			t.Errorf("%s: policy %s, %v", words, policy, all[0])
		}
	}
}

// TestABrowserIsToldOfAFault asks for a form while the registry cannot be read.
func TestABrowserIsToldOfAFault(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.routes = capture.Routes(capture.NewForms(s.aws.Client, "no-such-table", s.users), s.leads)
	got := s.do(t, "GET /forms/{formKey}", strings.Repeat("0", 20), "", "", "accept", browser)
	if _, text := elements(t, got.Body); got.Status != 500 || !strings.Contains(text, "try again in a few minutes") || strings.Contains(got.Body, "no-such-table") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if !strings.Contains(s.log.String(), `"outcome":"failed"`) || !strings.Contains(s.log.String(), "find the form") {
		t.Errorf("log %s", s.log.String())
	}
}

// hiddenInputs returns the hidden fields of a page.
func hiddenInputs(tb testing.TB, page string) url.Values {
	tb.Helper()
	values := url.Values{}
	all, _ := elements(tb, page)
	for _, e := range all {
		if e.attr["type"] == "hidden" {
			values.Add(e.attr["name"], html.UnescapeString(e.attr["value"]))
		}
	}
	return values
}

func TestTheLinksCampaignIsCarriedOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	for query, want := range map[string]url.Values{
		"utm_source=google&utm_medium=cpc&utm_campaign=a%26b&utm_term=%22%3E%3Cscript%3E&utm_content=c": {
			"utm_source": {"google"}, "utm_medium": {"cpc"}, "utm_campaign": {"a&b"}, "utm_term": {`"><script>`}, "utm_content": {"c"}},
		"utm_source=%ff&utm_medium=" + strings.Repeat("x", 201) + "&utm_campaign=a%00&utm_term=+&utm_content=%zz": {},
		"email=a%40b.co&page_url=x&other=1":          {},
		"page_url=https%3A%2F%2Fjohn.example%2Fdemo": {"page_url": {"https://john.example/demo"}},
	} {
		got := s.do(t, "GET /forms/{formKey}", ib.FormKey, query, "")
		if carried := hiddenInputs(t, got.Body); got.Status != 200 || carried.Encode() != want.Encode() {
			t.Errorf("%s: %d, carried %v", query, got.Status, carried)
		}
	}
}

func TestThePageThatLedToTheFormIsCarriedOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	tests := []struct{ referer, query, want string }{
		{"https://john.example/landing?x=1", "", "https://john.example/landing?x=1"},
		{"http://john.example/#top", "", "http://john.example/"},
		{"https://john.example/", "page_url=https%3A%2F%2Fjohn.example%2Fdemo", "https://john.example/demo"},
		{"https://john.example/", "page_url=nothing", "https://john.example/"},
		{"https:///forms/x", "", ""}, // this host's own: an event of a test names none
		{`https://john.example/"><script>`, "", `https://john.example/"><script>`},
		{"https://john.example/" + strings.Repeat("a", 2000), "", ""},
		{"android-app://com.example", "", ""},
		{"javascript:alert(1)", "", ""},
		{"https://john.example/\u2028", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		got := s.do(t, "GET /forms/{formKey}", ib.FormKey, tt.query, "", "referer", tt.referer)
		if carried := hiddenInputs(t, got.Body); got.Status != 200 || carried.Get("page_url") != tt.want || len(carried) > 1 {
			t.Errorf("%.60q %s: %d, carried %v", tt.referer, tt.query, got.Status, carried)
		}
	}
}

func TestAPreviewCannotBeSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	address := "https://john.example/thanks"
	s.change(t, ib, account.Settings{ThankYouURL: &address})
	got := s.do(t, "GET /forms/{formKey}", ib.FormKey, "preview=1", "")
	all, text := elements(t, got.Body)
	button := all[slices.IndexFunc(all, func(e element) bool { return e.name == "button" })]
	if _, disabled := button.attr["disabled"]; !disabled || !strings.Contains(text, "This is a preview") {
		t.Errorf("button %v, text %s", button, text)
	}
	if policy := got.Headers["content-security-policy"]; !strings.Contains(policy, "; form-action 'none'; ") {
		t.Errorf("policy %s", policy)
	}
}

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func TestBadInputShowsTheFormAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	typed := url.Values{
		"email": {`a@b"><script>alert(1)</script>`}, "name": {"{{ib}} Jane"}, "phone": {"call me"}, "ib_type": {"stocks"}, "monthly_leads": {"50-199"},
		"broker_network": {"Acme & Sons"}, "consent": {"on"}, "utm_source": {"google"}, "utm_term": {strings.Repeat("x", 201)}, "page_url": {"https://x.example/" + strings.Repeat("a", 500)},
	}
	got := s.do(t, post, ib.FormKey, "", typed.Encode(), "content-type", formType, "accept", browser)
	if got.Status != 422 || got.Headers["content-type"] != "text/html; charset=utf-8" || got.Headers["content-security-policy"] == "" {
		t.Fatalf("%d %v", got.Status, got.Headers)
	}
	all, text := elements(t, got.Body)
	checkLabels(t, all)
	for _, name := range []string{"email", "name", "phone", "broker_network"} {
		if value := html.UnescapeString(field(t, all, name).attr["value"]); value != typed.Get(name) {
			t.Errorf("%s is %q", name, value)
		}
	}
	for name, bad := range map[string]bool{"email": true, "phone": true, "name": false, "ib_type": false} {
		e := field(t, all, name)
		_, focused := e.attr["autofocus"]
		if focused != (name == "email") || (e.attr["aria-invalid"] == "true") != bad || bad != (e.attr["aria-describedby"] == name+"-error") {
			t.Errorf("%s: %v", name, e.attr)
		}
	}
	var selected []string
	for i, e := range all {
		if _, ok := e.attr["selected"]; ok {
			selected = append(selected, e.attr["value"])
		}
		if e.name == "script" {
			t.Errorf("element %d is a script", i)
		}
	}
	if !slices.Equal(selected, []string{"", "50-199"}) || !strings.Contains(text, "stocks") { // an option without a value is its text
		t.Errorf("selected %q", selected)
	}
	if _, ticked := field(t, all, "consent").attr["checked"]; !ticked {
		t.Error("the tick is lost")
	}
	if !strings.HasPrefix(text[strings.Index(text, "Error: "):], "Error: ") || !strings.Contains(text, "Nothing was sent yet") ||
		!strings.Contains(text, "utm_term may have 200 characters at most") {
		t.Errorf("text %s", text)
	}
	carried := hiddenInputs(t, got.Body)
	if carried.Get("utm_source") != "google" || carried.Has("utm_term") || carried.Get("page_url") != typed.Get("page_url") {
		t.Errorf("carried %v", carried)
	}
	if n := s.stored(t); n != 0 {
		t.Errorf("%d items stored", n)
	}
}

func TestAFormThatCannotBeDecodedIsShownAgainEmpty(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	got := s.do(t, post, ib.FormKey, "", "email=%zz", "content-type", formType, "accept", browser)
	if _, text := elements(t, got.Body); got.Status != 422 || !strings.Contains(text, "body is not an encoded form") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// TestWhoIsShownAPage sends bad input under several Accept headers.
func TestWhoIsShownAPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	for accept, page := range map[string]bool{
		browser: true, "text/html": true, "TEXT/HTML;q=0.5": true, "text/html, application/json;q=0.9": true, "text/html,application/json": true,
		"": false, "*/*": false, "application/json": false, "application/json, text/html;q=0.9": false, "application/problem+json,text/html;q=0.1": false,
		"text/html;q=0": false, "text/html;q=x": false, "nonsense///": false,
	} {
		got := s.do(t, post, ib.FormKey, "", "email=x", "content-type", formType, "accept", accept)
		if isPage := strings.HasPrefix(got.Headers["content-type"], "text/html"); got.Status != 422 || isPage != page {
			t.Errorf("%q: %d %s", accept, got.Status, got.Headers["content-type"])
		}
	}
	if got := s.do(t, post, ib.FormKey, "", `{}`, "content-type", jsonType, "accept", browser); got.Headers["content-type"] != "application/problem+json" {
		t.Errorf("JSON is answered with %s", got.Headers["content-type"])
	}
}

func FuzzTypedInput(f *testing.F) {
	s := newSite(f)
	ib := s.signUp(f, john, "John")
	f.Add("Jane", `"><script>`, "{{error email}}", "%00")
	f.Fuzz(func(t *testing.T, name, broker, kind, query string) {
		form := url.Values{"email": {"x"}, "name": {name}, "broker_network": {broker}, "ib_type": {kind}}
		for _, got := range []httpapi.Response{
			s.do(t, post, ib.FormKey, "", form.Encode(), "content-type", formType, "accept", browser),
			s.do(t, "GET /forms/{formKey}", ib.FormKey, query, ""),
		} {
			if got.Status != 422 && got.Status != 200 {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			if n := strings.Count(got.Body, "<"); n > 140 || strings.Contains(strings.ToLower(got.Body), "<script") {
				t.Errorf("%d tags: %s", n, got.Body)
			}
		}
	})
}
