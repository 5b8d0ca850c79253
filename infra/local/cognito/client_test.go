package cognito_test

import (
	"testing"

	"clientflow/infra/local/cognito"
)

// TestLegacyClientTells: without PreventUserExistenceErrors, Cognito says which
// users there are.
func TestLegacyClientTells(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	err := s.service.AddClient(cognito.Client{ID: "legacy", Pool: poolID, Flows: []string{"USER_PASSWORD_AUTH"}})
	if err != nil {
		t.Fatal(err)
	}
	s.user(john)
	const nobody = "nobody@ib.test"
	in := func(in object) object {
		in["ClientId"] = "legacy"
		return in
	}
	s.want("UserNotFoundException", "InitiateAuth", in(signIn(nobody, good)))
	s.want("UserNotFoundException", "ConfirmSignUp", in(confirmation(nobody, "123456")))
	s.want("UserNotFoundException", "ResendConfirmationCode", in(object{"Username": nobody}))
	s.want("UserNotFoundException", "ForgotPassword", in(object{"Username": nobody}))
	reset := confirmation(nobody, "123456")
	reset["Password"] = good
	s.want("UserNotFoundException", "ConfirmForgotPassword", in(reset))

	s.want("", "AdminDisableUser", object{"UserPoolId": poolID, "Username": john}, root)
	s.want("NotAuthorizedException", "ForgotPassword", in(object{"Username": john}))
	reset["Username"] = john
	s.want("NotAuthorizedException", "ConfirmForgotPassword", in(reset))
	s.want("UnsupportedOperationException", "RevokeToken", in(object{"Token": "x"}))
	s.want("InvalidParameterException", "InitiateAuth", in(refresh("x")))
}

func TestSignInRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for name, in := range map[string]object{
		"another flow":     {"ClientId": clientID, "AuthFlow": "USER_SRP_AUTH"},
		"no user name":     signIn("", good),
		"no password":      signIn(john, ""),
		"no refresh token": refresh(""),
	} {
		if _, kind, message := s.call("InitiateAuth", in); kind != "InvalidParameterException" {
			t.Errorf("%s: %s: %s", name, kind, message)
		}
	}
}

func TestTokenOfAnotherClientIsNotRevoked(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if err := s.service.AddClient(cognito.Client{ID: "other", Pool: poolID, Revocation: true}); err != nil {
		t.Fatal(err)
	}
	s.user(john)
	tokens := s.tokens(john)
	s.want("UnauthorizedException", "RevokeToken", object{"ClientId": "other", "Token": tokens["RefreshToken"]})
	s.want("", "InitiateAuth", refresh(tokens["RefreshToken"]))
}
