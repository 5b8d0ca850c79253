package cognito_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/cognito"
	"clientflow/infra/local/iam"
)

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
