package sts_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/sts"
	"clientflow/infra/local/wire"
)

const tenantARN = "arn:aws:iam::000000000000:role/Tenant"

// server is an endpoint with the role Tenant, which the role Leads may assume.
type server struct {
	keys *iam.Keys
	mux  *wire.Mux
}

func newServer(t *testing.T, trust string) *server {
	t.Helper()
	now := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	keys := iam.NewKeys(func() time.Time { return now }, nil)
	mux := wire.NewMux(keys)
	service := sts.New(keys)
	parsed, err := iam.ParseTrust(trust)
	if err != nil {
		t.Fatal(err)
	}
	if arn := service.AddRole("Tenant", parsed, policy(t, "dynamodb:Query", "*")); arn != tenantARN {
		t.Fatalf("ARN %s, want %s", arn, tenantARN)
	}
	service.Register(mux)
	return &server{keys: keys, mux: mux}
}

func policy(t *testing.T, actions, resource string) iam.Policy {
	t.Helper()
	p, err := iam.ParsePolicy(map[string]any{"Statement": map[string]any{
		"Effect": "Allow", "Action": strings.Split(actions, ","), "Resource": resource}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// post sends a form as a caller and returns the status and the body.
func (s *server) post(caller iam.Credentials, form url.Values) (int, string) {
	form.Set("Version", "2011-06-15")
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if caller.AccessKeyID != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+caller.AccessKeyID+"/20250102/us-east-1/sts/aws4_request")
		r.Header.Set("X-Amz-Security-Token", caller.SessionToken)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// element returns the text of the first XML element of that name.
func element(body, name string) string {
	_, rest, _ := strings.Cut(body, "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return text
}

func assume(change func(url.Values)) url.Values {
	form := url.Values{"Action": {"AssumeRole"}, "RoleArn": {tenantARN}, "RoleSessionName": {"john"},
		"Tags.member.1.Key": {"userId"}, "Tags.member.1.Value": {"john"}}
	if change != nil {
		change(form)
	}
	return form
}

const trustLeads = `{"Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],
	"Principal":{"AWS":"arn:aws:iam::000000000000:role/Leads"}}]}`

func TestAssumeRoleTakesBothPolicies(t *testing.T) {
	t.Parallel()
	const leads = "arn:aws:sts::000000000000:assumed-role/Leads/leads"
	both := "sts:AssumeRole,sts:TagSession"
	tests := map[string]struct {
		caller, actions, resource, trust string
		change                           func(url.Values)
		want                             string // code of the error; none when assumed
	}{
		"allowed":                       {leads, both, tenantARN, trustLeads, nil, ""},
		"without tags, no TagSession":   {leads, "sts:AssumeRole", tenantARN, trustLeads, untagged, ""},
		"no identity policy":            {leads, "sts:GetSessionToken", tenantARN, trustLeads, nil, "AccessDenied"},
		"identity policy for another":   {leads, both, tenantARN + "2", trustLeads, nil, "AccessDenied"},
		"no permission to tag":          {leads, "sts:AssumeRole", tenantARN, trustLeads, nil, "AccessDenied"},
		"trust without TagSession":      {leads, both, tenantARN, strings.Replace(trustLeads, "sts:TagSession", "sts:SetSourceIdentity", 1), nil, "AccessDenied"},
		"trust of another role":         {leads, both, tenantARN, strings.Replace(trustLeads, "role/Leads", "role/Capture", 1), nil, "AccessDenied"},
		"a role that does not exist":    {leads, both, "*", trustLeads, set("RoleArn", tenantARN+"2"), "AccessDenied"},
		"trust demands the session tag": {leads, both, tenantARN, withCondition(`{"Null":{"aws:RequestTag/userId":"false"}}`), untagged, "AccessDenied"},
		"session tag as demanded":       {leads, both, tenantARN, withCondition(`{"StringLike":{"aws:RequestTag/userId":"?*"},"ForAllValues:StringEquals":{"aws:TagKeys":"userId"}}`), nil, ""},
		"a tag too many":                {leads, both, tenantARN, withCondition(`{"ForAllValues:StringEquals":{"aws:TagKeys":"userId"}}`), second("admin", "yes"), "AccessDenied"},
		"session name as demanded":      {leads, both, tenantARN, withCondition(`{"StringEquals":{"sts:RoleSessionName":"john"}}`), nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, tt.trust)
			caller := s.keys.Issue(iam.Principal{ARN: tt.caller, Policies: []iam.Policy{policy(t, tt.actions, tt.resource)}}, time.Hour)
			_, body := s.post(caller, assume(tt.change))
			if got := element(body, "Code"); got != tt.want {
				t.Errorf("code %q, want %q: %s", got, tt.want, body)
			}
		})
	}
}

func TestRootMayAssumeWhatThereIs(t *testing.T) {
	t.Parallel()
	s := newServer(t, trustLeads)
	for arn, want := range map[string]string{tenantARN: "", tenantARN + "2": "AccessDenied"} {
		_, body := s.post(iam.Credentials{AccessKeyID: "made-up"}, assume(set("RoleArn", arn)))
		if got := element(body, "Code"); got != want {
			t.Errorf("%s: code %q, want %q", arn, got, want)
		}
	}
}

func untagged(form url.Values) {
	form.Del("Tags.member.1.Key")
	form.Del("Tags.member.1.Value")
}

func set(name, value string) func(url.Values) {
	return func(form url.Values) { form.Set(name, value) }
}

func second(key, value string) func(url.Values) {
	return func(form url.Values) {
		form.Set("Tags.member.2.Key", key)
		form.Set("Tags.member.2.Value", value)
	}
}

func withCondition(condition string) string {
	return strings.Replace(trustLeads, `"Effect"`, `"Condition":`+condition+`,"Effect"`, 1)
}

const trustAccount = `{"Statement":[{"Effect":"Allow","Action":"*","Principal":{"AWS":"000000000000"}}]}`

func TestAssumedRoleCarriesItsPoliciesAndTags(t *testing.T) {
	t.Parallel()
	s := newServer(t, trustAccount)
	_, body := s.post(iam.Credentials{AccessKeyID: "root"}, assume(set("DurationSeconds", "900")))
	if got, want := element(body, "Expiration"), "2025-01-02T03:19:05Z"; got != want {
		t.Errorf("expiration %s, want %s", got, want)
	}
	p, err := s.keys.Principal(element(body, "AccessKeyId"), element(body, "SessionToken"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Root || p.ARN != "arn:aws:sts::000000000000:assumed-role/Tenant/john" || p.Tags["userId"] != "john" {
		t.Errorf("principal %+v", p)
	}
	if err := p.Authorize(iam.Request{Action: "dynamodb:Query", Resource: "arn:x"}); err != nil {
		t.Error(err)
	}
	if err := p.Authorize(iam.Request{Action: "dynamodb:Scan", Resource: "arn:x"}); err == nil {
		t.Error("the role may do what its policy does not allow")
	}
}

func TestAssumeRoleRefusesBadInput(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change     func(url.Values)
		code, text string
	}{
		"no session name":          {set("RoleSessionName", ""), "ValidationError", "roleSessionName"},
		"session name with a /":    {set("RoleSessionName", "a/b"), "ValidationError", "roleSessionName"},
		"too short":                {set("DurationSeconds", "899"), "ValidationError", "greater than or equal to 900"},
		"too long":                 {set("DurationSeconds", "3601"), "ValidationError", "1 hour session limit"},
		"no number":                {set("DurationSeconds", "long"), "ValidationError", "not a number"},
		"a negative number":        {set("DurationSeconds", "-9223372036854775808"), "ValidationError", "greater than"},
		"unknown parameter":        {set("Policy", "{}"), "ValidationError", "does not have the parameter Policy"},
		"unknown tag parameter":    {set("Tags.member.1.Colour", "red"), "ValidationError", "Unknown parameter Tags.member.1.Colour"},
		"tag without a key":        {set("Tags.member.1.Key", ""), "ValidationError", "missing"},
		"value without a key":      {set("Tags.member.7.Value", "x"), "ValidationError", "missing"},
		"tag with a wildcard":      {set("Tags.member.1.Value", "*"), "ValidationError", "not allowed"},
		"the same tag twice":       {second("userid", "sarah"), "InvalidParameterValue", "Duplicate"},
		"transitive tags":          {set("TransitiveTagKeys.member.1", "userId"), "ValidationError", "TransitiveTagKeys"},
		"a value that is too long": {set("Tags.member.1.Value", strings.Repeat("a", 257)), "ValidationError", "too long"},
	}
	s := newServer(t, trustAccount)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, body := s.post(iam.Credentials{AccessKeyID: "root"}, assume(tt.change))
			if element(body, "Code") != tt.code || !strings.Contains(element(body, "Message"), tt.text) {
				t.Errorf("answer %s, want %s with %q", body, tt.code, tt.text)
			}
		})
	}
}

