package cognito_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"clientflow/infra/local/cognito"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// What the API does is checked through the client of the product, in
// infra/local/conformance/cognito. Here are time, limits, permissions and what
// only the local service has.

const (
	poolID   = "us-east-1_Test00000"
	clientID = "testclient"
	john     = "john@ib.test"
	good     = "Demo-1234!"
)

// server is a service with one pool, one client and the group admins, and a
// clock that the test moves.
type server struct {
	t       *testing.T
	service *cognito.Service
	keys    *iam.Keys
	mux     *wire.Mux

	mu  sync.Mutex
	now time.Time
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, now: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}
	s.keys = iam.NewKeys(s.clock, nil)
	s.service = cognito.New(s.clock)
	s.service.AddPool(cognito.Pool{
		ID: poolID, Name: "test", Issuer: "http://127.0.0.1:4566/" + poolID,
		Password: cognito.PasswordPolicy{MinimumLength: 8, Lowercase: true, Uppercase: true, Digits: true, Signs: true},
		Required: []string{"email", "name"},
	})
	err := s.service.AddClient(cognito.Client{
		ID: clientID, Name: "web", Pool: poolID, Flows: []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
		HideUnknownUsers: true, Revocation: true, AccessToken: cognito.Validity{Count: 60, Unit: "minutes"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.service.AddGroup(poolID, "admins", "who may see all"); err != nil {
		t.Fatal(err)
	}
	s.mux = wire.NewMux(s.keys, s.service.Service())
	s.service.Register(s.mux)
	return s
}

func (s *server) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *server) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

type object = map[string]any

// call sends one operation, signed with an access key when there is one. It
// returns the answer, and the type and message of an error.
func (s *server) call(operation string, in object, key ...iam.Credentials) (out object, kind, message string) {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	for _, k := range key {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+k.AccessKeyID+"/20250102/us-east-1/cognito-idp/aws4_request")
		r.Header.Set("X-Amz-Security-Token", k.SessionToken)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		s.t.Fatalf("%s: %v", w.Body, err)
	}
	if w.Code != http.StatusOK {
		_, kind, _ = strings.Cut(out["__type"].(string), "#")
		message = out["message"].(string)
	}
	return out, kind, message
}

var root = iam.Credentials{AccessKeyID: "root"}

// want calls an operation and wants that error; none when it is empty.
func (s *server) want(kind, operation string, in object, key ...iam.Credentials) object {
	s.t.Helper()
	out, got, message := s.call(operation, in, key...)
	if got != kind {
		s.t.Errorf("%s: error %q (%s), want %q", operation, got, message, kind)
	}
	return out
}

func (s *server) signUp(email string) {
	s.t.Helper()
	s.want("", "SignUp", object{"ClientId": clientID, "Username": email, "Password": good,
		"UserAttributes": []object{{"Name": "name", "Value": "John"}}})
}

// newestCode returns what was mailed last.
func (s *server) newestCode(email string) string {
	s.t.Helper()
	mails := s.service.Mail(email)
	if len(mails) == 0 {
		s.t.Fatalf("no mail to %s", email)
	}
	return mails[len(mails)-1].Code
}

func (s *server) user(email string) {
	s.t.Helper()
	s.signUp(email)
	s.want("", "ConfirmSignUp", confirmation(email, s.newestCode(email)))
}

func confirmation(email, code string) object {
	return object{"ClientId": clientID, "Username": email, "ConfirmationCode": code}
}

