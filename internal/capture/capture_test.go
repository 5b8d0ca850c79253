package capture_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
	"clientflow/internal/account"
	"clientflow/internal/capture"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// site is the routes of the capture-lead function.
type site struct {
	aws    *localtest.AWS
	users  account.Users
	leads  lead.Store
	routes httpapi.Routes
	log    bytes.Buffer
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{aws: localtest.Start(tb)}
	s.users = account.NewUsers(tenantdb.Owned(s.aws.Client, s.aws.UsersTable, ""))
	s.leads = lead.NewStore(tenantdb.Owned(s.aws.Client, s.aws.LeadsTable, lead.SortKey), time.Now)
	s.routes = capture.Routes(capture.NewForms(s.aws.Client, s.aws.RegistryTable, s.users), s.leads)
	return s
}

// signUp makes an IB.
func (s *site) signUp(tb testing.TB, userID, name string) account.IB {
	tb.Helper()
	id, err := account.NewRegistrar(s.aws.Client, s.aws.UsersTable, s.aws.RegistryTable).
		Create(tb.Context(), account.Person{Subject: userID, Email: "ib@ib.example", Name: name})
	if err != nil {
		tb.Fatal(err)
	}
	ib, err := s.users.Get(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return ib
}

func (s *site) change(tb testing.TB, ib account.IB, settings account.Settings) {
	tb.Helper()
	if _, err := s.users.Change(tb.Context(), ib.Tenant, settings); err != nil {
		tb.Fatal(err)
	}
}

// do sends a request; headers come as name, value, name, value.
func (s *site) do(tb testing.TB, route, formKey, query, body string, headers ...string) httpapi.Response {
	tb.Helper()
	r := &httpapi.Request{
		RouteKey: route, RawQuery: query, EncodedBody: body,
		PathParameters: map[string]string{"formKey": formKey}, Headers: map[string]string{},
	}
	for i := 0; i < len(headers); i += 2 {
		r.Headers[headers[i]] = headers[i+1]
	}
	response, err := s.routes.Serve(eventlog.New(&s.log, "capture-lead"))(tb.Context(), r)
	if err != nil {
		tb.Fatal(err)
	}
	return response
}

const post = "POST /forms/{formKey}/leads"

// lead returns the lead that an address is to an IB.
func (s *site) lead(tb testing.TB, ib account.IB, address string) (lead.Lead, error) {
	tb.Helper()
	leads, err := s.leads.Of(ib.Tenant)
	if err != nil {
		tb.Fatal(err)
	}
	return leads.Get(tb.Context(), lead.ID(ib.Tenant, address))
}

// stored counts what is in the table of leads.
func (s *site) stored(tb testing.TB) int {
	tb.Helper()
	out, err := s.aws.Client.Scan(tb.Context(), &dynamodb.ScanInput{TableName: &s.aws.LeadsTable, Select: types.SelectCount})
	if err != nil {
		tb.Fatal(err)
	}
	return int(out.Count)
}

func TestJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	got := s.do(t, post, ib.FormKey, "", `{"email":"Jane@acme.com","name":"Jane","ib_type":"Forex IB","monthly_leads":"500+","utm_source":"google","consent":true}`,
		"content-type", "application/json; charset=utf-8")
	if got.Status != 201 || got.Body != `{"success":true}` {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	l, err := s.lead(t, ib, "jane@acme.com")
	if err != nil || l.Source != lead.FromForm || l.IBType != "forex-ib" || l.UTMSource != "google" || !l.Consent {
		t.Errorf("stored %+v, %v", l, err)
	}
	if line := s.log.String(); !strings.Contains(line, john) || !strings.Contains(line, `"Captures":1`) || strings.Contains(line, "jane") || strings.Contains(line, ib.FormKey) {
		t.Errorf("log %s", line)
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	got := s.do(t, post, ib.FormKey, "", "email=jane%40acme.com&name=Jane&consent=yes&contact_me_by_fax=", "content-type", formType)
	if got.Status != 303 || got.Headers["location"] != "/forms/"+ib.FormKey+"?thanks=1" || got.Body != "" {
		t.Fatalf("%d %v", got.Status, got.Headers)
	}
	if l, err := s.lead(t, ib, "jane@acme.com"); err != nil || !l.Consent {
		t.Errorf("stored %+v, %v", l, err)
	}
	thanks := "https://john.example/thanks?from=form"
	s.change(t, ib, account.Settings{ThankYouURL: &thanks})
	if got := s.do(t, post, ib.FormKey, "", "email=jane%40acme.com&name=Jane", "content-type", formType); got.Status != 303 || got.Headers["location"] != thanks {
		t.Errorf("%d %v", got.Status, got.Headers)
	}
}

// TestAKnownAddressIsAnsweredAsANewOne compares whole answers.
func TestAKnownAddressIsAnsweredAsANewOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	for mediaType, bodies := range map[string][2]string{
		jsonType: {`{"email":"a@acme.com","name":"Jane"}`, `{"email":"A@acme.com ","name":"Eve"}`},
		formType: {"email=b%40acme.com&name=Jane", "email=B%40acme.com&name=Eve"},
	} {
		first := s.do(t, post, ib.FormKey, "", bodies[0], "content-type", mediaType)
		second := s.do(t, post, ib.FormKey, "", bodies[1], "content-type", mediaType)
		if fmt.Sprint(first) != fmt.Sprint(second) {
			t.Errorf("%s: first %v, second %v", mediaType, first, second)
		}
	}
	for _, address := range []string{"a@acme.com", "b@acme.com"} {
		if l, err := s.lead(t, ib, address); err != nil || l.Submissions != 2 || l.Name != "Jane" {
			t.Errorf("%s: %+v, %v", address, l, err)
		}
	}
}

func TestOneAddressForTwoIBs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ibs := []account.IB{s.signUp(t, john, "John"), s.signUp(t, sarah, "Sarah")}
	for _, ib := range ibs {
		body := `{"email":"jane@acme.com","name":"Jane","userId":"` + john + `"}`
		if got := s.do(t, post, ib.FormKey, "userId="+john, body, "content-type", jsonType); got.Status != 201 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	for _, ib := range ibs {
		if l, err := s.lead(t, ib, "jane@acme.com"); err != nil || l.Submissions != 1 {
			t.Errorf("%s: %+v, %v", ib.Name, l, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	const good = `{"email":"jane@acme.com","name":"Jane"}`
	tests := []struct {
		name, formKey, mediaType, body string
		status                         int
		fields                         string
	}{
		{"unknown form", strings.Repeat("0", 20), jsonType, good, 404, ""},
		{"malformed key", "FORM#x", jsonType, good, 404, ""},
		{"long key", strings.Repeat("x", 5000), jsonType, good, 404, ""},
		{"no media type", ib.FormKey, "", good, 415, ""},
		{"multipart", ib.FormKey, "multipart/form-data; boundary=x", "--x--", 415, ""},
		{"text", ib.FormKey, "text/plain", good, 415, ""},
		{"large JSON", ib.FormKey, jsonType, good + strings.Repeat(" ", 64<<10), 413, ""},
		{"large form", ib.FormKey, formType, "name=" + strings.Repeat("x", 64<<10), 413, ""},
		{"malformed JSON", ib.FormKey, jsonType, `{"email":`, 422, "body"},
		{"bad JSON fields", ib.FormKey, jsonType, `{"email":"a@b","name":7,"ib_type":"engaged"}`, 422, "email,name,ib_type"},
		{"malformed form", ib.FormKey, formType, "email=%zz", 422, "body"},
		{"bad form fields", ib.FormKey, formType, "email=a@b&name=A&name=B&phone=x", 422, "email,name,phone"},
		{"form as JSON", ib.FormKey, jsonType, "email=jane%40acme.com&name=J", 422, "body"},
	}
	for _, tt := range tests {
		got := s.do(t, post, tt.formKey, "", tt.body, "content-type", tt.mediaType)
		var document struct{ Errors []struct{ Field string } }
		if err := json.Unmarshal([]byte(got.Body), &document); err != nil || got.Status != tt.status || got.Headers["content-type"] != "application/problem+json" {
			t.Errorf("%s: %d %s", tt.name, got.Status, got.Body)
		}
		var fields []string
		for _, e := range document.Errors {
			fields = append(fields, e.Field)
		}
		if strings.Join(fields, ",") != tt.fields {
			t.Errorf("%s: named %v", tt.name, fields)
		}
	}
	if n := s.stored(t); n != 0 {
		t.Errorf("%d items stored", n)
	}
}

// TestNoForm compares the answers to keys that are malformed, unknown, and of an
// IB that is gone or disabled.
func TestNoForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	orphan := strings.Repeat("a", 20)
	_, err := s.aws.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.aws.RegistryTable, Item: tenantdb.Item{
		"key": &types.AttributeValueMemberS{Value: "FORM#" + orphan}, "userId": &types.AttributeValueMemberS{Value: sarah},
	}})
	if err != nil {
		t.Fatal(err)
	}
	disabled := s.signUp(t, john, "John")
	if err := s.users.SetDisabled(t.Context(), disabled.Tenant, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	for route := range s.routes {
		for _, accept := range []string{"", browser} {
			want := s.do(t, route, strings.Repeat("0", 20), "", "", "accept", accept)
			if want.Status != 404 || want.Headers["vary"] != "Origin" {
				t.Errorf("%s: %d %v", route, want.Status, want.Headers)
			}
			for _, key := range []string{"", "x", "FORM#x", orphan, disabled.FormKey, strings.ToUpper(orphan), strings.Repeat("a", 19) + "\n"} {
				if got := s.do(t, route, key, "", "", "accept", accept); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s %q: %v, want %v", route, key, got, want)
				}
			}
		}
	}
}

func TestTheTrap(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	caught := s.do(t, post, ib.FormKey, "", "email=bot%40acme.com&name=Bot&contact_me_by_fax=1", "content-type", formType, "accept", "text/html")
	if n := s.stored(t); n != 0 || strings.Contains(s.log.String(), "Captures") {
		t.Errorf("%d items stored, log %s", n, s.log.String())
	}
	document := s.do(t, post, ib.FormKey, "", `{"email":"bot@acme.com","name":"Bot","contact_me_by_fax":"1"}`, "content-type", jsonType)
	if n := s.stored(t); n != 0 || document.Status != 201 || document.Body != `{"success":true}` {
		t.Errorf("%d items stored, %d %s", n, document.Status, document.Body)
	}
	real := s.do(t, post, ib.FormKey, "", "email=jane%40acme.com&name=Jane", "content-type", formType, "accept", "text/html")
	if fmt.Sprint(caught) != fmt.Sprint(real) {
		t.Errorf("the trap shows: %v, %v", caught, real)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	s.change(t, ib, account.Settings{AllowedOrigins: &[]string{"https://john.example", "http://localhost:5173"}})
	allowed := map[string]bool{
		"https://john.example": true, "http://localhost:5173": true, "https://JOHN.example": false, "https://evil.example": false,
		"https://john.example.evil.example": false, "http://john.example": false, "null": false, "": false,
	}
	for origin, ok := range allowed {
		preflight := s.do(t, "OPTIONS /forms/{formKey}/leads", ib.FormKey, "", "", "origin", origin, "access-control-request-method", "POST")
		sent := s.do(t, post, ib.FormKey, "", `{"email":"jane@acme.com","name":"Jane"}`, "content-type", jsonType, "origin", origin)
		refused := s.do(t, post, ib.FormKey, "", `{}`, "content-type", jsonType, "origin", origin)
		page := s.do(t, "GET /forms/{formKey}", ib.FormKey, "", "", "origin", origin)
		for name, got := range map[string]httpapi.Response{"204": preflight, "201": sent, "422": refused, "200": page} {
			given, has := got.Headers["access-control-allow-origin"]
			if fmt.Sprint(got.Status) != name || has != ok || ok && given != origin || got.Headers["vary"] != "Origin" {
				t.Errorf("%s: %d %v, want %s", origin, got.Status, got.Headers, name)
			}
		}
		if methods := preflight.Headers["access-control-allow-methods"]; ok != (methods == "POST" && preflight.Headers["access-control-allow-headers"] == "content-type" &&
			preflight.Headers["access-control-max-age"] == "3600") {
			t.Errorf("%s: preflight %v", origin, preflight.Headers)
		}
	}
	if got := s.do(t, "OPTIONS /forms/{formKey}", ib.FormKey, "", "", "origin", "https://john.example"); got.Status != 204 || got.Headers["access-control-allow-methods"] != "GET" {
		t.Errorf("%d %v", got.Status, got.Headers)
	}
}

func TestTwoHundredAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ib := s.signUp(t, john, "John")
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			r := &httpapi.Request{
				RouteKey: post, PathParameters: map[string]string{"formKey": ib.FormKey},
				Headers:     map[string]string{"content-type": formType},
				EncodedBody: url.Values{"email": {fmt.Sprintf("v%d@acme.com", i)}, "name": {"V"}}.Encode(),
			}
			if response, err := s.routes[post](t.Context(), r); err != nil || response.Status != http.StatusSeeOther {
				t.Errorf("%d, %v", response.Status, err)
			}
		})
	}
	all.Wait()
	if n := s.stored(t); n != 200 {
		t.Errorf("%d stored", n)
	}
}

func TestTheRegistryNamesNoTenant(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key := strings.Repeat("b", 20)
	_, err := s.aws.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.aws.RegistryTable, Item: tenantdb.Item{
		"key": &types.AttributeValueMemberS{Value: "FORM#" + key}, "userId": &types.AttributeValueMemberS{Value: "everyone"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.do(t, "GET /forms/{formKey}", key, "", ""); got.Status != 500 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if _, err := s.leads.Of(tenant.ID{}); err == nil {
		t.Error("leads of no tenant")
	}
}