func TestMalformedForm(t *testing.T) {
	t.Parallel()
	s := newServer(t, trustAccount)
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=AssumeRole&Version=2011-06-15&%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if got := element(w.Body.String(), "Code"); got != "MalformedQueryString" {
		t.Errorf("code %q", got)
	}
}

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	s := newServer(t, trustAccount)
	get := func() url.Values { return url.Values{"Action": {"GetCallerIdentity"}} }
	tenant := s.keys.Issue(iam.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/Tenant/john"}, time.Hour)

	_, assumed := s.post(iam.Credentials{AccessKeyID: "root"}, assume(nil))
	_, body := s.post(tenant, get())
	if got := element(body, "Arn"); got != "arn:aws:sts::000000000000:assumed-role/Tenant/john" {
		t.Errorf("ARN %q", got)
	}
	if got, want := element(body, "UserId"), element(assumed, "AssumedRoleId"); got != want {
		t.Errorf("user id %q, want that of AssumeRole, %q", got, want)
	}
	if _, body := s.post(iam.Credentials{AccessKeyID: "root"}, get()); element(body, "Arn") != iam.RootARN || element(body, "UserId") != iam.AccountID || element(body, "Account") != iam.AccountID {
		t.Errorf("root is %s", body)
	}
	if status, body := s.post(iam.Credentials{}, get()); status != http.StatusForbidden || element(body, "Code") != "MissingAuthenticationToken" {
		t.Errorf("without credentials: %d %s", status, body)
	}
	form := get()
	form.Set("Verbose", "1")
	if _, body := s.post(tenant, form); element(body, "Code") != "ValidationError" {
		t.Errorf("unknown parameter: %s", body)
	}
}

func FuzzAssumeRole(f *testing.F) {
	f.Add("900", "john", "Tags.member.1.Key", "userId")
	f.Add("", "a/b", "Tags.member.18446744073709551616.Value", "*")
	f.Fuzz(func(t *testing.T, duration, session, name, value string) {
		s := newServer(t, trustAccount)
		status, body := s.post(iam.Credentials{AccessKeyID: "root"}, assume(func(form url.Values) {
			form.Set("DurationSeconds", duration)
			form.Set("RoleSessionName", session)
			form.Set(name, value)
		}))
		if status != http.StatusOK && status != http.StatusBadRequest && status != http.StatusForbidden {
			t.Errorf("status %d: %s", status, body)
		}
	})
}