func signIn(email, password string) object {
	return object{"ClientId": clientID, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": object{"USERNAME": email, "PASSWORD": password}}
}

func refresh(token any) object {
	return object{"ClientId": clientID, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": object{"REFRESH_TOKEN": token}}
}

// tokens signs in.
func (s *server) tokens(email string) object {
	s.t.Helper()
	result, ok := s.want("", "InitiateAuth", signIn(email, good))["AuthenticationResult"].(object)
	if !ok {
		s.t.Fatal("no tokens")
	}
	return result
}

func TestAdministrationNeedsPermissionOnThePool(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	policy, err := iam.ParsePolicy(object{"Statement": object{"Effect": "Allow", "Action": "cognito-idp:AdminGetUser",
		"Resource": "arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + poolID}})
	if err != nil {
		t.Fatal(err)
	}
	reader := s.keys.Issue(iam.Principal{ARN: "reader", Policies: []iam.Policy{policy}}, time.Hour)
	in := object{"UserPoolId": poolID, "Username": john}
	s.want("", "AdminGetUser", in, reader)
	s.want("AccessDeniedException", "AdminGetUser", object{"UserPoolId": "us-east-1_Other0000", "Username": john}, reader)
	s.want("ResourceNotFoundException", "AdminGetUser", object{"UserPoolId": "us-east-1_Other0000", "Username": john}, root)
	s.want("AccessDeniedException", "CreateUserPool", object{"PoolName": "x"}, reader)
	for _, operation := range []string{"AdminDeleteUser", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut", "AdminConfirmSignUp", "AdminListGroupsForUser"} {
		s.want("AccessDeniedException", operation, in, reader)
		s.want("MissingAuthenticationTokenException", operation, in)
	}
	for _, operation := range []string{"AdminAddUserToGroup", "AdminRemoveUserFromGroup"} {
		s.want("AccessDeniedException", operation, object{"UserPoolId": poolID, "Username": john, "GroupName": "admins"}, reader)
	}
	for _, operation := range []string{"ListUsers", "DescribeUserPool", "DeleteUserPool", "CreateGroup", "CreateUserPoolClient"} {
		s.want("AccessDeniedException", operation, object{"UserPoolId": poolID}, reader)
	}
}

func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for operation, in := range map[string]object{
		"SignUp":       {"ClientId": clientID, "Username": 7},
		"GetUser":      {"Token": "x"},
		"AdminGetUser": {"UserPoolId": poolID, "Colour": "red"},
	} {
		s.want("SerializationException", operation, in, root)
	}
	s.want("SerializationException", "CreateUserPool", object{"LambdaConfig": object{}}, root)
}

func TestPoolsOfAnotherKindAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	email := []string{"email"}
	for name, in := range map[string]object{
		"no name":           {"UsernameAttributes": email, "AutoVerifiedAttributes": email},
		"user names":        {"PoolName": "x", "AutoVerifiedAttributes": email},
		"phone numbers":     {"PoolName": "x", "UsernameAttributes": []string{"phone_number"}, "AutoVerifiedAttributes": email},
		"nothing verified":  {"PoolName": "x", "UsernameAttributes": email},
		"case":              {"PoolName": "x", "UsernameAttributes": email, "AutoVerifiedAttributes": email, "UsernameConfiguration": object{"CaseSensitive": true}},
		"no sign-up":        {"PoolName": "x", "UsernameAttributes": email, "AutoVerifiedAttributes": email, "AdminCreateUserConfig": object{"AllowAdminCreateUserOnly": true}},
		"MFA":               {"PoolName": "x", "UsernameAttributes": email, "AutoVerifiedAttributes": email, "MfaConfiguration": "ON"},
		"custom attributes": {"PoolName": "x", "UsernameAttributes": email, "AutoVerifiedAttributes": email, "Schema": []object{{"Name": "tenant"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, kind, message := s.call("CreateUserPool", in, root); kind != "InvalidParameterException" {
				t.Errorf("error %s: %s", kind, message)
			}
		})
	}
	made := s.want("", "CreateUserPool", object{"PoolName": "x", "UsernameAttributes": email, "AutoVerifiedAttributes": email,
		"Schema": []object{{"Name": "name", "Required": true, "AttributeDataType": "String"}}}, root)
	pool := made["UserPool"].(object)
	if pool["Policies"].(object)["PasswordPolicy"].(object)["MinimumLength"] != 8.0 {
		t.Errorf("passwords by default: %v", pool["Policies"])
	}
}

func TestClientsOfAnotherKindAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for name, in := range map[string]object{
		"secret":               {"GenerateSecret": true},
		"access for 4 minutes": {"AccessTokenValidity": 4, "TokenValidityUnits": object{"AccessToken": "minutes"}},
		"access for 2 days":    {"AccessTokenValidity": 2, "TokenValidityUnits": object{"AccessToken": "days"}},
		"ID for 25 hours":      {"IdTokenValidity": 25},
		"refresh for 11 years": {"RefreshTokenValidity": 4000},
		"weeks":                {"RefreshTokenValidity": 1, "TokenValidityUnits": object{"RefreshToken": "weeks"}},
		"less than nothing":    {"RefreshTokenValidity": -1},
	} {
		t.Run(name, func(t *testing.T) {
			in["UserPoolId"], in["ClientName"] = poolID, "x"
			if _, kind, message := s.call("CreateUserPoolClient", in, root); kind != "InvalidParameterException" {
				t.Errorf("error %s: %s", kind, message)
			}
		})
	}
}

func TestAddingToAPoolThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if err := s.service.AddClient(cognito.Client{ID: "x", Pool: "us-east-1_Other0000"}); err == nil {
		t.Error("a client without a pool")
	}
	if err := s.service.AddGroup("us-east-1_Other0000", "admins", ""); err == nil {
		t.Error("a group without a pool")
	}
	if err := s.service.AddGroup(poolID, "", ""); err == nil {
		t.Error("a group without a name")
	}
}

func TestDeletedPoolIsGone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	tokens := s.tokens(john)
	s.want("", "DeleteUserPool", object{"UserPoolId": poolID}, root)
	s.want("ResourceNotFoundException", "InitiateAuth", refresh(tokens["RefreshToken"]))
	s.want("NotAuthorizedException", "GetUser", object{"AccessToken": tokens["AccessToken"]})
}

func TestAttributesConformToTheSchema(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for name, attributes := range map[string][]object{
		"without the name": {},
		"an empty name":    {{"Name": "name", "Value": ""}},
		"unknown":          {{"Name": "name", "Value": "John"}, {"Name": "custom:tenant", "Value": "x"}},
		"another email":    {{"Name": "name", "Value": "John"}, {"Name": "email", "Value": "sarah@ib.test"}},
		"a novel as name":  {{"Name": "name", "Value": strings.Repeat("a", 2049)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, kind, message := s.call("SignUp", object{"ClientId": clientID, "Username": john, "Password": good, "UserAttributes": attributes})
			if kind != "InvalidParameterException" {
				t.Errorf("error %q: %s", kind, message)
			}
		})
	}
}

func FuzzOperations(f *testing.F) {
	f.Add("SignUp", `{"ClientId":"testclient","Username":"a@b","Password":"Demo-1234!","UserAttributes":[{"Name":"name","Value":"x"}]}`)
	f.Add("InitiateAuth", `{"ClientId":"testclient","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"@","PASSWORD":"x"}}`)
	f.Add("GetUser", `{"AccessToken":"eyJhbGciOiJub25lIn0.eyJ0b2tlbl91c2UiOiJhY2Nlc3MifQ."}`)
	f.Add("ListUsers", `{"UserPoolId":"us-east-1_Test00000","Filter":"email ^= \"\\\"\"","Limit":1}`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		s := newServer(t)
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=root/x")
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s %s: status %d: %s", operation, body, w.Code, w.Body)
		}
	})
}
