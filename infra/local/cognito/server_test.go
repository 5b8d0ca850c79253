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
