package cognito_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"clientflow/infra/local/cognito"
)

const confidentialID = "confidential"

// confidential makes a client with a secret, and returns the secret.
func (s *server) confidential() string {
	s.t.Helper()
	err := s.service.AddClient(cognito.Client{
		ID: confidentialID, Pool: poolID, Flows: []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
		GenerateSecret: true, HideUnknownUsers: true, Revocation: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	described := s.want("", "DescribeUserPoolClient", object{"UserPoolId": poolID, "ClientId": confidentialID}, root)
	secret, _ := described["UserPoolClient"].(object)["ClientSecret"].(string)
	if secret == "" {
		s.t.Fatalf("described as %v", described)
	}
	return secret
}

func hashOf(secret, username string) string {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte(username + confidentialID))
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}

// A client with a secret serves who knows it, and tells anyone else nothing: neither
// of a user that is there nor of one that is not.
func TestAClientWithASecretWantsProof(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	secret := s.confidential()
	s.user(john)
	const nobody = "nobody@ib.test"
	none := "Client " + confidentialID + " is configured with secret but SECRET_HASH was not received"
	wrong := "Unable to verify secret hash for client " + confidentialID
	for _, tt := range []struct{ operation, proven string }{
		{"SignUp", "UsernameExistsException"},
		{"ConfirmSignUp", "NotAuthorizedException"},
		{"ResendConfirmationCode", "InvalidParameterException"},
		{"ForgotPassword", ""},
		{"ConfirmForgotPassword", "CodeMismatchException"}, // of the code that was asked for
		{"InitiateAuth", ""},
	} {
		operation, proven := tt.operation, tt.proven
		ask := func(username, hash string) (kind, message string) {
			in := object{"ClientId": confidentialID}
			who := object{"Username": username, "SecretHash": hash}
			switch operation {
			case "SignUp":
				who["Password"], who["UserAttributes"] = good, []object{{"Name": "name", "Value": "John"}}
			case "ConfirmSignUp":
				who["ConfirmationCode"] = "x"
			case "ConfirmForgotPassword":
				who["ConfirmationCode"], who["Password"] = "x", good
			case "InitiateAuth":
				who = object{"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": object{"USERNAME": username, "PASSWORD": good, "SECRET_HASH": hash}}
			}
			maps.Copy(in, who)
			_, kind, message = s.call(operation, in)
			return kind, message
		}
		for _, username := range []string{john, nobody} {
			for hash, want := range map[string]string{"": none, "x": wrong, hashOf(secret, "jane@ib.test"): wrong} {
				if kind, message := ask(username, hash); kind != "NotAuthorizedException" || message != want {
					t.Errorf("%s of %s: %s: %s", operation, username, kind, message)
				}
			}
		}
		if kind, message := ask(john, hashOf(secret, john)); kind != proven || strings.Contains(message, confidentialID) {
			t.Errorf("%s with proof: %s: %s", operation, kind, message)
		}
	}
}

func TestATokenOfAClientWithASecretNeedsIt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	secret := s.confidential()
	s.user(john)
	signedIn := s.want("", "InitiateAuth", object{"ClientId": confidentialID, "AuthFlow": "USER_PASSWORD_AUTH",
		"AuthParameters": object{"USERNAME": john, "PASSWORD": good, "SECRET_HASH": hashOf(secret, john)}})
	token := signedIn["AuthenticationResult"].(object)["RefreshToken"]
	sub := s.want("", "AdminGetUser", object{"UserPoolId": poolID, "Username": john}, root)["Username"].(string)

	flow := func(hash string) object {
		return object{"ClientId": confidentialID, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": object{"REFRESH_TOKEN": token, "SECRET_HASH": hash}}
	}
	s.want("NotAuthorizedException", "InitiateAuth", flow(""))
	s.want("NotAuthorizedException", "InitiateAuth", flow(hashOf(secret, john))) // not the user name that Cognito gave
	s.want("", "InitiateAuth", flow(hashOf(secret, sub)))

	bySecret := func(secret string, token any) object {
		return object{"ClientId": confidentialID, "ClientSecret": secret, "RefreshToken": token}
	}
	s.want("NotAuthorizedException", "GetTokensFromRefreshToken", bySecret("", token))
	s.want("NotAuthorizedException", "GetTokensFromRefreshToken", bySecret("x", token))
	s.want("NotAuthorizedException", "GetTokensFromRefreshToken", bySecret(secret, "x"))
	s.want("InvalidParameterException", "GetTokensFromRefreshToken", bySecret(secret, ""))
	result := s.want("", "GetTokensFromRefreshToken", bySecret(secret, token))["AuthenticationResult"].(object)
	if result["AccessToken"] == nil || result["IdToken"] == nil || result["RefreshToken"] != nil {
		t.Errorf("refreshed to %v", result)
	}

	revocation := func(secret string) object {
		return object{"ClientId": confidentialID, "ClientSecret": secret, "Token": token}
	}
	s.want("UnauthorizedException", "RevokeToken", revocation(""))
	s.want("UnauthorizedException", "RevokeToken", revocation("x"))
	s.want("", "RevokeToken", revocation(secret))
	s.want("NotAuthorizedException", "GetTokensFromRefreshToken", bySecret(secret, token))
}

func TestAClientWithoutASecretTakesNone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	tokens := s.tokens(john)
	s.want("NotAuthorizedException", "ForgotPassword", object{"ClientId": clientID, "Username": john, "SecretHash": "x"})
	s.want("NotAuthorizedException", "GetTokensFromRefreshToken", object{"ClientId": clientID, "ClientSecret": "x", "RefreshToken": tokens["RefreshToken"]})
	s.want("", "GetTokensFromRefreshToken", object{"ClientId": clientID, "RefreshToken": tokens["RefreshToken"]})
}
