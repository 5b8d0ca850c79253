package cognito_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"clientflow/infra/local/cognito"
)

func TestMailIsServed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if got := s.get("/_local/mail?to=nobody@ib.test").Body.String(); got != "[]" {
		t.Errorf("mail to nobody: %s", got)
	}
	s.user(john)
	s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": john})
	mails := s.service.Mail(john)
	want := `[{"to":"john@ib.test","subject":"Your verification code","code":"` + mails[0].Code + `","sentAt":"2025-01-02T03:04:05Z"},` +
		`{"to":"john@ib.test","subject":"Your password reset code","code":"` + mails[1].Code + `","sentAt":"2025-01-02T03:04:05Z"}]`
	if got := s.get("/_local/mail?to=JOHN%40ib.test").Body.String(); got != want {
		t.Errorf("mail %s\nwant %s", got, want)
	}
}

func TestAwaitMail(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.signUp("sarah@ib.test")
	arrived := make(chan string, 1)
	go func() {
		mail, err := s.service.AwaitMail(t.Context(), john, 1)
		arrived <- mail.Subject
		if err != nil {
			t.Error(err)
		}
	}()
	s.user(john)
	select {
	case subject := <-arrived:
		t.Errorf("the second mail is there before it was sent: %s", subject)
	default:
	}
	s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": john})
	if got := <-arrived; got != "Your password reset code" {
		t.Errorf("mail %q", got)
	}

	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.service.AwaitMail(over, "nobody@ib.test", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// When no mail can be sent a sign-up fails, and leaves its user or not; both are
// completed when there is mail again.
func TestMailIsUsedUp(t *testing.T) {
	t.Parallel()
	for _, quota := range []cognito.MailQuota{cognito.MailUsedUp, cognito.MailUsedUpLate} {
		s := newServer(t)
		s.user("sarah@ib.test")
		s.service.SetMailQuota(quota)
		sign := object{"ClientId": clientID, "Username": john, "Password": good, "UserAttributes": []object{{"Name": "name", "Value": "John"}}}
		s.want("LimitExceededException", "SignUp", sign)
		s.want("LimitExceededException", "ForgotPassword", object{"ClientId": clientID, "Username": "sarah@ib.test"})
		s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": "nobody@ib.test"})
		if mails := s.service.Mail(john); len(mails) > 0 {
			t.Errorf("mailed %v", mails)
		}
		s.service.SetMailQuota(cognito.MailUnlimited)
		if quota == cognito.MailUsedUp {
			s.want("", "SignUp", sign)
		} else {
			s.want("UsernameExistsException", "SignUp", sign)
			s.want("", "ResendConfirmationCode", object{"ClientId": clientID, "Username": john})
		}
		if mails := s.service.Mail(john); len(mails) != 1 {
			t.Errorf("%q: mailed %v", quota, mails)
		}
	}
}

// Subs are as newer pools make them: of no version of UUIDs.
func TestSubsAreOfNoVersion(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	shape := regexp.MustCompile(`^[0-9a-f]4[0-9a-f]8[0-9a-f]4[0-9a-f]8-[0-9a-f]0[0-9a-f]1-70[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for i := range 20 {
		made := s.want("", "AdminCreateUser", object{"UserPoolId": poolID, "Username": fmt.Sprintf("ib%d@ib.test", i), "MessageAction": "SUPPRESS",
			"UserAttributes": []object{{"Name": "name", "Value": "John"}}}, root)
		sub, is := made["User"].(object)["Username"].(string)
		if !is || !shape.MatchString(sub) || seen[sub] {
			t.Errorf("sub %s", sub)
		}
		seen[sub] = true
	}
}
