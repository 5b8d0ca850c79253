package cognito_test

import (
	"testing"
	"time"
)

func TestSignUpCodeExpires(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.signUp(john)
	code := s.newestCode(john)
	s.pass(24 * time.Hour)
	s.want("ExpiredCodeException", "ConfirmSignUp", confirmation(john, code))
	s.want("", "ResendConfirmationCode", object{"ClientId": clientID, "Username": john})
	s.pass(24*time.Hour - time.Second)
	s.want("", "ConfirmSignUp", confirmation(john, s.newestCode(john)))
}

func TestResetCodeExpires(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": john})
	s.pass(time.Hour)
	in := confirmation(john, s.newestCode(john))
	in["Password"] = "Other-5678?"
	s.want("ExpiredCodeException", "ConfirmForgotPassword", in)
}

func TestGuessesOfACodeAreLimited(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.signUp(john)
	for range 5 {
		s.want("CodeMismatchException", "ConfirmSignUp", confirmation(john, "none"))
	}
	s.want("LimitExceededException", "ConfirmSignUp", confirmation(john, s.newestCode(john)))
	s.want("", "ResendConfirmationCode", object{"ClientId": clientID, "Username": john})
	s.want("LimitExceededException", "ConfirmSignUp", confirmation(john, s.newestCode(john)))
	s.pass(time.Hour)
	s.want("", "ConfirmSignUp", confirmation(john, s.newestCode(john)))
}

func TestCodesSentAreLimited(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	forgot := object{"ClientId": clientID, "Username": john}
	for range 20 {
		s.want("", "ForgotPassword", forgot)
	}
	s.want("LimitExceededException", "ForgotPassword", forgot)
	s.pass(time.Hour)
	s.want("", "ForgotPassword", forgot)
}

func TestWrongPasswordsLockForAWhile(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	wrong := func(message string) {
		t.Helper()
		if _, kind, got := s.call("InitiateAuth", signIn(john, "Wrong-1234!")); kind != "NotAuthorizedException" || got != message {
			t.Errorf("error %s: %s, want %s", kind, got, message)
		}
	}
	for range 5 {
		wrong("Incorrect username or password.")
	}
	wrong("Password attempts exceeded")
	s.want("NotAuthorizedException", "InitiateAuth", signIn(john, good))
	s.pass(time.Second)
	wrong("Incorrect username or password.") // the sixth locks for two seconds
	s.pass(time.Second)
	wrong("Password attempts exceeded")
	s.pass(time.Second)
	s.tokens(john)
	wrong("Incorrect username or password.") // all is forgotten
	s.tokens(john)
}

func TestLockIsForgottenAfterAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	for range 5 {
		s.want("NotAuthorizedException", "InitiateAuth", signIn(john, "Wrong-1234!"))
	}
	s.pass(15 * time.Minute)
	for range 4 {
		s.want("NotAuthorizedException", "InitiateAuth", signIn(john, "Wrong-1234!"))
	}
	s.tokens(john)
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	tokens := s.tokens(john)
	s.pass(time.Hour - time.Second)
	s.want("", "GetUser", object{"AccessToken": tokens["AccessToken"]})
	s.pass(time.Second)
	if _, kind, message := s.call("GetUser", object{"AccessToken": tokens["AccessToken"]}); kind != "NotAuthorizedException" || message != "Access Token has expired" {
		t.Errorf("error %s: %s", kind, message)
	}
	s.pass(30*24*time.Hour - time.Hour - time.Second)
	s.want("", "InitiateAuth", refresh(tokens["RefreshToken"]))
	s.pass(time.Second)
	if _, kind, message := s.call("InitiateAuth", refresh(tokens["RefreshToken"])); kind != "NotAuthorizedException" || message != "Refresh Token has expired" {
		t.Errorf("error %s: %s", kind, message)
	}
	s.tokens(john) // forgets the session that is over
	if _, _, message := s.call("InitiateAuth", refresh(tokens["RefreshToken"])); message != "Invalid Refresh Token" {
		t.Errorf("a forgotten refresh token: %s", message)
	}
}

func TestDisabledUserIsToldSoWithTheRightPasswordOnly(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.user(john)
	s.want("", "AdminDisableUser", object{"UserPoolId": poolID, "Username": john}, root)
	for password, want := range map[string]string{good: "User is disabled.", "Wrong-1234!": "Incorrect username or password."} {
		if _, _, message := s.call("InitiateAuth", signIn(john, password)); message != want {
			t.Errorf("with %s: %s, want %s", password, message, want)
		}
	}
	mails := len(s.service.Mail(john))
	s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": john})
	if len(s.service.Mail(john)) != mails {
		t.Error("a disabled user is sent a code")
	}
	reset := confirmation(john, "123456")
	reset["Password"] = good
	s.want("CodeMismatchException", "ConfirmForgotPassword", reset)
}

func TestUserConfirmedByAnAdministratorHasNoVerifiedEmail(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.signUp(john)
	in := object{"UserPoolId": poolID, "Username": john}
	s.want("", "AdminConfirmSignUp", in, root)
	s.want("NotAuthorizedException", "AdminConfirmSignUp", in, root)
	s.tokens(john)
	s.want("InvalidParameterException", "ForgotPassword", object{"ClientId": clientID, "Username": john})
}
